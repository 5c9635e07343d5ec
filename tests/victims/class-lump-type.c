/* SPDX-License-Identifier: MIT */
/*
 * One type of object is made by two functions: its locks are one class, whoever made them, since the same call takes
 * both.
 *
 * expect: lock-inversion possible
 * stack: acquire node_use
 * stack: acquire node_move
 */
#include "victim.h"

struct node {
	pthread_mutex_t lock;
	int value;
};

static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;
static struct node *inserted, *loaded;

static NOINLINE struct node *node_new(int value)
{
	struct node *node = malloc(sizeof(*node));

	node->value = value;
	pthread_mutex_init(&node->lock, NULL);
	return node;
}

static NOINLINE void insert(void)
{
	inserted = node_new(1);
}

static NOINLINE void load(void)
{
	loaded = node_new(2);
}

static NOINLINE int node_value(struct node *node)
{
	int value;

	pthread_mutex_lock(&node->lock);
	value = node->value;
	pthread_mutex_unlock(&node->lock);
	return value;
}

static NOINLINE void node_use(void)
{
	pthread_mutex_lock(&inserted->lock);
	pthread_mutex_lock(&table);
	pthread_mutex_unlock(&table);
	pthread_mutex_unlock(&inserted->lock);
}

static NOINLINE void node_move(void)
{
	pthread_mutex_lock(&table);
	pthread_mutex_lock(&loaded->lock);
	pthread_mutex_unlock(&loaded->lock);
	pthread_mutex_unlock(&table);
}

int main(void)
{
	insert();
	load();
#ifndef VALUES_LATER
	must(node_value(inserted) + node_value(loaded) == 3, "values");
#endif
	TOGETHER(node_use, node_move);
#ifdef VALUES_LATER
	must(node_value(inserted) + node_value(loaded) == 3, "values");
#endif
	puts("done");
	return 0;
}
