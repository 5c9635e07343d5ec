/* SPDX-License-Identifier: MIT */
/*
 * Threads say under a lock that they are done, and are joined under it by who found that out: by a condition, or by
 * looking.
 *
 * expect: wait-inversion guarded
 */
#include "victim.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ended = PTHREAD_COND_INITIALIZER;
static int done, wanted;

static void *worker(void *arg)
{
	pthread_mutex_lock(&lock);
	done++;
	pthread_cond_broadcast(&ended);
	pthread_mutex_unlock(&lock);
	return arg;
}

static NOINLINE void join_when_done(pthread_t t)
{
	pthread_mutex_lock(&lock);
	while (done < wanted)
		pthread_cond_wait(&ended, &lock);
	must(!pthread_join(t, NULL), "pthread_join");
	pthread_mutex_unlock(&lock);
}

int main(void)
{
	pthread_t t;

	for (wanted = 1; wanted <= 20; wanted++) {
		must(!pthread_create(&t, NULL, worker, NULL), "pthread_create");
		/* In every other round it is done before anyone looks. */
		while (wanted % 2) {
			int is_done;

			pthread_mutex_lock(&lock);
			is_done = done == wanted;
			pthread_mutex_unlock(&lock);
			if (is_done)
				break;
		}
		join_when_done(t);
	}
	puts("done");
	return 0;
}
