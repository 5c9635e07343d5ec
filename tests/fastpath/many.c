// SPDX-License-Identifier: MIT
/* many.c - takes a mutex that many times. */
#include <pthread.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	int i, times = argc > 1 ? atoi(argv[1]) : 0;

	for (i = 0; i < times; i++) {
		pthread_mutex_lock(&mutex);
		pthread_mutex_unlock(&mutex);
	}
	return 0;
}
