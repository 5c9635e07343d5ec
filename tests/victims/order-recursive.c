/* SPDX-License-Identifier: MIT */
/*
 * Silent: a recursive mutex is taken again by its owner, with another lock in between.
 *
 * expect: none
 */
#include "victim.h"

static pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t last = PTHREAD_MUTEX_INITIALIZER;

int main(void)
{
	for (int i = 0; i < 2; i++) {
		pthread_mutex_lock(&recursive);
		pthread_mutex_lock(&recursive);
		pthread_mutex_lock(&other);
		pthread_mutex_lock(&recursive);
		pthread_mutex_unlock(&recursive);
		pthread_mutex_unlock(&other);
		pthread_mutex_unlock(&recursive);
		pthread_mutex_unlock(&recursive);
	}
	/* With one hold left over in the model, these two would be a circle. */
	nest(&last, &recursive);
	nest(&last, &other);
	pthread_mutex_lock(&last);
	pthread_mutex_unlock(&last);
	puts("done");
	return 0;
}
