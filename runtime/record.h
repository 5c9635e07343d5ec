/* SPDX-License-Identifier: MIT */
/*
 * record.h - writing the record (layout: record_layout.h).
 *
 * One mapped file per process image, reopened by path for each growth: no descriptor is kept, so
 * the target's descriptor numbers stay its own and there is none it could close or reuse. Where
 * a file can't be had or can't grow, header and thread slots live in private memory, journal
 * items are counted as dropped, and the engine goes on.
 *
 * All functions need the runtime lock, but for the counters and rd_record_header().
 */
#ifndef RECLAIMDEP_RECORD_H
#define RECLAIMDEP_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "record_layout.h"

/* Who this image is, and where it came from. */
struct rd_identity {
	uint64_t image[2], parent[2], exec[2];
	uint32_t forked;
};

/*
 * Opens the record of this process in options.output. Always leaves a usable header and board;
 * returns 0 when they are in a file, -1 with rd_record_error() when they are in memory only.
 */
int rd_record_open(const struct rd_identity *id);
const char *rd_record_error(void);
/* The file's absolute path, "" when there is none. Stable until the next open. */
const char *rd_record_path(void);
/* The executable's path as it was at start-up (chroot may hide it later), "" when it is not known. */
const char *rd_record_exe(void);

/* The file may soon be out of reach: sees to room in it, as far as record_max allows. Any number of times. */
void rd_record_foresee(void);

/* Never NULL: before rd_record_open() a page of its own. */
struct rdep_header *rd_record_header(void);

/* Counts; relaxed, any thread, any time. */
void rd_count(enum rdep_counter c);

/*
 * Appends one item: `fixed` bytes under the checksum, then `more` (may be NULL: zeros) that is
 * overwritten in place later. Returns where `fixed` begins in the mapping, or NULL when the item
 * was dropped (counted).
 */
void *rd_record_put(enum rdep_item_type type, const void *fixed, size_t fixed_len, const void *more,
		    size_t more_len);

/* The same for an item in two pieces, both under the checksum. */
void *rd_record_put2(enum rdep_item_type type, const void *a, size_t a_len, const void *b, size_t b_len);

/*
 * Of record_max the last quarter is kept from edges, samples and places, and the last sixteenth from all but findings
 * and notes. In between these two, whatever is put counts as part of a finding; the last thirty-second is kept
 * for those that fail the run. Nests; the outermost call tells which it is.
 */
void rd_record_vital_begin(bool failing);
void rd_record_vital_end(void);

/* To be called, once, before the next item of whatever type is written. */
void rd_record_before(void (*tell)(void));

/* A free thread slot, claimed; NULL when there is no memory. */
struct rdep_slot *rd_record_slot(void);
void rd_record_slot_free(struct rdep_slot *s);

/* Room for a deeper held stack of `capacity` entries; *at gets its file offset (0: not in the file). */
struct rdep_helds *rd_record_helds(uint32_t capacity, uint32_t thread, uint64_t *at);
/* It is not used any more: its bottom, and what else it was got with. */
void rd_record_helds_free(struct rdep_held *bottom, uint32_t capacity, uint64_t at);

/*
 * An item whose fixed part is `head`, with n bytes of zeros at a multiple of 64 in the file: *at, which lies in head, gets
 * their offset. Returns where they are, NULL when there is no room (counted).
 */
void *rd_record_table(enum rdep_item_type type, void *head, size_t head_len, uint64_t *at, size_t n);

/* Rings the bell: a finding or a revision is there. */
void rd_record_bell(void);

/*
 * In a fork child: takes hold of the parent's mappings as they were at the fork, opens the child's own
 * record, and calls copy for each item of the parent's journal, in order; then lets the mappings go.
 * Items are in shared memory that the parent goes on changing in their unchecked part only.
 */
int rd_record_fork(const struct rd_identity *id,
		   void (*copy)(enum rdep_item_type type, const void *fixed, size_t fixed_len, size_t more_len));

#endif
