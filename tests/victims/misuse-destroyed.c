/* SPDX-License-Identifier: MIT */
/*
 * Locks are destroyed while this thread, or another one, holds them or waits with them; used after they were
 * destroyed, and destroyed again.
 *
 * expect: held-destroyed certain own
 * detail: destroyed-held
 * stack: held hold_own main
 * stack: acquire destroy_own main
 * expect: held-destroyed certain theirs
 * detail: destroyed-held-elsewhere
 * stack: held hold_theirs
 * stack: acquire destroy_theirs main
 * expect: held-destroyed certain waited
 * detail: destroyed-waited
 * expect: held-destroyed certain read_by_other
 * detail: destroyed-held-elsewhere
 * expect: held-destroyed certain died
 * detail: destroyed-held
 * expect: destroyed-used certain gone
 * detail: destroyed-taken
 * stack: held destroy_gone main
 * stack: acquire use_gone main
 * expect: destroyed-used certain gone_tried
 * detail: destroyed-taken
 * expect: destroyed-used certain gone_rw
 * detail: destroyed-taken
 * expect: destroyed-used certain gone_spin
 * detail: destroyed-taken
 * expect: destroyed-used certain gone_robust
 * detail: destroyed-taken
 * expect: destroyed-used certain twice
 * detail: destroyed-twice
 * expect: destroyed-used certain given_back
 * detail: destroyed-given-back
 */
#include "victim.h"

static pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER, theirs = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t waited = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t read_by_other = PTHREAD_RWLOCK_INITIALIZER, gone_rw = PTHREAD_RWLOCK_INITIALIZER;
static pthread_mutex_t gone = PTHREAD_MUTEX_INITIALIZER, gone_tried = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t twice = PTHREAD_MUTEX_INITIALIZER, given_back = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t gone_robust, died;
static pthread_spinlock_t gone_spin;
static sem_t ready, end;
static int woken;

static NOINLINE void hold_own(void)
{
	pthread_mutex_lock(&own);
}

static NOINLINE void destroy_own(void)
{
	printf("%d\n", pthread_mutex_destroy(&own) == EBUSY);
}

static NOINLINE void hold_theirs(void)
{
	pthread_mutex_lock(&theirs);
	pthread_rwlock_rdlock(&read_by_other);
}

static void *holder(void *unused)
{
	hold_theirs();
	sem_post(&ready);
	sem_wait(&end);
	pthread_rwlock_unlock(&read_by_other);
	pthread_mutex_unlock(&theirs);
	return unused;
}

static NOINLINE void destroy_theirs(void)
{
	printf("%d %d\n", pthread_mutex_destroy(&theirs) == EBUSY, pthread_rwlock_destroy(&read_by_other));
}

static void *waiter(void *unused)
{
	pthread_mutex_lock(&waited);
	sem_post(&ready);
	while (!woken)
		pthread_cond_wait(&cond, &waited);
	pthread_mutex_unlock(&waited);
	return unused;
}

static void of_others(void)
{
	pthread_t thread[2];

	must(!pthread_create(&thread[0], NULL, holder, NULL), "pthread_create");
	sem_wait(&ready);
	destroy_theirs();
	sem_post(&end);
	must(!pthread_create(&thread[1], NULL, waiter, NULL), "pthread_create");
	sem_wait(&ready);
	/* It waits as soon as this can be taken. */
	pthread_mutex_lock(&waited);
	pthread_mutex_unlock(&waited);
	printf("%d\n", pthread_mutex_destroy(&waited) == EBUSY);
	pthread_mutex_lock(&waited);
	woken = 1;
	pthread_mutex_unlock(&waited);
	pthread_cond_signal(&cond);
	pthread_join(thread[0], NULL);
	pthread_join(thread[1], NULL);
}

static void die(void)
{
	pthread_mutex_lock(&died);
}

static NOINLINE void destroy_gone(void)
{
	pthread_mutex_destroy(&gone);
	pthread_mutex_destroy(&gone_tried);
	pthread_mutex_destroy(&gone_robust);
	pthread_rwlock_destroy(&gone_rw);
	pthread_spin_destroy(&gone_spin);
}

static NOINLINE void use_gone(void)
{
	printf("%d\n", pthread_mutex_lock(&gone) == EINVAL);
	printf("%d\n", pthread_mutex_trylock(&gone_tried) == EINVAL);
	printf("%d\n", pthread_mutex_lock(&gone_robust) == EINVAL);
	pthread_rwlock_wrlock(&gone_rw);
	pthread_rwlock_unlock(&gone_rw);
	pthread_spin_lock(&gone_spin);
	pthread_spin_unlock(&gone_spin);
}

int main(void)
{
	pthread_mutexattr_t attr;

	sem_init(&ready, 0, 0);
	sem_init(&end, 0, 0);
	hold_own();
	destroy_own();
	pthread_mutex_unlock(&own);
	of_others();

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&gone_robust, &attr);
	pthread_spin_init(&gone_spin, PTHREAD_PROCESS_PRIVATE);
	/* Its owner word is no thread as long as it is not consistent. */
	pthread_mutex_init(&died, &attr);
	in_thread(die);
	must(pthread_mutex_lock(&died) == EOWNERDEAD, "the owner died");
	pthread_mutex_destroy(&died);
	destroy_gone();
	use_gone();
	printf("%d %d\n", pthread_mutex_destroy(&twice), pthread_mutex_destroy(&twice));
	pthread_mutex_destroy(&given_back);
	printf("%d\n", pthread_mutex_unlock(&given_back) == EINVAL);
	return 0;
}
