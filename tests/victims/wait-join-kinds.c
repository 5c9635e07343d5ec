/* SPDX-License-Identifier: MIT */
/*
 * Joins under locks of each kind, of a thread that took them all before.
 *
 * expect: wait-inversion possible
 * stack: acquire join_under_robust
 * expect: wait-inversion possible
 * stack: acquire join_under_inheriting
 * expect: wait-inversion possible
 * stack: acquire join_under_shared
 * expect: wait-inversion possible
 * stack: acquire join_under_spin
 * expect: wait-inversion possible
 * stack: acquire join_under_rwlock
 * class: thread worker
 */
#include "victim.h"

static pthread_mutex_t robust, inheriting, shared;
static pthread_spinlock_t spin;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static sem_t worked;

static void *worker(void *arg)
{
	pthread_mutex_lock(&robust);
	pthread_mutex_unlock(&robust);
	pthread_mutex_lock(&inheriting);
	pthread_mutex_unlock(&inheriting);
	pthread_mutex_lock(&shared);
	pthread_mutex_unlock(&shared);
	pthread_spin_lock(&spin);
	pthread_spin_unlock(&spin);
	pthread_rwlock_rdlock(&rwlock);
	pthread_rwlock_unlock(&rwlock);
	sem_post(&worked);
	return arg;
}

static NOINLINE pthread_t start(void)
{
	pthread_t t;

	must(!pthread_create(&t, NULL, worker, NULL), "pthread_create");
	sem_wait(&worked);
	return t;
}

#define JOIN_UNDER(lock, take, give)                                                               \
	static NOINLINE void join_under_##lock(void)                                               \
	{                                                                                          \
		pthread_t t = start();                                                             \
                                                                                                   \
		take(&lock);                                                                       \
		pthread_join(t, NULL);                                                             \
		give(&lock);                                                                       \
	}
JOIN_UNDER(robust, pthread_mutex_lock, pthread_mutex_unlock)
JOIN_UNDER(inheriting, pthread_mutex_lock, pthread_mutex_unlock)
JOIN_UNDER(shared, pthread_mutex_lock, pthread_mutex_unlock)
JOIN_UNDER(spin, pthread_spin_lock, pthread_spin_unlock)
JOIN_UNDER(rwlock, pthread_rwlock_wrlock, pthread_rwlock_unlock)

int main(void)
{
	pthread_mutexattr_t attr;

	sem_init(&worked, 0, 0);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&robust, &attr);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(&inheriting, &attr);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&shared, &attr);
	pthread_spin_init(&spin, 0);

	join_under_robust();
	join_under_inheriting();
	join_under_shared();
	join_under_spin();
	join_under_rwlock();
	puts("done");
	return 0;
}
