/* SPDX-License-Identifier: MIT */
/*
 * Locks that no hook sees, told of: one by its name, one by its variable, against each other and
 * against a mutex.
 *
 * expect: lock-inversion certain journal word_lock
 * stack: acquire user_lock_how user_lock backward
 * stack: held user_lock_how user_lock forward
 * expect: lock-inversion certain journal mutex
 */
#include "user_lock.h"

static struct user_lock named, word_lock;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void forward(void)
{
	user_lock(&named);
	user_lock(&word_lock);
	user_unlock(&word_lock);
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
	user_unlock(&named);
}

static NOINLINE void backward(void)
{
	user_lock(&word_lock);
	user_lock(&named);
	user_unlock(&word_lock);
	user_unlock(&named);
}

static NOINLINE void backward_mutex(void)
{
	pthread_mutex_lock(&mutex);
	user_lock(&named);
	user_unlock(&named);
	pthread_mutex_unlock(&mutex);
}

int main(void)
{
	reclaimdep_lock_init(&named, "journal");
	TOGETHER(forward, backward, backward_mutex);
	reclaimdep_lock_destroy(&named);
	puts("done");
	return 0;
}
