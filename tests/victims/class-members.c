/* SPDX-License-Identifier: MIT */
/*
 * Two locks of one object have two classes though one function initialises both; and two objects of
 * one class that nest one way, parent before child, are no finding.
 *
 * expect: lock-inversion possible
 */
#include "victim.h"

struct object {
	pthread_mutex_t lock, list_lock;
};

static struct object *parent, *child;

static NOINLINE struct object *object_new(void)
{
	struct object *o = malloc(sizeof(*o));

	pthread_mutex_init(&o->lock, NULL);
	pthread_mutex_init(&o->list_lock, NULL);
	return o;
}

static void down(void)
{
	nest(&parent->lock, &child->lock);
	nest(&parent->lock, &parent->list_lock);
}

static void up(void)
{
	nest(&child->list_lock, &child->lock);
}

int main(void)
{
	parent = object_new();
	child = object_new();
	TOGETHER(down, up);
	puts("done");
	return 0;
}
