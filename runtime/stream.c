// SPDX-License-Identifier: MIT
/* stream.c - see stream.h. */
#include "stream.h"
#include "class.h"
#include "sys.h"

#include <pthread.h>
#include <stdio.h>

/* glibc's _IO_lock_t. */
struct stream_words {
	int32_t word;
	int32_t count;
	uint64_t owner; /* pthread_self() of it */
};

static bool look(uint64_t stream, struct stream_words *w)
{
	uint64_t lock;

	return !rd_peek(&lock, &((const FILE *)stream)->_lock, sizeof(lock)) &&
	       !rd_peek(w, (const void *)lock, sizeof(*w));
}

bool rd_stream_is_stale(const struct rdep_held *e)
{
	struct stream_words w;
	uint32_t generation;

	/* What was closed may look as before, until its memory is used again. */
	if (!rd_class_get((const void *)e->address, RDEP_STDIO, &generation) || generation != e->generation)
		return true;
	return !look(e->address, &w) || w.owner != (uint64_t)pthread_self();
}

bool rd_stream_is_free(const void *stream)
{
	struct stream_words w;

	return look((uint64_t)stream, &w) && w.word == 0 && w.owner == 0;
}
