/* SPDX-License-Identifier: MIT */
/*
 * hash.h - uthash on the runtime's own memory. Needs the runtime lock.
 *
 * uthash's defaults call malloc and exit, which nothing inside the target may: where there is no
 * memory an element is simply not added, and a lookup does not find it.
 */
#ifndef RECLAIMDEP_HASH_H
#define RECLAIMDEP_HASH_H

#include "mem.h"

#define HASH_NONFATAL_OOM 1
#define uthash_malloc(n) rd_mem_alloc(n)
#define uthash_free(p, n) rd_mem_free(p, n)
#define uthash_nonfatal_oom(elt) ((void)(elt))
#include <uthash.h>

#endif
