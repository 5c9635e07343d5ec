/* SPDX-License-Identifier: MIT */
/*
 * Locks that one function sets up are of one class, whose nesting says nothing; told apart by name they
 * have an order. Before their first use too, whatever kind they are.
 *
 * expect: lock-inversion certain inner outer
 * expect: lock-inversion certain early_name reader_name
 * class: inner
 * class: early_name
 */
#include <reclaimdep/annotate.h>
#include "victim.h"

struct node {
	pthread_mutex_t lock;
};

static struct node nodes[2];
static pthread_mutex_t early[1] = {PTHREAD_MUTEX_INITIALIZER};
static pthread_rwlock_t *rw;

static NOINLINE void set_up(struct node *n, const char *name)
{
	pthread_mutex_init(&n->lock, NULL);
	reclaimdep_lock_class(&n->lock, name);
}

static void forward(void)
{
	nest(&nodes[0].lock, &nodes[1].lock);
}

static void backward(void)
{
	nest(&nodes[1].lock, &nodes[0].lock);
}

static void forward_early(void)
{
	pthread_mutex_lock(early);
	pthread_rwlock_wrlock(rw);
	pthread_rwlock_unlock(rw);
	pthread_mutex_unlock(early);
}

static void backward_early(void)
{
	pthread_rwlock_wrlock(rw);
	pthread_mutex_lock(early);
	pthread_mutex_unlock(early);
	pthread_rwlock_unlock(rw);
}

int main(void)
{
	static const pthread_rwlock_t init = PTHREAD_RWLOCK_INITIALIZER;

	set_up(&nodes[0], "outer");
	set_up(&nodes[1], "inner");
	rw = (pthread_rwlock_t *)malloc(sizeof(*rw));
	*rw = init;
	reclaimdep_lock_class(early, "early_name");
	reclaimdep_lock_class(rw, "reader_name");
	TOGETHER(forward, backward, forward_early, backward_early);
	puts("done");
	return 0;
}
