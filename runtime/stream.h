/* SPDX-License-Identifier: MIT */
/*
 * stream.h - whose a stdio stream is, by its own words.
 */
#ifndef RECLAIMDEP_STREAM_H
#define RECLAIMDEP_STREAM_H

#include <stdbool.h>
#include <stdint.h>
#include "record_layout.h"

/* Is the stream of the entry not this thread's, or closed? Two system calls. */
bool rd_stream_is_stale(const struct rdep_held *e);

/* Is it nobody's? */
bool rd_stream_is_free(const void *stream);

#endif
