/* SPDX-License-Identifier: MIT */
/*
 * Locks that are kept out of the order: those of layers that are ordered by what no run can show.
 * Of the others, and of the second kind of lock that the same function sets up, the order is still
 * looked at; and a lock out of the order can still be waited for in vain.
 *
 * expect: lock-inversion certain
 * stack: acquire stats_first
 * stack: acquire tree_first
 * expect: unlock-unheld certain
 * options: novalidate=node_*w/mutex,no_such_function
 */
#include "victim.h"

struct node {
	pthread_mutex_t lock;
	pthread_rwlock_t tree, stats;
};

static struct node *node;
static pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE struct node *node_new(void)
{
	struct node *n = malloc(sizeof(*n));

	pthread_mutex_init(&n->lock, NULL);
	pthread_rwlock_init(&n->tree, NULL);
	pthread_rwlock_init(&n->stats, NULL);
	return n;
}

static NOINLINE void node_first(void)
{
	nest(&node->lock, &other);
}

static NOINLINE void other_first(void)
{
	nest(&other, &node->lock);
}

static NOINLINE void stats_first(void)
{
	pthread_rwlock_wrlock(&node->stats);
	pthread_rwlock_wrlock(&node->tree);
	pthread_rwlock_unlock(&node->tree);
	pthread_rwlock_unlock(&node->stats);
}

static NOINLINE void tree_first(void)
{
	pthread_rwlock_wrlock(&node->tree);
	pthread_rwlock_wrlock(&node->stats);
	pthread_rwlock_unlock(&node->stats);
	pthread_rwlock_unlock(&node->tree);
}

int main(void)
{
	node = node_new();
	TOGETHER(node_first, other_first, stats_first, tree_first);
	pthread_mutex_unlock(&node->lock);
	puts("done");
	return 0;
}
