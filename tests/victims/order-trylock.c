/* SPDX-License-Identifier: MIT */
/*
 * Silent: one of the two orders only tries.
 *
 * expect: none
 */
#include "victim.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;

static void forward(void)
{
	nest(&lock_a, &lock_b);
	pthread_mutex_lock(&lock_a);
	pthread_rwlock_wrlock(&rw);
	pthread_rwlock_unlock(&rw);
	pthread_spin_lock(&spin);
	pthread_spin_unlock(&spin);
	pthread_mutex_unlock(&lock_a);
}

static void try_backward(void)
{
	pthread_mutex_lock(&lock_b);
	if (!pthread_mutex_trylock(&lock_a))
		pthread_mutex_unlock(&lock_a);
	pthread_mutex_unlock(&lock_b);
	pthread_rwlock_wrlock(&rw);
	if (!pthread_mutex_trylock(&lock_a))
		pthread_mutex_unlock(&lock_a);
	pthread_rwlock_unlock(&rw);
	pthread_spin_lock(&spin);
	if (!pthread_mutex_trylock(&lock_a))
		pthread_mutex_unlock(&lock_a);
	pthread_spin_unlock(&spin);
}

static void try_rw(void)
{
	pthread_mutex_lock(&lock_b);
	if (!pthread_rwlock_trywrlock(&rw))
		pthread_rwlock_unlock(&rw);
	if (!pthread_rwlock_tryrdlock(&rw))
		pthread_rwlock_unlock(&rw);
	pthread_mutex_unlock(&lock_b);
	pthread_rwlock_rdlock(&rw);
	pthread_mutex_lock(&lock_b);
	pthread_mutex_unlock(&lock_b);
	pthread_rwlock_unlock(&rw);
}

int main(void)
{
	pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
	TOGETHER(forward, try_backward, try_rw);
	puts("done");
	return 0;
}
