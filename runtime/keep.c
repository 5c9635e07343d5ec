// SPDX-License-Identifier: MIT
/*
 * keep.c - see keep.h.
 *
 * An item is: its type; the length of what is under the checksum, and of what comes behind, as
 * numbers of 7 bits a byte, the lowest first, the top bit where more follow; then
 *
 *   types with text (rd_kept_raw):  the bytes
 *   stacks:      the words of the struct up to its frames, then those of the frames, outermost
 * first, so that the callers that two stacks share stand at the same place others:      the words
 *
 * and behind those, of a class, its name's bytes. A word is of 32 bits, and is kept as the
 * difference from that of the last item of its type at the same place (0 where that had none): a
 * number whose lowest bit is 1 is one difference, zigzag, shifted by one; else so many differences
 * of 0 as the number shifted says. A length that is no multiple of 4 is filled up with zeros.
 */
#include "keep.h"
#include "core_root.h"
#include "mem.h"
#include "options.h"

#include <string.h>

#define FIRST_BLOCK (64u << 10)
#define LARGEST_BLOCK (1u << 20)
#define RAW_MAX (12u << 10)
#define NUMBER_MAX 5u /* bytes of a number */

static struct rd_kept_block *first, *last;
static uint64_t room_taken;
static uint32_t lost;

/* The last item of each type, as words. */
static uint32_t previous[RD_KEPT_TYPES][RD_KEPT_BEFORE(0)],
	previous_stack[RD_KEPT_BEFORE(RDEP_STACK)];

void rd_keep_core(uint64_t *address)
{
	address[RD_CORE_KEPT] = (uint64_t)&first;
	address[RD_CORE_KEPT_LOST] = (uint64_t)&lost;
}

/* The blocks that there are stay reachable for a child that was forked in the middle. */
void rd_keep_reset(void)
{
	struct rd_kept_block *b = first ? (struct rd_kept_block *)first->next : NULL;

	while (b) {
		struct rd_kept_block *next = (struct rd_kept_block *)b->next;

		rd_unmap(b, sizeof(*b) + b->size);
		b = next;
	}
	last = first;
	if (first) {
		first->used = 0;
		first->next = 0;
		room_taken = first->size;
		/* Where nothing was kept they are pages that nobody touched. */
		memset(previous, 0, sizeof(previous));
		memset(previous_stack, 0, sizeof(previous_stack));
	}
	lost = 0;
}

/* Room for n bytes in the last block, or in a new one. */
static uint8_t *room_for(size_t n)
{
	uint64_t max = (uint64_t)rd_options.core_max << 20;
	size_t size = last ? 2 * (size_t)last->size : FIRST_BLOCK - sizeof(*last);
	struct rd_kept_block *b;

	if (last && last->size - last->used >= n)
		return last->data + last->used;
	if (size > LARGEST_BLOCK)
		size = LARGEST_BLOCK - sizeof(*b);
	if (lost || n > FIRST_BLOCK - sizeof(*b) || room_taken + size > max)
		return NULL;
	b = rd_map(sizeof(*b) + size);
	if (!b)
		return NULL;
	b->size = (uint32_t)size;
	if (last)
		__atomic_store_n(&last->next, (uint64_t)b, __ATOMIC_RELEASE);
	else
		first = b;
	last = b;
	room_taken += size;
	return b->data;
}

static uint8_t *put_number(uint8_t *p, uint64_t v)
{
	while (v >= 0x80) {
		*p++ = (uint8_t)(v | 0x80);
		v >>= 7;
	}
	*p++ = (uint8_t)v;
	return p;
}

static uint8_t *put_words(uint8_t *p, const uint32_t *words, size_t n, uint32_t *before,
			  size_t before_max)
{
	size_t same = 0, i;

	for (i = 0; i < n; i++) {
		uint32_t was = i < before_max ? before[i] : 0, d = words[i] - was;

		if (!d) {
			same++;
			continue;
		}
		if (same)
			p = put_number(p, (uint64_t)same << 1);
		same = 0;
		p = put_number(p, (uint64_t)(d << 1 ^ (uint32_t)((int32_t)d >> 31)) << 1 | 1);
		if (i < before_max)
			before[i] = words[i];
	}
	return same ? put_number(p, (uint64_t)same << 1) : p;
}

/* Words of the item, in the order in which they are kept; their count. */
static size_t words_of(enum rdep_item_type type, uint32_t *words, const void *a, size_t a_len,
		       const void *b, size_t b_len)
{
	size_t len = a_len + b_len, from = sizeof(struct rdep_stack) / 4, to = len / 4;

	words[len / 4] = 0;
	memcpy(words, a, a_len);
	if (b_len)
		memcpy((char *)words + a_len, b, b_len);
	if (type != RDEP_STACK)
		return (len + 3) / 4;
	for (; from + 4 <= to; from += 2, to -= 2) {
		uint32_t inner[2] = {words[from], words[from + 1]};

		memcpy(&words[from], &words[to - 2], sizeof(inner));
		memcpy(&words[to - 2], inner, sizeof(inner));
	}
	return len / 4;
}

void rd_keep(enum rdep_item_type type, const void *a, size_t a_len, const void *b, size_t b_len,
	     const void *more, size_t more_len)
{
	static uint32_t words[RD_KEPT_WORDS + 1];
	size_t len = a_len + b_len, name = type == RDEP_CLASS && more_len > 32 ? more_len - 32 : 0,
	       n;
	uint8_t *start, *p;

	if (type == RDEP_HELDS || type >= RD_KEPT_TYPES || !rd_options.core_max)
		return;
	if (rd_kept_raw(type) ? len > RAW_MAX : len > 4 * RD_KEPT_WORDS) {
		lost++;
		return;
	}
	/* A word takes a number at most, one that differs from its neighbours two. */
	start = p = room_for(3 * NUMBER_MAX +
			     (rd_kept_raw(type) ? len : len / 4 * (NUMBER_MAX + 1) + 8) + name);
	if (!p) {
		lost++;
		return;
	}
	*p++ = (uint8_t)type;
	p = put_number(p, len);
	p = put_number(p, more_len);
	if (rd_kept_raw(type)) {
		memcpy(p, a, a_len);
		if (b_len)
			memcpy(p + a_len, b, b_len);
		p += len;
	} else {
		n = words_of(type, words, a, a_len, b, b_len);
		p = put_words(p, words, n, type == RDEP_STACK ? previous_stack : previous[type],
			      RD_KEPT_BEFORE(type));
	}
	if (name)
		memcpy(p, (const char *)more + 32, name);
	p += name;
	__atomic_store_n(&last->used, last->used + (uint32_t)(p - start), __ATOMIC_RELEASE);
}
