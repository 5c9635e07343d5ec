/* SPDX-License-Identifier: MIT */
/*
 * table.h - a hash table of numbers, which are chained through the things that they number.
 *
 * Linear hashing: with each number that is added one bucket is split, so there is no moment at which all is moved,
 * and no second table beside the first. Costs 4 bytes for a number, and 4 in the thing for its chain.
 *
 * Writers hold the runtime lock. Readers need not: what they find is right, since they compare; what they do not
 * find may be on its way from one bucket to another, so they ask rd_table_moved() then, and look again.
 */
#ifndef RECLAIMDEP_TABLE_H
#define RECLAIMDEP_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include "mem.h"

struct rd_table {
	struct rd_array heads; /* of uint32_t */
	uint32_t buckets;
	uint32_t count;
	uint32_t moves; /* odd while a bucket is being split */
};

static inline uint32_t rd_table_bucket(uint32_t buckets, uint32_t hash)
{
	uint32_t low = 1u << (31 - __builtin_clz(buckets)), b = hash & (2 * low - 1);

	return b < buckets ? b : b - low;
}

/* The first number in the hash's bucket, 0: none. */
static inline uint32_t rd_table_first(const struct rd_table *t, uint32_t hash)
{
	uint32_t buckets = __atomic_load_n(&t->buckets, __ATOMIC_ACQUIRE);

	if (!buckets)
		return 0;
	return __atomic_load_n((uint32_t *)rd_array_item(&t->heads, rd_table_bucket(buckets, hash), sizeof(uint32_t)),
			       __ATOMIC_ACQUIRE);
}

/* The hash's bucket will be looked at soon: what there is much of is not in the processor's caches. */
static inline void rd_table_ahead(const struct rd_table *t, uint32_t hash)
{
	uint32_t buckets = __atomic_load_n(&t->buckets, __ATOMIC_ACQUIRE);

	if (buckets)
		__builtin_prefetch(rd_array_item(&t->heads, rd_table_bucket(buckets, hash), sizeof(uint32_t)));
}

static inline uint32_t rd_table_moves(const struct rd_table *t)
{
	return __atomic_load_n(&t->moves, __ATOMIC_ACQUIRE);
}

/* Was a bucket split since `moves` was read, or when it was? *tries, 0 at first, ends it some time. */
static inline bool rd_table_moved(const struct rd_table *t, uint32_t moves, unsigned *tries)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return (moves & 1 || rd_table_moves(t) != moves) && ++*tries < 1000;
}

/* Where a number's chain goes on, in the thing; the hash of its key. */
struct rd_table_of {
	uint32_t *(*next)(uint32_t id);
	uint32_t (*hash)(uint32_t id);
};

/* Adds a number, not 0, whose thing is complete. False: no memory. O(1) expected. */
bool rd_table_add(struct rd_table *t, const struct rd_table_of *of, uint32_t id);

/* Forgets all numbers; only for a table that is read under the lock, too. Its memory stays. */
void rd_table_clear(struct rd_table *t);

#endif
