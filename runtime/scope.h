/* SPDX-License-Identifier: MIT */
/*
 * scope.h - memalloc scopes: which are open, and whether saves and restores pair.
 *
 * scope.c keeps a thread's state as the kernel would (or as a shim of the program's says), and a
 * list of the saves whose restore is awaited. scope_pairing.c is told of what does not fit, and
 * judges.
 */
#ifndef RECLAIMDEP_SCOPE_H
#define RECLAIMDEP_SCOPE_H

#include <stdbool.h>
#include <stdint.h>
#include "thread.h"

/* rd_scope_entry.marks */
#define RD_SCOPE_LEFT 1u /* its function returned, and the thread went on to allocate inside it */
#define RD_SCOPE_INNER                                                                             \
	2u /* a scope of the same kind, saved in the same call of the same function, was restored  \
	    */
#define RD_SCOPE_TRIED 4u      /* a restore with 0 that ended nothing came while it was open */
#define RD_SCOPE_TRIED_SAME 8u /* and came from the function that saved it */
#define RD_SCOPE_TRIED_OTHER                                                                       \
	16u /* its cookie was given to another kind's restore, which it says nothing to */
#define RD_SCOPE_BY_FLAGS 32u /* by memalloc_flags_save() */

/* The RDEP_SCOPE_* that a set of task flags (PF_MEMALLOC_*) names. */
uint32_t rd_scope_bits(unsigned long flags);

/* Which scopes were left open by the calls that saved them? By the event's walk: rd_stack_begin()
 * was called. Needs the runtime lock. */
void rd_scope_look(struct rd_thread *t);

/* The thread ends, or leaves the process by exit(). Take the runtime lock. */
void rd_scope_thread_end(struct rd_thread *t);
void rd_scope_exit(struct rd_thread *t);

/* ---- scope_pairing.c; all take the runtime lock where they have to ---- */

struct rd_restore {
	uint32_t bits; /* of the function that was called; all that the cookie has for
			  memalloc_flags_restore() */
	uint64_t cookie;
	uint64_t site, sp;
};

/* The restore's stack, as at the first time there. */
uint32_t rd_pairing_restore_stack(struct rd_thread *t, uint64_t site, uint64_t sp);

/* e was restored, as it should. */
void rd_pairing_closed(struct rd_thread *t, const struct rd_scope_entry *e);

/* A restore of an orphaned scope: end_site and end_stack tell of the restore that came too early,
 * site and stack of the outer save. */
void rd_pairing_out_of_order(struct rd_thread *t, const struct rd_scope_entry *orphan);

/* A cookie of another kind than the function's; e: the scope that was given it, NULL: none is open.
 */
void rd_pairing_other_kind(struct rd_thread *t, const struct rd_scope_entry *e,
			   const struct rd_restore *r);

/* No save of this thread is open that the restore could be of. weak: nor does it do anything by
 * itself. */
void rd_pairing_unmatched(struct rd_thread *t, const struct rd_restore *r, bool weak);

/* e is open, and its thread ends (exiting: the process does). */
void rd_pairing_left_open(struct rd_thread *t, const struct rd_scope_entry *e, bool exiting);

/* The process ends: what was waited with, in case that it could be explained better. */
void rd_pairing_exit(struct rd_thread *t);

/* Whether a save of these bits was seen to give this cookie, for shims. */
void rd_pairing_saw_cookie(struct rd_thread *t, uint32_t bits, uint64_t cookie);
bool rd_pairing_knows_cookie(uint32_t bits, uint64_t cookie);

/* In a fork child: other threads' scopes are not there. */
void rd_pairing_reset(void);

#endif
