/* SPDX-License-Identifier: MIT */
/*
 * A gate that both sides hold as readers keeps nobody out.
 *
 * expect: lock-inversion certain lock_a lock_b
 */
#include "victim.h"

static pthread_rwlock_t gate = PTHREAD_RWLOCK_INITIALIZER;
static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;

static void forward(void)
{
	pthread_rwlock_rdlock(&gate);
	nest(&lock_a, &lock_b);
	pthread_rwlock_unlock(&gate);
}

static void backward(void)
{
	pthread_rwlock_rdlock(&gate);
	nest(&lock_b, &lock_a);
	pthread_rwlock_unlock(&gate);
}

int main(void)
{
	TOGETHER(forward, backward);
	puts("done");
	return 0;
}
