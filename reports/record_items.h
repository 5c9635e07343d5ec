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

/* Takes in one sound item, which is at file offset `at`. It is copied. */
void rdep_record_take(struct rdep_record *r, const struct rdep_item *item, uint64_t at);

void rdep_record_drop_items(struct rdep_record *r);

#endif
