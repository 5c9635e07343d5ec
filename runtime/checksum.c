// SPDX-License-Identifier: MIT
/* checksum.c - see checksum.h. */
#include "checksum.h"
#include "crc32c.h"

#include <string.h>
#include <sys/platform/x86.h>

enum { UNKNOWN, PLAIN, OWN };

static uint8_t how;

/* The loader knows already. */
static uint8_t find_out(void)
{
	uint8_t found = CPU_FEATURE_ACTIVE(SSE4_2) ? OWN : PLAIN;

	__atomic_store_n(&how, found, __ATOMIC_RELAXED);
	return found;
}

static __attribute__((target("sse4.2"))) uint32_t by_instruction(uint32_t crc, const unsigned char *p, size_t n)
{
	uint64_t sum = (uint32_t)~crc, word;

	for (; n >= sizeof(word); n -= sizeof(word), p += sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		sum = __builtin_ia32_crc32di(sum, word);
	}
	while (n--)
		sum = __builtin_ia32_crc32qi((uint32_t)sum, *p++);
	return ~(uint32_t)sum;
}

uint32_t rd_crc32c(uint32_t crc, const void *p, size_t n)
{
	uint8_t is = __atomic_load_n(&how, __ATOMIC_RELAXED);

	if (is == UNKNOWN)
		is = find_out();
	return is == OWN ? by_instruction(crc, p, n) : rdep_crc32c(crc, p, n);
}
