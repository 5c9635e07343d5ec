// SPDX-License-Identifier: MIT
/* class_set.c - see class_set.h. */
#include "class_set.h"
#include "mem.h"

#include <stddef.h>

#define FIRST_ROOM 4u

/* Where the word is, or is to be. There is room for one more. */
static struct rd_class_word *place(const struct rd_class_set *s, uint32_t n)
{
	uint32_t i = n * 0x9e3779b1u;

	for (i ^= i >> 15;; i++) {
		struct rd_class_word *w = &s->words[i & (s->room - 1)];

		if (!w->number || w->number == n + 1)
			return w;
	}
}

bool rd_class_set_has(const struct rd_class_set *s, uint32_t cls)
{
	return s->room && place(s, cls / 64)->bits[cls / 32 & 1] >> cls % 32 & 1;
}

static bool grow(struct rd_class_set *s)
{
	struct rd_class_set wider = {.room = s->room ? s->room * 2 : FIRST_ROOM, .count = s->count};
	uint32_t i;

	wider.words = rd_mem_alloc(wider.room * sizeof(*wider.words));
	if (!wider.words)
		return false;
	for (i = 0; i < s->room; i++) {
		if (s->words[i].number)
			*place(&wider, s->words[i].number - 1) = s->words[i];
	}
	rd_class_set_free(s);
	*s = wider;
	return true;
}

bool rd_class_set_add_word(struct rd_class_set *s, uint32_t n, uint64_t bits)
{
	struct rd_class_word *w;

	if (!bits)
		return true;
	if (s->count >= s->room / 4 * 3 && !grow(s))
		return false;
	w = place(s, n);
	s->count += !w->number;
	w->number = n + 1;
	w->bits[0] |= (uint32_t)bits;
	w->bits[1] |= (uint32_t)(bits >> 32);
	return true;
}

bool rd_class_set_join(struct rd_class_set *s, const struct rd_class_set *more)
{
	bool all = true;
	uint32_t i;

	for (i = 0; i < more->room; i++) {
		const struct rd_class_word *w = &more->words[i];

		if (w->number)
			all &= rd_class_set_add_word(s, w->number - 1, (uint64_t)w->bits[1] << 32 | w->bits[0]);
	}
	return all;
}

void rd_class_set_free(struct rd_class_set *s)
{
	rd_mem_free(s->words, s->room * sizeof(*s->words));
	*s = (struct rd_class_set){.words = NULL};
}
