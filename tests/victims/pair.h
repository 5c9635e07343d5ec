/* SPDX-License-Identifier: MIT */
/*
 * pair.h - scopes by names of the program's own: one pair is called, the other one's address is in read-only
 * data. With PAIR_LIBRARY it is the library that defines them.
 */
#include <reclaimdep/annotate.h>
#include "victim.h"

struct cookie {
	long word, other;
};

struct cookie my_nofs_begin(long a, long b, long c, long d, long e, long f);
long my_nofs_end(struct cookie cookie, long sum);
void my_io_off(void);
void my_io_on(void);

#ifdef PAIR_LIBRARY

struct cookie my_nofs_begin(long a, long b, long c, long d, long e, long f)
{
	struct cookie cookie = {7, a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f};

	return cookie;
}

long my_nofs_end(struct cookie cookie, long sum)
{
	errno = ERANGE;
	return cookie.word == 7 && cookie.other == sum;
}

void my_io_off(void)
{
}

void my_io_on(void)
{
}

#else

struct switches {
	void (*off)(void);
	void (*on)(void);
};

static const struct switches io = {my_io_off, my_io_on};
static const struct switches *volatile switches = &io;

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t io_lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void shrink(unsigned domain, pthread_mutex_t *lock)
{
	reclaimdep_context_enter(domain);
	pthread_mutex_lock(lock);
	pthread_mutex_unlock(lock);
	reclaimdep_context_leave(domain);
}

static NOINLINE void inside(void)
{
	struct cookie cookie;

	pthread_mutex_lock(&cache_lock);
	cookie = my_nofs_begin(1, 2, 3, 4, 5, 6);
	free(malloc(16));
	errno = 0;
	must(my_nofs_end(cookie, 91) == 1 && errno == ERANGE, "what passes through");
	pthread_mutex_unlock(&cache_lock);

	pthread_mutex_lock(&io_lock);
	switches->off();
	free(malloc(16));
	switches->on();
	pthread_mutex_unlock(&io_lock);
}

static NOINLINE void outside(void)
{
	pthread_mutex_lock(&cache_lock);
	free(malloc(16));
	pthread_mutex_unlock(&cache_lock);
}

int main(void)
{
	shrink(RECLAIMDEP_FS_RECLAIM, &cache_lock);
	shrink(RECLAIMDEP_IO_RECLAIM, &io_lock);
	inside();
	outside();
	puts("done");
	return 0;
}

#endif
