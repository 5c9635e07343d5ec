/* SPDX-License-Identifier: MIT */
/*
 * Silent: a function with the name of a wrapper, which sets up two locks of an object: they are of two classes, whoever
 * calls it, and have an order towards each other.
 *
 * expect: none
 * class: object->lock
 * class: object->list_lock
 */
#include "victim.h"

struct object {
	pthread_mutex_t lock, list_lock;
};

static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;
static struct object *objects[2];

static NOINLINE void object_lock_init(struct object *object)
{
	must(!pthread_mutex_init(&object->lock, NULL), "lock");
	must(!pthread_mutex_init(&object->list_lock, NULL), "list_lock");
}

static NOINLINE struct object *object_new(void)
{
	struct object *o = malloc(sizeof(*o));

	object_lock_init(o);
	return o;
}

static NOINLINE void add(void)
{
	pthread_mutex_lock(&objects[1]->lock);
	pthread_mutex_lock(&table);
	pthread_mutex_unlock(&table);
	pthread_mutex_unlock(&objects[1]->lock);
}

static NOINLINE void list(void)
{
	pthread_mutex_lock(&table);
	pthread_mutex_lock(&objects[1]->list_lock);
	pthread_mutex_unlock(&objects[1]->list_lock);
	pthread_mutex_unlock(&table);
}

int main(void)
{
	for (int i = 0; i < 2; i++)
		objects[i] = object_new();
	TOGETHER(add, list);
	puts("done");
	return 0;
}
