// SPDX-License-Identifier: MIT
/* lock_words.c - see lock_words.h. */
#include "lock_words.h"
#include "file_lock.h"
#include "held.h"
#include "module.h"
#include "sem.h"
#include "stream.h"
#include "sys.h"

#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

/* The word of a mutex that the kernel knows of is its owner's tid, and more. */
#define FUTEX_TID 0x3fffffff
#define CEILING (~0x7ffff)

size_t rd_words_size(unsigned kind)
{
	switch (kind) {
	case RDEP_MUTEX:
		return sizeof(struct rd_mutex_words);
	case RDEP_RWLOCK:
		return sizeof(struct rd_rwlock_words);
	case RDEP_SPIN:
	case RDEP_GLIB:
	case RDEP_ONCE:
		return sizeof(int32_t);
	default:
		return 0;
	}
}

bool rd_tid_is(const struct rd_thread *t, uint32_t tid)
{
	return tid == t->tid || (t->fork_tid && tid == t->fork_tid);
}

/* The owner word of a robust mutex whose owner died is not a tid until it is made consistent. */
static bool owner_in_word(const struct rd_mutex_words *m)
{
	return m->kind & (RD_MUTEX_ROBUST | RD_MUTEX_INHERIT) && m->kind != RD_MUTEX_DESTROYED;
}

uint32_t rd_words_owner(const union rd_lock_words *w, unsigned kind)
{
	switch (kind) {
	case RDEP_MUTEX:
		return owner_in_word(&w->mutex) ? (uint32_t)w->mutex.word & FUTEX_TID : w->mutex.owner;
	case RDEP_RWLOCK:
		return w->rwlock.writer;
	default:
		return 0;
	}
}

static bool mutex_free(const struct rd_mutex_words *m)
{
	/* Lock elision takes a mutex without a word in it. */
	if (m->kind & RD_MUTEX_ELISION)
		return false;
	if (owner_in_word(m))
		return !(m->word & FUTEX_TID);
	return (m->kind & RD_MUTEX_PROTECT ? m->word & ~CEILING : m->word) == 0;
}

bool rd_words_free(const union rd_lock_words *w, unsigned kind)
{
	switch (kind) {
	case RDEP_MUTEX:
		return mutex_free(&w->mutex);
	case RDEP_RWLOCK:
		return RD_RWLOCK_READERS(&w->rwlock) == 0 && w->rwlock.writer == 0;
	case RDEP_SPIN:
		return w->spin == RD_SPIN_FREE;
	case RDEP_GLIB:
		return w->spin == RD_GMUTEX_FREE;
	case RDEP_ONCE:
		return !rd_once_is_running(w->spin);
	default:
		return false;
	}
}

size_t rd_held_words(const struct rdep_held *e)
{
	return !e->address || e->flags & (RDEP_HELD_WAITING | RDEP_HELD_COND) ? 0 : rd_words_size(e->kind);
}

bool rd_words_say_stale(const struct rd_thread *t, const struct rdep_held *e, const union rd_lock_words *w)
{
	uint32_t owner = rd_words_owner(w, e->kind);

	switch (e->kind) {
	case RDEP_MUTEX:
		return !rd_tid_is(t, owner) && (owner != 0 || mutex_free(&w->mutex));
	case RDEP_RWLOCK:
		return e->mode == RDEP_WRITE ? !rd_tid_is(t, owner) : RD_RWLOCK_READERS(&w->rwlock) == 0;
	default:
		return rd_words_free(w, e->kind);
	}
}

/* ---- is its memory there ---- */

#define PAGE(p) ((uint64_t)(p) / 4096)

static uint64_t heap;

void rd_lock_words_start(void)
{
	heap = (uint64_t)rd_sys(SYS_brk, 0);
}

static bool is_program_variable(const void *p)
{
	struct dl_find_object o;

	return _dl_find_object((void *)p, &o) == 0 && o.dlfo_link_map && rd_is_program(o.dlfo_link_map);
}

bool rd_is_there(const void *lock, size_t n, const void *there)
{
	uint64_t from = (uint64_t)lock, to = from + n;

	if (!there)
		return false;
	if (PAGE(from) == PAGE(there) && PAGE(to - 1) == PAGE(there))
		return true;
	if (heap && from >= heap && to <= (uint64_t)there && (uint64_t)there < (uint64_t)sbrk(0))
		return true;
	return is_program_variable(lock);
}

bool rd_held_is_stale(struct rd_thread *t, const struct rdep_held *e, const void *there)
{
	size_t n = rd_held_words(e);
	union rd_lock_words w;

	if (n && rd_is_there((const void *)e->address, n, there)) {
		memcpy(&w, (const void *)e->address, n);
		return rd_words_say_stale(t, e, &w);
	}

	if (e->kind == RDEP_FILE)
		return rd_file_is_stale(t, e);
	if (e->kind == RDEP_SEM)
		return rd_sem_is_signal(e->cls);
	if (e->kind == RDEP_STDIO)
		return rd_stream_is_stale(e);
	return n && (rd_peek(&w, (const void *)e->address, n) || rd_words_say_stale(t, e, &w));
}
