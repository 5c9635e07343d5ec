// SPDX-License-Identifier: MIT
/* module.c - what soak loads and unloads: a lock of its own, and one that is made here. With another name it is another
 * module, in which everything lies where it lies in this one. */
#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;

#ifndef RUN
#define RUN soak_module_run
#endif

void RUN(void);
void RUN(void)
{
	pthread_mutex_t *made = malloc(sizeof(*made));

	if (!made)
		abort();
	pthread_mutex_init(made, NULL);
	pthread_mutex_lock(&own);
	pthread_mutex_lock(made);
	pthread_mutex_unlock(made);
	pthread_mutex_unlock(&own);
	pthread_mutex_destroy(made);
	free(made);
}
