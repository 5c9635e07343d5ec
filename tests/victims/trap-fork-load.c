/* SPDX-License-Identifier: MIT */
/*
 * Two threads make new dependencies all the time while a third forks: each child takes locks, closes a
 * circle with what its parent did, and leaves a record of its own.
 *
 * expect: lock-inversion single-thread lock_a lock_b
 * processes: 31
 */
#include <sys/wait.h>
#include "victim.h"

#define CHILDREN 30
#define N 2000
static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t others[2][N];
static volatile int stop;

static void *load(void *arg)
{
	pthread_mutex_t *mine = others[(intptr_t)arg];

	for (int i = 1; !stop; i = i % (N - 1) + 1) {
		nest(&mine[i - 1], &mine[i]);
		free(malloc((size_t)i));
	}
	return NULL;
}

int main(void)
{
	pthread_t t[2];
	int status, good = 0;

	nest(&lock_a, &lock_b);
	for (intptr_t i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, load, (void *)i);
	for (int i = 0; i < CHILDREN; i++) {
		pid_t pid = fork();

		if (!pid) {
			nest(&lock_b, &lock_a);
			free(malloc(10));
			_exit(0);
		}
		waitpid(pid, &status, 0);
		good += status == 0;
	}
	stop = 1;
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	printf("%d\n", good);
	return 0;
}
