/* SPDX-License-Identifier: MIT */
/*
 * thread_table.h - which thread made which, and who joined it: the order that creation and join
 * put between events. All functions need the runtime lock.
 */
#ifndef RECLAIMDEP_THREAD_TABLE_H
#define RECLAIMDEP_THREAD_TABLE_H

#include <stdbool.h>
#include <stdint.h>

struct rd_thread_info {
	uint64_t start_routine;
	uint32_t parent, parent_clock; /* the parent's clock after it made this one */
	uint32_t joiner, joiner_clock; /* the joiner's clock after the join; 0: not joined */
	uint32_t create_stack;
	uint32_t life;	  /* its class, 0: it has none; see life.h */
	uint32_t awaited; /* it is being joined under a lock */
	uint64_t create_site;
};

/* A new id with its info; 0 when there is no memory. */
uint32_t rd_thread_new(void);
struct rd_thread_info *rd_thread_info_at(uint32_t id);

/*
 * Did the event of thread a at clock ca come before that of thread b at clock cb, by creation
 * and join alone? Follows the joins that ended a's line and the creations that began b's: O(depth
 * of the thread tree), bounded. False when not known.
 */
bool rd_thread_before(uint32_t a, uint32_t ca, uint32_t b, uint32_t cb);

/* pthread_t -> thread id, while it is not joined. */
void rd_thread_name_pthread(uint64_t pthread, uint32_t id);
uint32_t rd_thread_by_pthread(uint64_t pthread);

void rd_thread_table_reset(void);

#endif
