/* SPDX-License-Identifier: MIT */
/*
 * Silent: every assertion is true; of a lock that another thread holds, that was not got, that was taken where no
 * hook saw it, and of annotated locks too.
 *
 * expect: none
 */
#include <threads.h>
#include "user_lock.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
static mtx_t unseen;
static struct user_lock word;

static NOINLINE void not_mine(void)
{
	reclaimdep_assert_not_held(&lock);
	must(pthread_mutex_trylock(&lock) != 0, "trylock");
	reclaimdep_assert_not_held(&lock);
}

int main(void)
{
	reclaimdep_assert_not_held(&lock);
	pthread_mutex_lock(&lock);
	reclaimdep_assert_held(&lock);
	reclaimdep_assert_held_write(&lock);
	in_thread(not_mine);
	pthread_mutex_unlock(&lock);
	reclaimdep_assert_not_held(&lock);

	pthread_rwlock_rdlock(&rw);
	reclaimdep_assert_held(&rw);
	pthread_rwlock_unlock(&rw);
	pthread_rwlock_wrlock(&rw);
	reclaimdep_assert_held_write(&rw);
	pthread_rwlock_unlock(&rw);

	mtx_init(&unseen, mtx_plain);
	mtx_lock(&unseen);
	reclaimdep_assert_held(&unseen);
	mtx_unlock(&unseen);

	user_lock(&word);
	reclaimdep_assert_held_write(&word);
	user_unlock(&word);
	reclaimdep_assert_not_held(&word);
	reclaimdep_lock_acquire(&word, RECLAIMDEP_LOCK_TIMED);
	reclaimdep_assert_not_held(&word);
	reclaimdep_lock_failed(&word);
	puts("done");
	return 0;
}
