/* SPDX-License-Identifier: MIT */
/*
 * map.h - a hash map that is read without a lock.
 *
 * Key: two words. Value: a non-zero u32. Writers hold the runtime lock; readers take none and
 * are async-signal-safe. A reader may miss an entry that is being added, never sees a wrong one.
 * O(1) expected. A table that was outgrown is kept (readers may be in it): at most as much
 * again in all. An entry whose value is 0 was removed and may be set again.
 */
#ifndef RECLAIMDEP_MAP_H
#define RECLAIMDEP_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rd_map_slot {
	uint64_t a, b;
	uint32_t value;
	uint32_t used; /* release-stored last */
};

struct rd_map_table {
	uint32_t mask, count;
	struct rd_map_slot slot[];
};

struct rd_map_of {
	struct rd_map_table *table;
};

static inline uint32_t rd_map_hash(uint64_t a, uint64_t b)
{
	uint64_t h = (a ^ b * 0x9e3779b97f4a7c15ull) * 0xff51afd7ed558ccdull;

	h ^= h >> 32;
	return (uint32_t)(h * 0xc4ceb9fe1a85ec53ull >> 32);
}

/* The value, or 0. */
static inline uint32_t rd_map_get(const struct rd_map_of *m, uint64_t a, uint64_t b)
{
	const struct rd_map_table *t = __atomic_load_n(&m->table, __ATOMIC_ACQUIRE);
	uint32_t i;

	if (!t)
		return 0;
	for (i = rd_map_hash(a, b) & t->mask;; i = (i + 1) & t->mask) {
		const struct rd_map_slot *s = &t->slot[i];

		if (!__atomic_load_n(&s->used, __ATOMIC_ACQUIRE))
			return 0;
		if (s->a == a && s->b == b)
			return __atomic_load_n(&s->value, __ATOMIC_RELAXED);
	}
}

/* Sets the value (0 removes). False: no memory, nothing changed. */
bool rd_map_set(struct rd_map_of *m, uint64_t a, uint64_t b, uint32_t value);

/* Empties the table, whose memory stays; only for a map that is read under the lock too. */
void rd_map_clear(struct rd_map_of *m);

/* Forgets everything; only where no other thread can be reading. */
void rd_map_reset(struct rd_map_of *m);

#endif
