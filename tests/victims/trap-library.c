/* SPDX-License-Identifier: MIT */
/*
 * A library that the program needs is set up before a preloaded object is, and torn down after it: its
 * constructor and its destructor lock and allocate, each in its own order.
 *
 * expect: lock-inversion single-thread library_a library_b
 * stack: acquire set_up
 * stack: acquire tear_down
 * libraries: trap-library-one
 */
#ifdef PLUGIN_trap_library_one
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_mutex_t library_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t library_b = PTHREAD_MUTEX_INITIALIZER;
static void *block;

__attribute__((constructor)) static void set_up(void)
{
	block = malloc(1000);
	pthread_mutex_lock(&library_a);
	pthread_mutex_lock(&library_b);
	pthread_mutex_unlock(&library_b);
	pthread_mutex_unlock(&library_a);
}

__attribute__((destructor)) static void tear_down(void)
{
	pthread_mutex_lock(&library_b);
	pthread_mutex_lock(&library_a);
	pthread_mutex_unlock(&library_a);
	pthread_mutex_unlock(&library_b);
	free(block);
	puts("torn down");
}

void *library_block(void)
{
	return block;
}
#else
#include "victim.h"

void *library_block(void);

int main(void)
{
	printf("%d\n", library_block() != NULL);
	return 0;
}
#endif
