/* SPDX-License-Identifier: MIT */
/*
 * unwind_confirmed.c - see rd_unwind_confirmed() in unwind.h.
 *
 * What is remembered of a walk is a hash of its pcs, in a table that forgets: a walk that is not there costs
 * libunwind's time once more, no more than that.
 */
#include "thread.h"
#include "unwind.h"

#define CONFIRMED 2048u

static uint64_t confirmed[CONFIRMED];
static uint32_t full_walks;

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ull;
	return h ^ h >> 32;
}

/* Not 0, which is in the table at first. A walk that was cut short is not the same as a whole one. */
static uint64_t hash_pcs(const struct rd_frame *frames, size_t n, unsigned flags)
{
	uint64_t h = n << 8 | flags;
	size_t i;

	for (i = 0; i < n; i++)
		h = mix(h, frames[i].pc << 1 | frames[i].exact);
	return h | 1;
}

/* And where the frames are. */
static uint64_t hash_all(const struct rd_frame *frames, size_t n, unsigned flags)
{
	uint64_t h = hash_pcs(frames, n, flags);
	size_t i;

	for (i = 0; i < n; i++)
		h = mix(h, frames[i].cfa);
	return h;
}

size_t rd_unwind_confirmed(struct rd_frame *frames, size_t max, uint64_t from, unsigned *flags)
{
	size_t n = rd_unwind_fast(frames, max, from, flags);
	uint64_t pcs = hash_pcs(frames, n, *flags), all;

	/* Where the small walker knows no way libunwind may know one. */
	if (!n || *flags & RD_UNWIND_BROKEN)
		pcs = 0;
	if (pcs && confirmed[pcs % CONFIRMED] == pcs)
		return n;
	all = hash_all(frames, n, *flags);
	full_walks++;
	n = rd_unwind_full(frames, max, from, flags);
	if (pcs && hash_all(frames, n, *flags) == all)
		confirmed[pcs % CONFIRMED] = pcs;
	return n;
}

uint32_t rd_unwind_full_walks(void)
{
	return full_walks;
}
