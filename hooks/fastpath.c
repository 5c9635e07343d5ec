// SPDX-License-Identifier: MIT
/* fastpath.c - see fastpath.h: may locks be taken by their words here? */
#include "fastpath.h"

#include <errno.h>
#include <gnu/libc-version.h>
#include <string.h>
#include <threads.h>
#include <unistd.h>

#define LIBC_MAJOR 2
#define LIBC_MINOR_FIRST 35
#define LIBC_MINOR_LAST 42

uint8_t rd_fastpath;

static unsigned number_at(const char **p)
{
	unsigned n = 0;

	for (; **p >= '0' && **p <= '9'; ++*p)
		n = n * 10 + (unsigned)(**p - '0');
	return n;
}

/* A later libc may wait and wake in another way, which nothing here would show: its sources have to be read first. */
static bool version_is_known(void)
{
	const char *version = gnu_get_libc_version();
	unsigned minor;

	if (number_at(&version) != LIBC_MAJOR || *version++ != '.')
		return false;
	minor = number_at(&version);
	return minor >= LIBC_MINOR_FIRST && minor <= LIBC_MINOR_LAST;
}

static bool next_are_libcs(void)
{
	void *const next[] = {
		RD_NEXT(pthread_mutex_lock),	RD_NEXT(pthread_mutex_trylock), RD_NEXT(pthread_mutex_unlock),
		RD_NEXT(pthread_rwlock_rdlock), RD_NEXT(pthread_rwlock_unlock), RD_NEXT(pthread_spin_lock),
		RD_NEXT(pthread_spin_trylock),	RD_NEXT(pthread_spin_unlock),	RD_NEXT(mtx_lock),
		RD_NEXT(mtx_trylock),		RD_NEXT(mtx_unlock),
	};
	size_t i;

	for (i = 0; i < sizeof(next) / sizeof(*next); i++)
		if (!rd_next_is_libcs(next[i]))
			return false;
	return true;
}

static bool take_as(pthread_mutex_t *m, int tid)
{
	return m->__data.__kind & MUTEX_TYPE ? mutex_take_other_as(m, tid) : mutex_take_as(m, tid);
}

static bool give_as(pthread_mutex_t *m, int tid)
{
	return m->__data.__kind & MUTEX_TYPE ? mutex_give_other_as(m, tid) : mutex_give(m);
}

/* Taken by one, given back by the other, and both ways round: all bytes are those that libc alone leaves. */
static bool mutex_is_the_same(int kind)
{
	const int tid = gettid();
	pthread_mutex_t free, taken, m;

	memset(&free, 0, sizeof(free));
	free.__data.__kind = kind;
	taken = free;
	if (RD_NEXT(pthread_mutex_lock)(&taken))
		return false;
	m = free;
	if (!take_as(&m, tid) || memcmp(&m, &taken, sizeof(m)) || take_as(&m, tid) ||
	    RD_NEXT(pthread_mutex_unlock)(&m) || memcmp(&m, &free, sizeof(m)))
		return false;
	return RD_NEXT(pthread_mutex_trylock)(&m) == 0 && !memcmp(&m, &taken, sizeof(m)) && !take_as(&m, tid) &&
	       give_as(&m, tid) && !memcmp(&m, &free, sizeof(m)) && !give_as(&m, tid) &&
	       !memcmp(&m, &free, sizeof(m));
}

/* One that is held excludes others in the eyes of both. */
static bool mutex_excludes(void)
{
	const int tid = gettid();
	pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;

	return take_as(&m, tid) && RD_NEXT(pthread_mutex_trylock)(&m) == EBUSY && give_as(&m, tid) &&
	       RD_NEXT(pthread_mutex_trylock)(&m) == 0 && !take_as(&m, tid);
}

static bool recursion_is_the_same(void)
{
	const int tid = gettid();
	pthread_mutex_t m = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP, free = m, twice = m;

	if (RD_NEXT(pthread_mutex_lock)(&twice) || RD_NEXT(pthread_mutex_lock)(&twice))
		return false;
	return !mutex_more(&m, tid, 1) && take_as(&m, tid) && mutex_more(&m, tid, 1) &&
	       !memcmp(&m, &twice, sizeof(m)) && !give_as(&m, tid) && !memcmp(&m, &twice, sizeof(m)) &&
	       RD_NEXT(pthread_mutex_unlock)(&m) == 0 && RD_NEXT(pthread_mutex_trylock)(&m) == 0 &&
	       mutex_more(&m, tid, -1u) && !mutex_more(&m, tid, -1u) && give_as(&m, tid) &&
	       !memcmp(&m, &free, sizeof(m));
}

static bool mutexes_are_the_same(void)
{
	int type;

	for (type = 0; type <= MUTEX_TYPE; type++)
		if (!mutex_is_the_same(type) || !mutex_is_the_same(type | MUTEX_NO_ELISION))
			return false;
	return mutex_excludes() && recursion_is_the_same();
}

static bool rwlock_is_the_same(unsigned kind)
{
	pthread_rwlock_t free = PTHREAD_RWLOCK_INITIALIZER, once, twice, l;

	free.__data.__flags = kind;
	once = l = free;

	if (RD_NEXT(pthread_rwlock_rdlock)(&once))
		return false;
	twice = once;
	if (RD_NEXT(pthread_rwlock_rdlock)(&twice))
		return false;
	if (!rwlock_take(&l) || memcmp(&l, &once, sizeof(l)) || !rwlock_take(&l) ||
	    memcmp(&l, &twice, sizeof(l)) || RD_NEXT(pthread_rwlock_unlock)(&l) || memcmp(&l, &once, sizeof(l)) ||
	    RD_NEXT(pthread_rwlock_trywrlock)(&l) != EBUSY || RD_NEXT(pthread_rwlock_rdlock)(&l) ||
	    !rwlock_give(&l) || memcmp(&l, &once, sizeof(l)) || !rwlock_give(&l) ||
	    memcmp(&l, &free, sizeof(l)))
		return false;
	/* A writer has it, then nobody in a writer's phase: none of these is for us. */
	if (RD_NEXT(pthread_rwlock_wrlock)(&l) || rwlock_take(&l) || rwlock_give(&l) ||
	    RD_NEXT(pthread_rwlock_unlock)(&l))
		return false;
	return RD_NEXT(pthread_rwlock_rdlock)(&l) == 0 && RD_NEXT(pthread_rwlock_unlock)(&l) == 0;
}

static bool spin_is_the_same(void)
{
	pthread_spinlock_t s = SPIN_FREE;

	return RD_NEXT(pthread_spin_lock)(&s) == 0 && s == SPIN_TAKEN && !spin_take(&s) &&
	       RD_NEXT(pthread_spin_unlock)(&s) == 0 && s == SPIN_FREE && spin_take(&s) &&
	       RD_NEXT(pthread_spin_trylock)(&s) == EBUSY && spin_give(&s) && s == SPIN_FREE;
}

#define BY_LIBC "free locks are taken and given back by calls: "

/* NULL: nothing. */
static const char *what_forbids_it(void)
{
	if (!version_is_known())
		return BY_LIBC "it is not known what this version of libc does with a lock's words";
	if (!next_are_libcs())
		return BY_LIBC "another library's functions come before libc's";
	if (!mutexes_are_the_same() || !rwlock_is_the_same(PTHREAD_RWLOCK_PREFER_READER_NP) ||
	    !rwlock_is_the_same(PTHREAD_RWLOCK_PREFER_WRITER_NP) ||
	    !rwlock_is_the_same(PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP) || !spin_is_the_same())
		return BY_LIBC "libc does something else with a lock's words here (lock elision, say)";
	return NULL;
}

void rd_fastpath_start(void)
{
	const char *why;

	if (!rd_fastpath_wanted())
		return;
	why = what_forbids_it();
	if (why)
		rd_note(why);
	rd_fastpath = !why;
}
