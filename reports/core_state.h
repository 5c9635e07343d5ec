/* SPDX-License-Identifier: MIT */
/* core_state.h - the runtime's private state in a core dump (runtime/core_layout.h). */
#ifndef RECLAIMDEP_REPORTS_CORE_STATE_H
#define RECLAIMDEP_REPORTS_CORE_STATE_H

#include "reports/core.h"

/* A thread as the runtime knows it. */
struct rdep_core_known {
	uint32_t id, tid, scope;
	uint64_t pthread, top, bottom, slot; /* addresses */
	size_t thread;			     /* its index in core.threads, plus 1; 0: none */
	uint64_t start_routine;
	uint32_t parent, create_stack;
	char name[16];
};

struct rdep_core_state {
	struct rdep_core *core;
	struct rd_core_root root;
	struct rdep_header header; /* what identifies the record */
	char record[4096];	   /* its path, "" when it is not known */
	struct rdep_core_known *known;
	size_t known_count;
	size_t *known_of; /* of each thread of the core: index in known, plus 1; 0: not known */
	struct rd_core_chunk *chunks; /* of the record, as it was mapped */
	size_t chunk_count;
	uint64_t journal_end; /* in the file, at that moment; 0: not known, or no file */
	uint64_t nonce;	      /* of the tags in locks, 0: none */
};

/* Finds it. False with *err, which says why there is none. */
bool rdep_core_state_find(struct rdep_core *c, struct rdep_core_state *s, struct rdep_error *err);
void rdep_core_state_free(struct rdep_core_state *s);

/* A member of a struct of the runtime's at an address, as a number; false when it is not there. */
bool rdep_core_member(const struct rdep_core_state *s, uint64_t address,
		      enum rd_core_field_number f, uint64_t *value);

/* The record's file offset of an address in its mappings; 0: in none of them. */
uint64_t rdep_core_record_offset(const struct rdep_core_state *s, uint64_t address);

/* The instances that the runtime has in its table, one after the other: false behind the last. *i
 * begins at 0. */
struct rdep_core_instance {
	uint64_t address;
	uint32_t cls, generation;
};
bool rdep_core_next_instance(const struct rdep_core_state *s, uint64_t *i,
			     struct rdep_core_instance *in);

/*
 * core_kept.c: the journal's private copy. Calls take for each item: `fixed` bytes of payload, and
 * `more` behind them. Returns how many items there were; *lost: how many the process could not
 * keep, at least; *bad: it ended where it made no sense.
 */
typedef void rdep_core_item(void *arg, unsigned type, const void *payload, size_t fixed,
			    size_t more);
size_t rdep_core_kept(const struct rdep_core_state *s, rdep_core_item *take, void *arg,
		      uint64_t *lost, bool *bad);

#endif
