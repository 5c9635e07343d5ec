/* SPDX-License-Identifier: MIT */
/*
 * role.h - the callers of what makes a class: one init call, or one place that takes locks first, may stand in a function
 * that makes locks of several roles, which no pattern knows for a wrapper.
 *
 * Each lock keeps, beside its generation, which of its class's roles it is of: by the callers past the call that made the
 * class. A class of several roles may be one type made at several places (one ordering rule) or a wrapper's (as many
 * rules as roles); what tells them apart is in doc/engine.md. What is seen of it is kept here: where locks of each role are
 * taken, which functions return with a lock held, which role was nested in which.
 *
 * Bounded: RD_ROLES a class, RD_ROLE_PLACES in all. A lock's role costs no memory where it has a tag.
 */
#ifndef RECLAIMDEP_ROLE_H
#define RECLAIMDEP_ROLE_H

#include <stdbool.h>
#include <stdint.h>
#include "thread.h"
#include "unwind.h"

#define RD_ROLES 128u
#define RD_ROLE_CALLERS 2u
#define RD_ROLE_PLACES 65536u

struct rd_role {
	uint32_t cls;  /* of the place that made it */
	uint32_t next; /* the next role of that class */
	uint32_t same; /* the role that it goes with; 0: it stands for all that go with it */
	uint32_t own;  /* of one that stands for others, once its class is split: their class */
	uint32_t places; /* where its locks are taken: the first */
	uint64_t address; /* of its first lock */
	uint8_t variable; /* is that a static variable, and nothing but a lock: 0 not known yet, 1 no, 2 yes */
	uint64_t caller[RD_ROLE_CALLERS]; /* return addresses in different functions, from the nearest on */
};

/*
 * The role of a lock of cls (a class by init call or by first acquisition) that is made in these frames, of which
 * frames[first] made the class. rd_role_known: lock-free, 0 when it is not known yet. rd_role_add: needs the runtime lock; 0:
 * there is none.
 */
uint32_t rd_role_known(uint32_t cls, const struct rd_frame *frames, size_t count, size_t first);
uint32_t rd_role_add(uint32_t cls, const struct rd_frame *frames, size_t count, size_t first, uint64_t address);
struct rd_role *rd_role_at(uint32_t role);

/* Are the roles of its class told by their nearest callers? */
bool rd_role_nearest_tell(uint32_t role);

/* Has the class more callers than are told apart, or such that can't be? Lock-free. */
bool rd_role_none(uint32_t cls);

/* The role that stands for it. Lock-free. */
uint32_t rd_role_root(uint32_t role);

/* From now on they are one. Needs the runtime lock. */
void rd_role_join(uint32_t a, uint32_t b);

/*
 * A lock of the role is taken by a call. rd_role_seen: was it seen there, lock-free; rd_role_see notes it, and
 * returns another role of the class that is taken by the same call, or 0. Needs the runtime lock.
 */
bool rd_role_seen(uint32_t role, uint64_t site, uint64_t sp);
uint32_t rd_role_see(uint32_t role, uint64_t site, uint64_t sp);

/* May steps that take cls at that call be remembered? Not before enough locks came by: they may be of other roles. */
bool rd_role_settled(uint32_t cls, uint64_t site);

/*
 * A lock is taken there: if one that is held was taken by the same call, at the same depth, but called from somewhere else,
 * the function returned with it. Needs the runtime lock.
 */
void rd_role_pass(const struct rd_thread *t, uint64_t lock, uint32_t generation, uint64_t site, uint64_t sp);

/* The function around that call returned with the lock held: it is its caller that took it. Needs the runtime lock. */
void rd_role_leaves(uint64_t site);

/* A lock of role `to` is taken inside one of role `from`. Returns whether that is new. Needs the runtime lock. */
bool rd_role_nest(uint32_t from, uint32_t to);

/* Was one of them nested in the other, both ways round? Needs the runtime lock. */
bool rd_roles_nest_both_ways(uint32_t a, uint32_t b);

/* Does one call take locks of both? Needs the runtime lock. */
bool rd_roles_are_taken_together(uint32_t a, uint32_t b);

/* Are the locks of the two roles evidently of two sorts? Needs the runtime lock. */
bool rd_roles_differ(uint32_t a, uint32_t b);

void rd_role_reset(void);

#endif
