/* SPDX-License-Identifier: MIT */
/*
 * util.h - what the readers share: memory that is given back at once, a map from
 * numbers to numbers, growing text, and making untrusted text harmless.
 *
 * No memory is the end of a tool: rdep_alloc() and its like print one line and exit
 * with 125. What is allocated is bounded by what was read, never by what it says.
 */
#ifndef RECLAIMDEP_REPORTS_UTIL_H
#define RECLAIMDEP_REPORTS_UTIL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "reports/reports.h"

void *rdep_alloc(size_t n); /* zeroed */
void *rdep_realloc(void *p, size_t n);
char *rdep_strdup(const char *s);

void rdep_error_set(struct rdep_error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* ---- arena: allocations that live and die together, 8-byte aligned ---- */

struct rdep_arena {
	struct rdep_arena_block *blocks;
	size_t left;
	char *at;
};

void *rdep_arena_alloc(struct rdep_arena *a, size_t n); /* zeroed */
void *rdep_arena_copy(struct rdep_arena *a, const void *p, size_t n);
char *rdep_arena_text(struct rdep_arena *a, const char *p, size_t n); /* terminated */
char *rdep_arena_printf(struct rdep_arena *a, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void rdep_arena_free(struct rdep_arena *a);

/* ---- map: uint64_t -> uint64_t, no deletion ---- */

struct rdep_map {
	struct rdep_map_slot {
		uint64_t key, value;
	} * slots;
	uint64_t *used; /* a bit for each slot */
	size_t mask, count;
};

/* The value's place, or NULL / made with value 0 when absent. Valid until the next put. */
uint64_t *rdep_map_get(const struct rdep_map *m, uint64_t key);
uint64_t *rdep_map_put(struct rdep_map *m, uint64_t key);
void rdep_map_free(struct rdep_map *m);
/* For who goes through slots[0] to slots[mask]. */
static inline bool rdep_map_used(const struct rdep_map *m, size_t i)
{
	return m->used[i / 64] >> i % 64 & 1;
}

/* A number that nobody outside can foresee, for a table of one's own: keys may come from records. */
uint64_t rdep_scatter(uint64_t key);

/* FNV-1a with a final mix; for text keys of maps and for fingerprints. */
uint64_t rdep_hash(uint64_t seed, const void *p, size_t n);
uint64_t rdep_hash_text(const char *s);

/* ---- text that grows ---- */

struct rdep_buf {
	char *text; /* NULL while empty */
	size_t len, room;
};

void rdep_buf_add(struct rdep_buf *b, const char *text);
void rdep_buf_addn(struct rdep_buf *b, const char *text, size_t n);
void rdep_buf_printf(struct rdep_buf *b, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void rdep_buf_vprintf(struct rdep_buf *b, const char *format, va_list ap);
void rdep_buf_free(struct rdep_buf *b);

/* Grows an array whose count is about to become n + 1. */
#define RDEP_GROW(array, n)                                                                        \
	do {                                                                                       \
		if (((n) & ((n)-1)) == 0)                                                          \
			(array) = rdep_realloc(array, ((n) ? 2 * (n) : 1) * sizeof(*(array)));     \
	} while (0)

/* ---- untrusted text ---- */

/*
 * n bytes as UTF-8 that is safe on a terminal, in a file and in a CI's log: control characters, C1
 * controls, line and paragraph separators, direction overrides, what is not seen and invalid sequences
 * become '?' or U+FFFD; so does the first character of what a log's reader could take for a command:
 * "::" at the beginning of a text, after a blank or a '/' (names are cut there), and "##[", "##word[".
 */
char *rdep_clean(struct rdep_arena *a, const char *p, size_t n);

/*
 * Opens a regular file for reading: -1 with errno, EINVAL when it is something else, which is
 * then not opened (opening a device can have effects).
 */
int rdep_open_regular(const char *path);

/* The part after the last '/'. */
const char *rdep_basename(const char *path);

/* How many single-character edits (insert, drop, replace, swap) lie between two words; at most 40. */
unsigned rdep_distance(const char *a, const char *b);

#endif
