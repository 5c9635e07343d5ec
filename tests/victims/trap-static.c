/* SPDX-License-Identifier: MIT */
/*
 * A static program cannot be watched: the command says so, and never that there is nothing to report.
 *
 * launcher: 125 static
 * build: -static
 */
#include "victim.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

int main(void)
{
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
	puts("done");
	return 0;
}
