/* SPDX-License-Identifier: MIT */
/*
 * One class, two lives at one address: the classes close a circle, the instances do not.
 *
 * expect: lock-inversion possible
 */
#include "victim.h"

struct object {
	pthread_mutex_t lock;
};

static pthread_mutex_t global = PTHREAD_MUTEX_INITIALIZER;
static struct object *object;

static NOINLINE void object_new(void)
{
	object = malloc(sizeof(*object));
	pthread_mutex_init(&object->lock, NULL);
}

static void object_delete(void)
{
	pthread_mutex_destroy(&object->lock);
	free(object);
}

static void inside(void)
{
	object_new();
	nest(&global, &object->lock);
	object_delete();
}

static void outside(void)
{
	object_new();
	nest(&object->lock, &global);
	object_delete();
}

int main(void)
{
	TOGETHER(inside, outside);
	puts("done");
	return 0;
}
