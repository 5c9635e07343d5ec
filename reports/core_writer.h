/* SPDX-License-Identifier: MIT */
/* core_writer.h - writing a record's items to a file, in chunks as the runtime does. */
#ifndef RECLAIMDEP_REPORTS_CORE_WRITER_H
#define RECLAIMDEP_REPORTS_CORE_WRITER_H

#include "reports/util.h"
#include "runtime/record_layout.h"

struct rdep_core_writer {
	int fd;
	uint64_t at; /* the file offset of the chunk that is being filled */
	uint32_t index;
	char *chunk;
	size_t used;
	bool failed; /* errno says why */
};

/* The first chunk is to lie at that offset of the file. */
void rdep_writer_begin(struct rdep_core_writer *w, int fd, uint64_t at, uint32_t index);

/* An item: `fixed` bytes under the checksum, `more` behind. One that is too large is left out.
 * Returns where its payload lies in the file; 0: nowhere. */
uint64_t rdep_writer_item(struct rdep_core_writer *w, unsigned type, const void *payload,
			  size_t fixed, size_t more);

/* A board with these slots. */
void rdep_writer_board(struct rdep_core_writer *w, const struct rdep_slot *slots, size_t count);

/* Writes what is left, and the header with where the journal ends now. False with errno. */
bool rdep_writer_end(struct rdep_core_writer *w, struct rdep_header *h);

/* n bytes of a file at an offset; false with errno. */
bool rdep_write_at(int fd, const void *p, size_t n, uint64_t at);

#endif
