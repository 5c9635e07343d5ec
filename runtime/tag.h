/* SPDX-License-Identifier: MIT */
/*
 * tag.h - (tag, generation) in two unused words of a lock. rd_tag_class() is in event.h.
 *
 * glibc leaves the list words of plain mutexes (used by robust ones only) and two paddings of
 * rwlocks and semaphores alone. A tag validates itself by the lock's address and the process's
 * nonce; the generation is believed only beside a valid tag, and is written first.
 */
#ifndef RECLAIMDEP_TAG_H
#define RECLAIMDEP_TAG_H

#include "event.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A tag has 20 bits for the class. From RD_TAG_FAR on they are all ones, which is a class that no fast path knows, and
 * the class's number stands where else the role does: such locks have none.
 */
#define RD_TAG_ALL_ONES 0xfffffu
#ifndef RD_TAG_FAR
#define RD_TAG_FAR RD_TAG_ALL_ONES
#endif

/* Is this libc one whose locks carry tags, and are they wanted? */
bool rd_tags_on(void);

/* May this lock carry a tag? Not a robust or process-shared one, no spinlock. */
bool rd_tag_usable(const void *lock, unsigned kind);

/* role: beside the generation; see role.h. */
void rd_tag_write(const void *lock, unsigned kind, uint32_t cls, uint32_t generation, uint32_t role);
/* The same for a lock whose words are both 0, which another thread may give a tag at this moment: false: it did, or the
 * class is a far one. */
bool rd_tag_write_first(const void *lock, unsigned kind, uint32_t cls, uint32_t generation, uint32_t role);
/* In place of a tag: the lock was destroyed, at `place` (not 0). Valid as a tag is, and no tag. */
void rd_tag_write_dead(const void *lock, unsigned kind, uint32_t cls, uint32_t generation, uint32_t place);

/* The place, and what its tag said; 0: it carries no such mark. */
uint32_t rd_tag_dead(const void *lock, unsigned kind, uint32_t *cls, uint32_t *generation);

void rd_tag_clear(const void *lock, unsigned kind);

static inline uint32_t rd_tag_generation(const void *lock, unsigned kind)
{
	return *(const uint32_t *)((const char *)lock + RD_GEN_OFFSET(kind));
}

static inline uint32_t rd_tag_upper(const void *lock, unsigned kind)
{
	return ((const uint32_t *)((const char *)lock + RD_GEN_OFFSET(kind)))[1];
}

/* The class, whatever its number; 0: it has no tag. */
static inline uint32_t rd_tag_class_far(const void *lock, unsigned kind)
{
	uint32_t cls = rd_tag_class(lock, kind);

	return rd_unlikely(cls == RD_TAG_ALL_ONES) ? rd_tag_upper(lock, kind) : cls;
}

/* Of a lock that has a tag. */
static inline uint32_t rd_tag_role(const void *lock, unsigned kind)
{
	return rd_tag_class(lock, kind) == RD_TAG_ALL_ONES ? 0 : rd_tag_upper(lock, kind);
}

/*
 * Switches tags on with a fresh nonce if `want`, and if this libc's locks prove to leave the words alone:
 * `calls` locks, tries, times out and waits on locks of its own. Returns whether they are on.
 */
bool rd_tag_start(bool want, const struct rd_lock_calls *calls);

/* A new nonce: every tag there is becomes invalid. */
void rd_tag_renew(void);

#endif
