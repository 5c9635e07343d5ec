// SPDX-License-Identifier: MIT
/* tag.c - see tag.h. */
#include "tag.h"
#include "sys.h"

#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <time.h>

uint64_t rd_tag_nonce;
static bool tags_on;

#define MUTEX_KIND 16

bool rd_tag_usable(const void *lock, unsigned kind)
{
	return tags_on && rd_tag_fits(lock, kind);
}

bool rd_tags_on(void)
{
	return tags_on;
}

void rd_tag_write(const void *lock, unsigned kind, uint32_t cls, uint32_t generation, uint32_t role)
{
	if (cls >= RD_TAG_FAR) {
		role = cls;
		cls = RD_TAG_ALL_ONES;
	}
	__atomic_store_n(rd_generation_word(lock, kind), (uint64_t)role << 32 | generation, __ATOMIC_RELAXED);
	__atomic_store_n(rd_tag_word(lock, kind), ((uint64_t)lock >> 3 << 20 | cls) ^ rd_tag_nonce, __ATOMIC_RELEASE);
}

bool rd_tag_write_first(const void *lock, unsigned kind, uint32_t cls, uint32_t generation, uint32_t role)
{
	uint64_t none = 0;

	if (cls >= RD_TAG_FAR ||
	    !__atomic_compare_exchange_n(rd_generation_word(lock, kind), &none, (uint64_t)role << 32 | generation, false,
					 __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		return false;
	__atomic_store_n(rd_tag_word(lock, kind), ((uint64_t)lock >> 3 << 20 | cls) ^ rd_tag_nonce, __ATOMIC_RELEASE);
	return true;
}

void rd_tag_write_dead(const void *lock, unsigned kind, uint32_t cls, uint32_t generation, uint32_t place)
{
	if (cls >= RD_TAG_FAR)
		cls = 0;
	__atomic_store_n(rd_generation_word(lock, kind), (uint64_t)place << 32 | generation, __ATOMIC_RELAXED);
	__atomic_store_n(rd_tag_word(lock, kind), ((uint64_t)lock >> 3 << 20 | cls) ^ rd_tag_nonce ^ RD_TAG_DEAD,
			 __ATOMIC_RELEASE);
}

uint32_t rd_tag_dead(const void *lock, unsigned kind, uint32_t *cls, uint32_t *generation)
{
	uint64_t w, g;

	if (!tags_on || !RD_TAG_OFFSET(kind))
		return 0;
	w = __atomic_load_n(rd_tag_word(lock, kind), __ATOMIC_ACQUIRE) ^ rd_tag_nonce ^ RD_TAG_DEAD;
	if (w >> 20 != (uint64_t)lock >> 3)
		return 0;
	g = __atomic_load_n(rd_generation_word(lock, kind), __ATOMIC_RELAXED);
	*cls = (uint32_t)w & RD_TAG_ALL_ONES;
	*generation = (uint32_t)g;
	return (uint32_t)(g >> 32);
}

void rd_tag_clear(const void *lock, unsigned kind)
{
	__atomic_store_n(rd_tag_word(lock, kind), 0, __ATOMIC_RELAXED);
	__atomic_store_n(rd_generation_word(lock, kind), 0, __ATOMIC_RELAXED);
}

void rd_tag_renew(void)
{
	uint64_t nonce = 0;

	if (rd_sys(SYS_getrandom, &nonce, sizeof(nonce), 1 /* GRND_NONBLOCK */) != sizeof(nonce))
		nonce = rd_now_realtime() * 0x9e3779b97f4a7c15ull ^ (uint64_t)rd_sys(SYS_getpid) << 32;
	rd_tag_nonce = nonce;
}

/* Never a valid tag: the words must only stay what they were. */
static const uint64_t mark[2] = {0x5a5aa5a55a5aa5a5ull, 0x69969669c33c3cc3ull};

static void put_marks(void *lock, unsigned kind)
{
	*rd_tag_word(lock, kind) = mark[0];
	*rd_generation_word(lock, kind) = mark[1];
}

static bool marks_stand(void *lock, unsigned kind)
{
	return *rd_tag_word(lock, kind) == mark[0] && *rd_generation_word(lock, kind) == mark[1];
}

/* Before the kernel's time began: libc gives up by itself, after all that it does to the lock, and does not ask the
 * kernel, which would let the thread sleep for a moment. */
static const struct timespec past = {-1, 0};

static bool mutex_keeps(const struct rd_lock_calls *c, int type)
{
	pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t cond = PTHREAD_COND_INITIALIZER;

	*(int *)((char *)&m + MUTEX_KIND) = type;
	put_marks(&m, RDEP_MUTEX);
	if (c->mutex_lock(&m) || !marks_stand(&m, RDEP_MUTEX))
		return false;
	c->cond_timedwait(&cond, &m, &past);
	if (type == PTHREAD_MUTEX_NORMAL && (c->mutex_trylock(&m) == 0 || c->mutex_timedlock(&m, &past) == 0))
		return false;
	return c->mutex_unlock(&m) == 0 && c->mutex_trylock(&m) == 0 && c->mutex_unlock(&m) == 0 &&
	       marks_stand(&m, RDEP_MUTEX);
}

static bool rwlock_keeps(const struct rd_lock_calls *c)
{
	pthread_rwlock_t l = PTHREAD_RWLOCK_INITIALIZER;

	put_marks(&l, RDEP_RWLOCK);
	if (c->rwlock_rdlock(&l) || c->rwlock_timedwrlock(&l, &past) == 0 || c->rwlock_unlock(&l) ||
	    c->rwlock_wrlock(&l) || c->rwlock_unlock(&l))
		return false;
	return marks_stand(&l, RDEP_RWLOCK);
}

static bool sem_keeps(const struct rd_lock_calls *c)
{
	union {
		sem_t sem;
		uint32_t value;
	} s = {0};

	put_marks(&s, RDEP_SEM);
	if (c->sem_trywait(&s) == 0 || c->sem_timedwait(&s, &past) == 0 || c->sem_post(&s) || s.value != 1 ||
	    c->sem_wait(&s) || s.value != 0)
		return false;
	return marks_stand(&s, RDEP_SEM);
}

bool rd_tag_start(bool want, const struct rd_lock_calls *calls)
{
	tags_on = want && calls && sizeof(pthread_mutex_t) == 40 && sizeof(pthread_rwlock_t) == 56 &&
		  sizeof(sem_t) == 32 &&
		  mutex_keeps(calls, PTHREAD_MUTEX_NORMAL) && mutex_keeps(calls, PTHREAD_MUTEX_RECURSIVE) &&
		  mutex_keeps(calls, PTHREAD_MUTEX_ERRORCHECK) && mutex_keeps(calls, PTHREAD_MUTEX_ADAPTIVE_NP) &&
		  rwlock_keeps(calls) && sem_keeps(calls);
	rd_tag_renew();
	return tags_on;
}
