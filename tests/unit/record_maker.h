/* SPDX-License-Identifier: MIT */
/*
 * record_maker.h - writes records for the readers' tests, by record_layout.h alone: what
 * the readers take for granted is not what the writer happens to do.
 *
 * Ids are given in order from 1 per type, classes from RDEP_FIRST_CLASS.
 */
#ifndef RECLAIMDEP_TEST_RECORD_MAKER_H
#define RECLAIMDEP_TEST_RECORD_MAKER_H

#include <stddef.h>
#include <stdint.h>
#include "runtime/record_layout.h"

struct maker {
	struct rdep_header header; /* to be changed at will before maker_seal() */
	char *data;		   /* the file, the header's page first */
	size_t size, room;
	size_t chunk_size, chunk; /* of a new chunk; offset of the last one, 0: none */
	uint32_t next[32];	  /* id, by item type */
};

void maker_init(struct maker *m, uint32_t pid);
void maker_free(struct maker *m);

/* Appends an item; `fixed` of the n bytes are summed. Returns its file offset. */
size_t maker_put(struct maker *m, unsigned type, const void *payload, size_t n, size_t fixed);

uint32_t maker_module(struct maker *m, const char *path, uint64_t start, uint64_t end,
		      uint64_t bias);
void maker_module_gone(struct maker *m, uint32_t id);
uint32_t maker_stack(struct maker *m, size_t count, const uint64_t *pcs);
uint32_t maker_class_named(struct maker *m, const char *name);
uint32_t maker_class_static(struct maker *m, uint32_t module, uint64_t offset);
uint32_t maker_class_init(struct maker *m, uint32_t stack);
uint32_t maker_edge(struct maker *m, uint32_t from, uint32_t to, uint32_t held_stack,
		    uint32_t acquire_stack, uint32_t thread);
/* A scope, and an allocation site: their ids come from one row. scopes: ids, ended by 0. */
struct maker_site {
	uint64_t pc;
	uint32_t stack, raw_gfp, gfp, scope, flags;
	uint32_t scopes[RDEP_SITE_SCOPES + 1];
};
uint32_t maker_scope(struct maker *m, uint32_t bit, uint64_t pc, uint32_t stack, size_t n,
		     const struct rdep_site_held *held, const char *reason, uint64_t count);
uint32_t maker_site(struct maker *m, const struct maker_site *w, size_t n,
		    const struct rdep_site_held *held, uint64_t count);
void maker_domain_site(struct maker *m, uint32_t domain, uint64_t pc, uint32_t stack);
uint32_t maker_thread(struct maker *m, const char *name);
/* A cycle of n edges. id 0: a new one; else a revision of it. Returns the id. */
uint32_t maker_cycle(struct maker *m, uint32_t id, unsigned revision, unsigned kind,
		     unsigned verdict, size_t n, const uint32_t *edges);
uint32_t maker_self_deadlock(struct maker *m, uint32_t cls, uint32_t held_stack,
			     uint32_t acquire_stack);
void maker_text(struct maker *m, unsigned type, const char *text);
void maker_exe(struct maker *m, const char *path, const char *cmdline, size_t cmdline_len);
/* A board of n slots; returns the file offset of the first. */
size_t maker_board(struct maker *m, uint32_t n);

/* What some thread counted of n classes, of each exclusive and shared; returns the item's offset. */
size_t maker_stats(struct maker *m, uint32_t first, uint32_t n, const struct rdep_stat *stats);

/* Completes the header: sums, journal_end. To be called again after more was put. */
void maker_seal(struct maker *m);
/* Seals and writes the file. */
void maker_write(struct maker *m, const char *path);

/* Makes every sum of a record right that can be found by walking it: forged input. */
void maker_repair(char *data, size_t size);

/* Records of many shapes; `which` counts from 0. Returns 0 when there are no more. */
int maker_sample(struct maker *m, unsigned which);

#endif
