/* SPDX-License-Identifier: MIT */
/*
 * Silent: one type of object is made by two functions, and two of them are always locked in the order of their addresses.
 *
 * expect: none
 */
#include "victim.h"

struct list {
	pthread_mutex_t lock;
};

static struct list *waiting[2], *running[2];

static NOINLINE struct list *list_new(void)
{
	struct list *list = malloc(sizeof(*list));

	pthread_mutex_init(&list->lock, NULL);
	return list;
}

static NOINLINE void make_waiting(int i)
{
	waiting[i] = list_new();
}

static NOINLINE void make_running(int i)
{
	running[i] = list_new();
}

static NOINLINE void splice(struct list *a, struct list *b)
{
	struct list *first = a < b ? a : b, *second = a < b ? b : a;

	pthread_mutex_lock(&first->lock);
	pthread_mutex_lock(&second->lock);
	pthread_mutex_unlock(&second->lock);
	pthread_mutex_unlock(&first->lock);
}

static NOINLINE void start(void)
{
	splice(waiting[0], running[0]);
	splice(waiting[1], running[1]);
}

static NOINLINE void stop(void)
{
	splice(running[0], waiting[0]);
	splice(running[1], waiting[1]);
}

int main(void)
{
	make_waiting(0);
	make_running(0);
	make_running(1);
	make_waiting(1);
	TOGETHER(start, stop);
	puts("done");
	return 0;
}
