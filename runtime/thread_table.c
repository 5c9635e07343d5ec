// SPDX-License-Identifier: MIT
/* thread_table.c - see thread_table.h. */
#include "thread_table.h"
#include "hash.h"

#include <string.h>

#define DEEPEST 64

static struct rd_array infos = RD_ARRAY(sizeof(struct rd_thread_info));
static uint32_t last_id;

static struct named {
	uint64_t pthread;
	uint32_t id;
	UT_hash_handle hh;
} *by_pthread;

uint32_t rd_thread_new(void)
{
	if (!rd_array_need(&infos, last_id + 1))
		return 0;
	return ++last_id;
}

struct rd_thread_info *rd_thread_info_at(uint32_t id)
{
	return id && id <= last_id ? rd_array_at(&infos, id) : NULL;
}

/* Is b's event at cb below (a, ca) in the line of creations that leads to it? */
static bool in_line(uint32_t a, uint32_t ca, uint32_t b, uint32_t cb)
{
	int depth;

	for (depth = 0; b && depth < DEEPEST; depth++) {
		const struct rd_thread_info *i;

		if (a == b)
			return ca < cb;
		i = rd_thread_info_at(b);
		if (!i)
			return false;
		/* Everything of b comes after its creation, which is the parent's step to parent_clock. */
		b = i->parent;
		cb = i->parent_clock;
	}
	return false;
}

bool rd_thread_before(uint32_t a, uint32_t ca, uint32_t b, uint32_t cb)
{
	int depth;

	if (a == b)
		return false;
	for (depth = 0; a && depth < DEEPEST; depth++) {
		const struct rd_thread_info *i = rd_thread_info_at(a);

		if (in_line(a, ca, b, cb))
			return true;
		if (!i)
			return false;
		/* Everything of a comes before its join, the joiner's step to joiner_clock. */
		a = i->joiner;
		if (!a)
			return false;
		ca = i->joiner_clock - 1;
		if (a == b)
			return ca < cb;
	}
	return false;
}

void rd_thread_name_pthread(uint64_t pthread, uint32_t id)
{
	struct named *n;

	HASH_FIND(hh, by_pthread, &pthread, sizeof(pthread), n);
	if (n) {
		n->id = id;
		if (!id) {
			HASH_DEL(by_pthread, n);
			rd_mem_free(n, sizeof(*n));
		}
		return;
	}
	n = id ? rd_mem_alloc(sizeof(*n)) : NULL;
	if (!n)
		return;
	n->pthread = pthread;
	n->id = id;
	HASH_ADD(hh, by_pthread, pthread, sizeof(n->pthread), n);
}

uint32_t rd_thread_by_pthread(uint64_t pthread)
{
	struct named *n;

	HASH_FIND(hh, by_pthread, &pthread, sizeof(pthread), n);
	return n ? n->id : 0;
}

void rd_thread_table_reset(void)
{
	memset(infos.segment, 0, sizeof(infos.segment));
	last_id = 0;
	by_pthread = NULL;
}
