/* SPDX-License-Identifier: MIT */
/*
 * keep.h - the journal once more, in private memory and made small: for core dumps, which have no
 * record.
 *
 * Bounded by the option core_max. Needs the runtime lock.
 */
#ifndef RECLAIMDEP_KEEP_H
#define RECLAIMDEP_KEEP_H

#include <stddef.h>
#include "record_layout.h"

/*
 * An item as rd_record_put() gets it: two pieces under the checksum; more_len bytes behind them, of
 * which `more` is kept for the types whose text stands there. An item that finds no room is
 * counted, and none is kept after it.
 */
void rd_keep(enum rdep_item_type type, const void *a, size_t a_len, const void *b, size_t b_len,
	     const void *more, size_t more_len);

/* Begins anew. */
void rd_keep_reset(void);

#endif
