/* SPDX-License-Identifier: MIT */
/*
 * module.h - the loaded objects that addresses lie in, and their items in the journal.
 *
 * Found by _dl_find_object, which takes no lock. A module is in the journal before the first item with an address in it; one
 * that was unloaded is found out when another object is met in its place. One that comes back to its place is the same
 * module, and the journal is told so when it is told something else: before that item stands which one is there.
 * All functions need the runtime lock.
 */
#ifndef RECLAIMDEP_MODULE_H
#define RECLAIMDEP_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Is it the program itself, which is never unloaded? Lock-free. */
struct link_map;
bool rd_is_program(const struct link_map *map);

struct rd_module {
	uint64_t start, end, bias; /* over all segments, gaps too */
	uint64_t identity; /* hash of the build-id, or of the path: the same in every process */
	uint32_t id;
	uint32_t build_id_len;
	uint8_t build_id[32];
	uint64_t build_id_at; /* where it stands in memory */
	uint32_t confirmed;   /* the rd_lock_turn in which its build-id was looked at last */
	const void *link_map, *eh_frame;
	char *path;	/* its file's */
	uint64_t shape; /* without a build-id: see module.c */
	uint32_t salt;	/* not 0: it came to where others had been, and its addresses were theirs */
	bool away;	/* another one is in its place */
	bool told;	/* the journal has it as one that is there */
	bool no_room;	/* it would have, but for record_max */
	/* Functions that are known by name; see wrapper.h. */
	struct rd_range *wrappers;
	uint32_t wrapper_count;
	bool wrappers_read;
};

/* Not 0: some module has a salt. */
extern uint32_t rd_modules_in_turn __attribute__((visibility("hidden")));

/* The module that holds the address, or NULL. */
struct rd_module *rd_module_at(uint64_t address);

/* Puts the module that holds the address, if any, into the journal, where it is not there yet for want of room. */
void rd_module_tell(uint64_t address);

/* Its file's path into buf; "" when it is not known. */
void rd_module_path(const struct rd_module *m, char *buf, size_t n);

void rd_module_reset(void);

#endif
