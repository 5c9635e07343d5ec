/* SPDX-License-Identifier: MIT */
/*
 * class_set.h - a set of classes, by number: of a few out of a million it takes a few words, of all of a million 260 KB.
 *
 * Changed under the runtime lock, with all signals blocked. Read under it too, or by the one thread that changes it.
 */
#ifndef RECLAIMDEP_CLASS_SET_H
#define RECLAIMDEP_CLASS_SET_H

#include <stdbool.h>
#include <stdint.h>

/* All zero: empty. */
struct rd_class_set {
	struct rd_class_word {
		uint32_t number; /* of its first class / 64, plus 1; 0: free */
		uint32_t bits[2];
	} *words; /* a hash table */
	uint32_t room, count; /* room: a power of two, or 0 */
};

/* O(1) expected. */
bool rd_class_set_has(const struct rd_class_set *s, uint32_t cls);

/* The 64 classes from 64 * n on, whose bits are added. False: no memory, nothing changed. O(1) expected. */
bool rd_class_set_add_word(struct rd_class_set *s, uint32_t n, uint64_t bits);

static inline bool rd_class_set_add(struct rd_class_set *s, uint32_t cls)
{
	return rd_class_set_add_word(s, cls / 64, 1ull << cls % 64);
}

/* All that is in `more` as well. False: no memory for some of it. O(room of it). */
bool rd_class_set_join(struct rd_class_set *s, const struct rd_class_set *more);

/* Empty, and its memory given back. */
void rd_class_set_free(struct rd_class_set *s);

#endif
