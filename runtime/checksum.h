/* SPDX-License-Identifier: MIT */
/*
 * checksum.h - the record's checksum, as crc32c.h says it, by the processor's own instruction where it has that.
 */
#ifndef RECLAIMDEP_CHECKSUM_H
#define RECLAIMDEP_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* rdep_crc32c(crc, p, n). Any thread, async-signal-safe. */
uint32_t rd_crc32c(uint32_t crc, const void *p, size_t n);

#endif
