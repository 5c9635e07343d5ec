// SPDX-License-Identifier: MIT
/* table.c - see table.h. */
#include "table.h"

#include <string.h>

#define FIRST_BUCKETS 64u

static uint32_t *head(const struct rd_table *t, uint32_t bucket)
{
	return rd_array_item(&t->heads, bucket, sizeof(uint32_t));
}

static void push(uint32_t *to, uint32_t *next, uint32_t id)
{
	__atomic_store_n(next, *to, __ATOMIC_RELEASE);
	__atomic_store_n(to, id, __ATOMIC_RELEASE);
}

/* The buckets whose turns come next: what is in them is on its way when it is asked for. */
static void split_ahead(const struct rd_table *t, const struct rd_table_of *of)
{
	uint32_t low = 1u << (31 - __builtin_clz(t->buckets)), at = t->buckets - low, id;

	id = *head(t, at);
	if (id && (id = *of->next(id)))
		__builtin_prefetch(of->next(id));
	if (at + 1 < low && (id = *head(t, at + 1)))
		__builtin_prefetch(of->next(id));
}

/* The bucket whose turn it is gives about half of its numbers to a new one. */
static void split(struct rd_table *t, const struct rd_table_of *of)
{
	uint32_t to = t->buckets, low = 1u << (31 - __builtin_clz(to)), id, next;
	uint32_t *new_head = rd_array_need(&t->heads, to), *at;

	if (!new_head)
		return;
	*new_head = 0;
	__atomic_store_n(&t->moves, t->moves + 1, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	at = head(t, to - low);
	for (id = *at; id; id = next) {
		uint32_t *link = of->next(id);

		next = *link;
		if ((of->hash(id) & (2 * low - 1)) != to) {
			at = link;
			continue;
		}
		__atomic_store_n(at, next, __ATOMIC_RELEASE);
		push(new_head, link, id);
	}
	__atomic_store_n(&t->buckets, to + 1, __ATOMIC_RELEASE);
	__atomic_store_n(&t->moves, t->moves + 1, __ATOMIC_RELEASE);
}

bool rd_table_add(struct rd_table *t, const struct rd_table_of *of, uint32_t id)
{
	if (!t->buckets) {
		t->heads.elem = sizeof(uint32_t);
		if (!rd_array_need(&t->heads, FIRST_BUCKETS - 1))
			return false;
		__atomic_store_n(&t->buckets, FIRST_BUCKETS, __ATOMIC_RELEASE);
	}
	push(head(t, rd_table_bucket(t->buckets, of->hash(id))), of->next(id), id);
	if (++t->count > t->buckets) {
		split(t, of);
		split_ahead(t, of);
	}
	return true;
}

void rd_table_clear(struct rd_table *t)
{
	uint32_t i;

	for (i = 0; i < t->buckets; i++)
		*head(t, i) = 0;
	t->count = 0;
}
