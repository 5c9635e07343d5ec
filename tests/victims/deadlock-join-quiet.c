/* SPDX-License-Identifier: MIT */
/*
 * Joins under a lock that the thread does not need, or only another one of its class; in turn, so that nothing waits
 * for ever. What could happen by the classes is told as that, once or twice (by way of the
 * lock in between), and is no matter of this test.
 *
 * expect: none
 * tolerates: wait-inversion
 * options: on_deadlock=abort fail_on=never
 */
#include "deadlock.h"

struct object {
	pthread_mutex_t lock;
};
static struct object *mine, *theirs;
static pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE struct object *make(void)
{
	struct object *object = malloc(sizeof(*object));

	pthread_mutex_init(&object->lock, NULL);
	return object;
}

static void worker(void)
{
	int i;

	for (i = 0; i < 200; i++) {
		second(&other);
		nest(&other, &theirs->lock);
	}
}

int main(void)
{
	pthread_t t[2];
	int i;

	mine = make();
	theirs = make();
	for (i = 0; i < 20; i++) {
		pthread_mutex_lock(&other);
		pthread_mutex_unlock(&other);
		t[0] = start(worker);
		t[1] = start(worker);
		pthread_mutex_lock(&mine->lock);
		pthread_join(t[0], NULL);
		pthread_join(t[1], NULL);
		pthread_mutex_unlock(&mine->lock);
	}
	puts("done");
	return 0;
}
