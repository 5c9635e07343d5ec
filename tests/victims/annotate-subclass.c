/* SPDX-License-Identifier: MIT */
/*
 * Parent before child, by the subclass of the acquisition; and once the other way round.
 *
 * expect: lock-inversion certain inode inode/1
 * stack: acquire climb
 * stack: held descend
 */
#include <reclaimdep/annotate.h>
#include "victim.h"

static pthread_mutex_t parent, child;

static NOINLINE void descend(void)
{
	pthread_mutex_lock(&parent);
	reclaimdep_next_subclass(1);
	free(malloc(16));
	pthread_mutex_lock(&child);
	pthread_mutex_unlock(&parent);
	pthread_mutex_unlock(&child);
}

static NOINLINE void climb(void)
{
	reclaimdep_next_subclass(1);
	pthread_mutex_lock(&child);
	pthread_mutex_lock(&parent);
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
