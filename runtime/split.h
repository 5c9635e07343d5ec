/* SPDX-License-Identifier: MIT */
/*
 * split.h - a class that lumps locks of several roles becomes a class for each.
 *
 * It is split where that matters: a cycle through it is closed by locks of roles that are evidently of two sorts, or two
 * such roles are nested both ways round. The finding is withheld until then. Its locks keep their tags: those lead to the
 * slow path, where the role tells the class. Its edges are made anew from the occurrences that are kept.
 * Roles that turn out to be taken together by one call become one class again.
 */
#ifndef RECLAIMDEP_SPLIT_H
#define RECLAIMDEP_SPLIT_H

#include <stdbool.h>
#include <stdint.h>
#include "depend.h"
#include "thread.h"

/* Nothing new about a lock of cls being taken there, and about what the thread holds? Lock-free. */
bool rd_split_known(const struct rd_thread *t, const void *lock, unsigned kind, uint32_t cls, uint64_t site, uint64_t sp);

/* The rest needs the runtime lock. */

/* A lock of *cls is taken there; *cls becomes what it is of now. */
void rd_split_see(struct rd_thread *t, const void *lock, unsigned kind, uint32_t *cls, uint64_t site, uint64_t sp);

/* Entries on the thread's held stack get the classes that their locks are of now, and their chains. */
void rd_split_renew(struct rd_thread *t);

/* Two locks of cls were nested, as in s. */
void rd_split_nested(uint32_t cls, const struct rd_sample *s);

/* Is the cycle one only because a class lumps? Then that is going to be split. */
bool rd_split_explains(const uint32_t *edges, uint32_t count);

/* Splits what is to be split. True: classes have changed. */
bool rd_split_go(struct rd_thread *t);

void rd_split_reset(void);

#endif
