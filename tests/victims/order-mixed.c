/* SPDX-License-Identifier: MIT */
/*
 * A circle through a mutex, a spinlock and a rwlock.
 *
 * expect: lock-inversion certain
 * expect: sleep-in-atomic certain
 */
#include "victim.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_spinlock_t spin;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;

static void mutex_spin(void)
{
	pthread_mutex_lock(&mutex);
	pthread_spin_lock(&spin);
	pthread_spin_unlock(&spin);
	pthread_mutex_unlock(&mutex);
}

static void spin_rwlock(void)
{
	pthread_spin_lock(&spin);
	pthread_rwlock_wrlock(&rwlock);
	pthread_rwlock_unlock(&rwlock);
	pthread_spin_unlock(&spin);
}

static void rwlock_mutex(void)
{
	pthread_rwlock_rdlock(&rwlock);
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
	pthread_rwlock_unlock(&rwlock);
}

int main(void)
{
	pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
	TOGETHER(spin_rwlock, rwlock_mutex, mutex_spin);
	puts("done");
	return 0;
}
