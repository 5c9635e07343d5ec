/* SPDX-License-Identifier: MIT */
/*
 * Two objects of one type share a class by where their locks are initialised: the orders of two
 * objects close a circle that neither closes alone.
 *
 * expect: lock-inversion possible
 * stack: acquire nest object_first
 * stack: acquire nest object_second
 */
#include "victim.h"

struct object {
	pthread_mutex_t lock;
};

static pthread_mutex_t global = PTHREAD_MUTEX_INITIALIZER;
static struct object *objects[2];

static NOINLINE struct object *object_new(void)
{
	struct object *o = malloc(sizeof(*o));

	pthread_mutex_init(&o->lock, NULL);
	return o;
}

static NOINLINE void object_first(void)
{
	nest(&objects[0]->lock, &global);
}

static NOINLINE void object_second(void)
{
	nest(&global, &objects[1]->lock);
}

int main(void)
{
	objects[0] = object_new();
	objects[1] = object_new();
	TOGETHER(object_first, object_second);
	puts("done");
	return 0;
}
