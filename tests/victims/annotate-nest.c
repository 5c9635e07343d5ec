/* SPDX-License-Identifier: MIT */
/*
 * Locks of one class in any order, under one that orders them: which must be held.
 *
 * expect: assert-held certain tree
 * stack: acquire without
 */
#include <reclaimdep/annotate.h>
#include "victim.h"

static pthread_mutex_t tree = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t nodes[2];

static NOINLINE void set_up(pthread_mutex_t *node)
{
	pthread_mutex_init(node, NULL);
}

static NOINLINE void both(int first)
{
	reclaimdep_next_nest_lock(&tree);
	pthread_mutex_lock(&nodes[first]);
	reclaimdep_next_nest_lock(&tree);
	pthread_mutex_lock(&nodes[!first]);
	pthread_mutex_unlock(&nodes[0]);
	pthread_mutex_unlock(&nodes[1]);
}

static NOINLINE void without(void)
{
	reclaimdep_next_nest_lock(&tree);
	pthread_mutex_lock(&nodes[0]);
	pthread_mutex_unlock(&nodes[0]);
}

int main(void)
{
	set_up(&nodes[0]);
	set_up(&nodes[1]);
	pthread_mutex_lock(&tree);
	both(0);
	both(1);
	pthread_mutex_unlock(&tree);
	without();
	without();
	puts("done");
	return 0;
}
