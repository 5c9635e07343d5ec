/* SPDX-License-Identifier: MIT */
/*
 * Parent before child, by the subclass of the acquisition, at a place that takes them without one most of
 * the time; and once the other way round.
 *
 * expect: lock-inversion certain inode inode/1
 * stack: acquire climb
 * stack: held descend
 */
#include <reclaimdep/annotate.h>
#include "victim.h"

#ifndef NESTED
#define NESTED 1
#endif

static pthread_mutex_t parent, child;

static NOINLINE void take(pthread_mutex_t *m)
{
	pthread_mutex_lock(m);
}

static NOINLINE void step(int nested)
{
	take(&parent);
	if (nested)
		reclaimdep_next_subclass(1);
	if (nested == 2)
		reclaimdep_alloc(RECLAIMDEP_GFP_KERNEL);
	take(&child);
	pthread_mutex_unlock(&parent);
	pthread_mutex_unlock(&child);
}

static NOINLINE void descend(void)
{
	int i;

	for (i = 0; i < 4; i++)
		step(0);
	step(NESTED);
}

static NOINLINE void climb(void)
{
	int i;

	for (i = 0; i < 4; i++) {
		take(&child);
		pthread_mutex_unlock(&child);
	}
	reclaimdep_next_subclass(1);
	take(&child);
	take(&parent);
	pthread_mutex_unlock(&child);
	pthread_mutex_unlock(&parent);
}

int main(void)
{
	pthread_mutex_init(&parent, NULL);
	pthread_mutex_init(&child, NULL);
	reclaimdep_lock_class(&parent, "inode");
	reclaimdep_lock_class(&child, "inode");
	TOGETHER(descend, descend, climb);
	puts("done");
	return 0;
}
