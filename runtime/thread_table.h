/* SPDX-License-Identifier: MIT */
/*
 * thread_table.h - which thread made which, and who joined it: the order that creation and join
 * put between events.
 *
 * A thread is kept as long as it runs or may be joined, and as long as something refers to it: an occurrence that an edge
 * keeps needs the line of creations that led to the thread, and the joins that ended its line. What nothing refers to is
 * forgotten, and leaves nothing in the record: a program may make threads without end. Numbers are not used again.
 *
 * All functions need the runtime lock, where nothing else is said.
 */
#ifndef RECLAIMDEP_THREAD_TABLE_H
#define RECLAIMDEP_THREAD_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include "class_set.h"

struct rd_thread;

struct rd_thread_info {
	struct rd_thread_info *next;
	struct rd_thread *state; /* NULL: it has not begun, or has ended */
	uint64_t pthread; /* to be joined by; 0: not known, or it never is */
	uint64_t start_routine;
	uint64_t create_site;
	uint32_t id, tid;
	uint32_t parent, parent_clock; /* the parent's clock after it made this one */
	uint32_t joiner, joiner_clock; /* the joiner's clock after the join; 0: not joined */
	uint32_t create_stack;
	uint32_t life;	  /* its class, 0: it has none; see life.h */
	uint32_t awaited; /* it is being joined under a lock */
	uint8_t coming;	  /* its creation was announced, and it has not begun */
	uint8_t detached; /* nobody will join it */
	uint8_t told, join_told; /* in the journal */
	uint8_t needed;	  /* rd_thread_collect()'s */
	char name[16];
	struct rd_class_set took; /* of one that was joined under a lock; life.h */
};

/* A new id with its info, which is coming; 0 when there is no memory. */
uint32_t rd_thread_new(void);

/* NULL: never given, or forgotten. O(1) expected. */
struct rd_thread_info *rd_thread_info_at(uint32_t id);

/*
 * Did the event of thread a at clock ca come before that of thread b at clock cb, by creation
 * and join alone? Follows the joins that ended a's line and the creations that began b's: O(depth
 * of the thread tree), bounded. False when not known.
 */
bool rd_thread_before(uint32_t a, uint32_t ca, uint32_t b, uint32_t cb);

/* pthread_t -> thread id, while it may be joined. id 0: no longer. */
void rd_thread_name_pthread(uint64_t pthread, uint32_t id);
uint32_t rd_thread_by_pthread(uint64_t pthread); /* lock-free; 0: not known */

/*
 * Forgets the threads that nothing refers to. each is called with a function to tell each thread to that an occurrence names.
 * O(threads kept and told of); to be called where rd_thread_collectable() says so, that is seldom: `more` is
 * the size of what `each` looks through.
 */
void rd_thread_collect(void (*each)(void (*refers)(uint32_t id)));
bool rd_thread_collectable(uint32_t more);

/* How many are kept, for tests. */
uint32_t rd_thread_infos(void);

/* The threads of the fork parent are not here. */
void rd_thread_table_fork_child(void);

void rd_thread_table_reset(void);

#endif
