/* SPDX-License-Identifier: MIT */
/*
 * Silent: told apart by name, or by a lock's own subclass, locks that were one class have no
 * order in common. A lock that is set up anew is of its init's class again.
 *
 * expect: none
 */
#include <reclaimdep/annotate.h>
#include "victim.h"

static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t members[3];

static NOINLINE void set_up(pthread_mutex_t *m)
{
	pthread_mutex_init(m, NULL);
}

int main(void)
{
	int i;

	for (i = 0; i < 3; i++)
		set_up(&members[i]);
	reclaimdep_lock_class(&members[1], "told apart");
	reclaimdep_lock_subclass(&members[2], 1);
	nest(&first, &members[0]);
	nest(&members[1], &first);
	nest(&members[2], &first);
	pthread_mutex_destroy(&members[1]);
	set_up(&members[1]);
	nest(&first, &members[1]);
	reclaimdep_lock_subclass(&members[2], 0);
	nest(&first, &members[2]);
	puts("done");
	return 0;
}
