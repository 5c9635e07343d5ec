/* SPDX-License-Identifier: MIT */
/* record_items.h - what the parts of the record's reader share: the file, what an item means. */
#ifndef RECLAIMDEP_REPORTS_RECORD_ITEMS_H
#define RECLAIMDEP_REPORTS_RECORD_ITEMS_H

#include <sys/types.h>
#include "reports/record.h"

/* Opens a record's file, or -1. Records are many, descriptors few: each is open only while it is read. */
int rdep_record_file(const char *path, struct rdep_error *err);
/* n bytes at an offset; fewer at the file's end, -1 when they can't be read. */
ssize_t rdep_record_read(int fd, void *p, size_t n, uint64_t at);
/* /proc/PID/stat from behind the name on, in text; NULL: there is none. */
const char *rdep_process_stat(uint32_t pid, char *text, size_t size);

/* Takes in one sound item, which is at file offset `at`. It is copied. */
void rdep_record_take(struct rdep_record *r, const struct rdep_item *item, uint64_t at);

void rdep_record_drop_items(struct rdep_record *r);

/* The index of items by type and id: its number + 1, 0: none. add: false when that id is there already. */
size_t rdep_record_index_get(const struct rdep_record *r, unsigned type, uint32_t id);
bool rdep_record_index_add(struct rdep_record *r, unsigned type, uint32_t id, size_t index);

/* ---- record_merged.c: items of merged records; n: bytes of the payload. False when they make no sense. ---- */

bool rdep_record_take_origin(struct rdep_record *r, const char *p, size_t n);
bool rdep_record_take_occurrence(struct rdep_record *r, const char *p, size_t n);
bool rdep_record_take_role(struct rdep_record *r, const char *p, size_t n);
bool rdep_record_take_merged(struct rdep_record *r, const char *p, size_t n);
void rdep_record_drop_merged(struct rdep_record *r);

#endif
