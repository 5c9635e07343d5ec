/* SPDX-License-Identifier: MIT */
/* core_kept.c - the journal's private copy, as runtime/keep.c makes it. */
#include <stdlib.h>
#include <string.h>
#include "reports/core_state.h"

#define BLOCK_MAX (8u << 20)
#define BLOCKS_MAX (1u << 17)
#define ITEMS_PER_BYTE                                                                             \
	64u /* what is kept is never that much smaller than what it makes, all in all */
#define SLACK (16u << 20)

struct kept {
	const uint8_t *p, *end;
	uint64_t room; /* bytes of items that may still be made */
	bool bad;
	uint32_t before[RD_KEPT_TYPES][RD_KEPT_BEFORE(RDEP_STACK)];
	uint32_t words[RD_KEPT_WORDS + 1];
	char item[4 * RD_KEPT_WORDS + RDEP_ITEM_MAX] __attribute__((aligned(8)));
};

static uint64_t number(struct kept *k)
{
	uint64_t v = 0;
	unsigned shift;

	for (shift = 0; shift < 63; shift += 7) {
		if (k->p == k->end)
			break;
		v |= (uint64_t)(*k->p & 0x7f) << shift;
		if (!(*k->p++ & 0x80))
			return v;
	}
	k->bad = true;
	return 0;
}

static void words(struct kept *k, unsigned type, size_t n)
{
	uint32_t *before = k->before[type];
	size_t i = 0, j, remembered = RD_KEPT_BEFORE(type);

	while (i < n && !k->bad) {
		uint64_t v = number(k), same;

		if (v & 1) {
			uint64_t d = v >> 1;

			if (i < remembered)
				before[i] += (uint32_t)(d >> 1 ^ -(d & 1));
			k->words[i] = i < remembered ? before[i] : (uint32_t)(d >> 1 ^ -(d & 1));
			i++;
			continue;
		}
		same = v >> 1;
		if (!same || same > n - i) {
			k->bad = true;
			return;
		}
		for (j = 0; j < same; j++, i++)
			k->words[i] = i < remembered ? before[i] : 0;
	}
}

/* The frames of a stack are kept from the outermost on. */
static void turn_stack(struct kept *k, size_t n)
{
	size_t head = sizeof(struct rdep_stack) / 4, i, frames = n > head ? (n - head) / 2 : 0;
	uint64_t *out = (uint64_t *)(void *)(k->item + sizeof(struct rdep_stack));

	memcpy(k->item, k->words, (n < head ? n : head) * 4);
	for (i = 0; i < frames; i++)
		memcpy(&out[frames - 1 - i], k->words + head + 2 * i, sizeof(*out));
}

/* One item: its length under the checksum, and behind; false at the end. */
static bool next(struct kept *k, unsigned *type, size_t *fixed, size_t *more)
{
	uint64_t len, rest;
	size_t name, n;

	if (k->p == k->end)
		return false;
	*type = *k->p++;
	len = number(k);
	rest = number(k);
	n = (len + 3) / 4;
	name = *type == RDEP_CLASS && rest > 32 ? rest - 32 : 0;
	if (k->bad || !*type || *type >= RD_KEPT_TYPES || len > RDEP_ITEM_MAX || rest > 65536 ||
	    len + rest > k->room ||
	    (rd_kept_raw(*type) ? len > (uint64_t)(k->end - k->p) : n > RD_KEPT_WORDS)) {
		k->bad = true;
		return false;
	}
	k->room -= len + rest;
	if (rd_kept_raw(*type)) {
		memcpy(k->item, k->p, len);
		k->p += len;
	} else {
		words(k, *type, n);
		if (*type == RDEP_STACK)
			turn_stack(k, n);
		else
			memcpy(k->item, k->words, n * 4);
	}
	if (k->bad || name > (size_t)(k->end - k->p)) {
		k->bad = true;
		return false;
	}
	memset(k->item + len, 0, rest);
	memcpy(k->item + len + rest - name, k->p, name);
	k->p += name;
	/* Counted in place, in the record: here it is known to have come by. */
	if ((*type == RDEP_SITE || *type == RDEP_SCOPE) && rest == 8)
		k->item[len] = 1;
	*fixed = len;
	*more = rest;
	return true;
}

static size_t block(struct kept *k, const uint8_t *data, size_t n, rdep_core_item *take, void *arg)
{
	size_t count = 0, fixed, more;
	unsigned type;

	k->p = data;
	k->end = data + n;
	k->room += (uint64_t)n * ITEMS_PER_BYTE;
	while (next(k, &type, &fixed, &more)) {
		take(arg, type, k->item, fixed, more);
		count++;
	}
	return count;
}

size_t rdep_core_kept(const struct rdep_core_state *s, rdep_core_item *take, void *arg,
		      uint64_t *lost, bool *bad)
{
	struct kept *k = rdep_alloc(sizeof(*k));
	uint64_t at = 0, left = s->core->size;
	size_t count = 0, steps = 0;
	uint32_t missing = 0;

	k->room = SLACK;
	if (s->root.address[RD_CORE_KEPT])
		rdep_core_get(s->core, s->root.address[RD_CORE_KEPT], &at, sizeof(at));
	while (at && !k->bad && steps++ < BLOCKS_MAX) {
		struct rd_kept_block b;
		uint8_t *data;

		k->bad = !rdep_core_get(s->core, at, &b, sizeof(b)) || b.used > b.size ||
			 b.used > BLOCK_MAX || b.used > left;
		if (k->bad)
			break;
		left -= b.used;
		data = rdep_alloc(b.used + 1u);
		k->bad = !rdep_core_get(s->core, at + sizeof(b), data, b.used);
		if (!k->bad)
			count += block(k, data, b.used, take, arg);
		free(data);
		at = b.next;
	}
	if (s->root.address[RD_CORE_KEPT_LOST])
		rdep_core_get(s->core, s->root.address[RD_CORE_KEPT_LOST], &missing,
			      sizeof(missing));
	*lost = missing;
	*bad = k->bad;
	free(k);
	return count;
}
