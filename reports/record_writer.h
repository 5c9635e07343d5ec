/* SPDX-License-Identifier: MIT */
/*
 * record_writer.h - writing a record at one go (layout: runtime/record_layout.h), outside of any target.
 *
 * It is written beside its name, with the permissions of records, and renamed when it is whole.
 */
#ifndef RECLAIMDEP_REPORTS_RECORD_WRITER_H
#define RECLAIMDEP_REPORTS_RECORD_WRITER_H

#include "reports/util.h"
#include "runtime/record_layout.h"

struct rdep_writer {
	char *path, *beside;
	int fd;
	int failed; /* an errno */
	char *chunk;
	size_t used;
	uint64_t at; /* of the chunk in the file */
	uint32_t index;
	size_t too_large; /* items that were left out */
};

/* 0, or -1 with *err. */
int rdep_writer_open(struct rdep_writer *w, const char *path, struct rdep_error *err);
/* Where the payload of the next item, of n bytes, is going to be in the file. */
uint64_t rdep_writer_at(struct rdep_writer *w, size_t n);
/* An item of two parts, of which the first `fixed` bytes are summed. */
void rdep_writer_put(struct rdep_writer *w, unsigned type, const void *head, size_t head_len, const void *tail,
		     size_t tail_len, size_t fixed);
/* Completes header and file. 0, or -1 with *err: then there is nothing, or what was there before. */
int rdep_writer_close(struct rdep_writer *w, struct rdep_header *h, struct rdep_error *err);

#endif
