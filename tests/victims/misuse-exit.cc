/* SPDX-License-Identifier: MIT */
/*
 * When the process ends, what threads hold and use is destroyed under them: a warning, which fails nothing.
 *
 * status: 0
 * expect: held-destroyed certain queue_lock
 * detail: destroyed-held-elsewhere
 * expect: destroyed-used certain state_lock
 * detail: destroyed-taken
 */
#include "victim.h"

static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t state_lock = PTHREAD_RWLOCK_INITIALIZER;
static sem_t ready, use, used;

static void *thread_main(void *unused)
{
	pthread_mutex_lock(&queue_lock);
	sem_post(&ready);
	sem_wait(&use);
	pthread_rwlock_rdlock(&state_lock);
	pthread_rwlock_unlock(&state_lock);
	sem_post(&used);
	for (;;)
		pause();
	return unused;
}

struct last {
	~last()
	{
		pthread_mutex_destroy(&queue_lock);
		pthread_rwlock_destroy(&state_lock);
		sem_post(&use);
		sem_wait(&used);
	}
};
static last at_end;

int main()
{
	pthread_t thread;

	sem_init(&ready, 0, 0);
	sem_init(&use, 0, 0);
	sem_init(&used, 0, 0);
	must(!pthread_create(&thread, nullptr, thread_main, nullptr), "pthread_create");
	sem_wait(&ready);
	puts("done");
	return 0;
}
