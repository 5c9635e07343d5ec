/* SPDX-License-Identifier: MIT */
/*
 * Two static variables of one type, with locks in them: one class, though no call takes both.
 *
 * expect: lock-inversion possible
 */
#include "victim.h"

static struct table {
	int size;
	pthread_mutex_t lock, resize_lock;
} names, numbers;

static NOINLINE void table_setup(struct table *t)
{
	t->size = 1;
	must(!pthread_mutex_init(&t->lock, NULL), "lock");
	must(!pthread_mutex_init(&t->resize_lock, NULL), "resize_lock");
}

static NOINLINE void grow_names(void)
{
	pthread_mutex_lock(&names.resize_lock);
	pthread_mutex_lock(&names.lock);
	pthread_mutex_unlock(&names.lock);
	pthread_mutex_unlock(&names.resize_lock);
}

static NOINLINE void grow_numbers(void)
{
	pthread_mutex_lock(&numbers.lock);
	pthread_mutex_lock(&numbers.resize_lock);
	pthread_mutex_unlock(&numbers.resize_lock);
	pthread_mutex_unlock(&numbers.lock);
}

int main(void)
{
	table_setup(&names);
	table_setup(&numbers);
	TOGETHER(grow_names, grow_numbers);
	puts("done");
	return 0;
}
