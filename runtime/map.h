/* SPDX-License-Identifier: MIT */
/*
 * map.h - a hash map that is read without a lock.
 *
 * Key: two words. Value: a non-zero u32. Writers hold the runtime lock; readers take none and
 * are async-signal-safe. A reader may miss an entry that is being added, never sees a wrong one.
 * O(1) expected; 28 bytes an entry, and nothing is ever moved (table.h). An entry whose value is 0 was
 * removed and may be set again.
 */
#ifndef RECLAIMDEP_MAP_H
#define RECLAIMDEP_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "table.h"

struct rd_map_entry {
	uint64_t a, b;
	uint32_t value;
	uint32_t next;
};

struct rd_map_of {
	struct rd_array entries; /* from 1 on */
	struct rd_table table;
};

static inline uint32_t rd_map_hash(uint64_t a, uint64_t b)
{
	uint64_t h = (a ^ b * 0x9e3779b97f4a7c15ull) * 0xff51afd7ed558ccdull;

	h ^= h >> 32;
	return (uint32_t)(h * 0xc4ceb9fe1a85ec53ull >> 32);
}

/* The entry of that key, or NULL. */
static inline struct rd_map_entry *rd_map_find(const struct rd_map_of *m, uint64_t a, uint64_t b)
{
	uint32_t hash = rd_map_hash(a, b), moves, i;
	unsigned tries = 0;

	do {
		moves = rd_table_moves(&m->table);
		for (i = rd_table_first(&m->table, hash); i;) {
			struct rd_map_entry *e = rd_array_item(&m->entries, i, sizeof(*e));

			if (e->a == a && e->b == b)
				return e;
			i = __atomic_load_n(&e->next, __ATOMIC_ACQUIRE);
		}
	} while (rd_table_moved(&m->table, moves, &tries));
	return NULL;
}

/* The value, or 0. */
static inline uint32_t rd_map_get(const struct rd_map_of *m, uint64_t a, uint64_t b)
{
	const struct rd_map_entry *e = rd_map_find(m, a, b);

	return e ? __atomic_load_n(&e->value, __ATOMIC_RELAXED) : 0;
}

/* Sets the value (0 removes). False: no memory, nothing changed. */
bool rd_map_set(struct rd_map_of *m, uint64_t a, uint64_t b, uint32_t value);

/* Empties the table, whose memory stays; only for a map that is read under the lock too. */
void rd_map_clear(struct rd_map_of *m);

/* Forgets everything; only where no other thread can be reading. */
void rd_map_reset(struct rd_map_of *m);

#endif
