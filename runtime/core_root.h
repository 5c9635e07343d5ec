/* SPDX-License-Identifier: MIT */
/*
 * core_root.h - filling in what a reader of a core dump starts from (core_layout.h).
 */
#ifndef RECLAIMDEP_CORE_ROOT_H
#define RECLAIMDEP_CORE_ROOT_H

#include "core_layout.h"

/*
 * There is a record: what identifies it, and where all is. At start-up, and again in a fork child.
 * Needs the runtime lock.
 */
void rd_core_root_up(const struct rdep_header *h);

/* Each room tells where its own is: an address of the list. Called by rd_core_root_up(). */
void rd_record_core(uint64_t *address);
void rd_keep_core(uint64_t *address);
void rd_threads_core(uint64_t *address);
void rd_instance_core(uint64_t *address);
void rd_thread_table_core(uint64_t *address);

#endif
