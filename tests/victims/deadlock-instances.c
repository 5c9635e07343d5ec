/* SPDX-License-Identifier: MIT */
/*
 * Two locks of one class, nested both ways round by two threads at once.
 *
 * expect: same-class-nesting certain object->lock object->lock
 * expect: deadlock certain object->lock object->lock
 * run: deadlocks
 * options: on_deadlock=exit
 */
#include "deadlock.h"

struct object {
	pthread_mutex_t lock;
};
static struct object *one, *other;

static NOINLINE struct object *make(void)
{
	struct object *object = malloc(sizeof(*object));

	pthread_mutex_init(&object->lock, NULL);
	return object;
}

static NOINLINE void forward(void)
{
	pthread_mutex_lock(&one->lock);
	pthread_barrier_wait(&meeting);
	second(&other->lock);
}

static NOINLINE void backward(void)
{
	pthread_mutex_lock(&other->lock);
	pthread_barrier_wait(&meeting);
	second(&one->lock);
}

int main(void)
{
	one = make();
	other = make();
	AT_ONCE(forward, backward);
	return 0;
}
