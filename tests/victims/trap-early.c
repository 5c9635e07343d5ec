/* SPDX-License-Identifier: MIT */
/*
 * Before any constructor has run, the program allocates, takes locks, closes a circle and starts a thread;
 * what it allocated then is freed at the end.
 *
 * expect: lock-inversion single-thread lock_a lock_b
 */
#include "victim.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_c = PTHREAD_MUTEX_INITIALIZER;
static void *block;

static void in_early_thread(void)
{
	nest(&lock_c, &lock_a);
	free(malloc(100));
}

static void early(int argc, char **argv, char **envp)
{
	(void)argc;
	(void)argv;
	(void)envp;
	block = malloc(100);
	nest(&lock_a, &lock_b);
	nest(&lock_b, &lock_a);
	pthread_mutex_lock(&lock_a);
	block = realloc(block, 10000);
	pthread_mutex_unlock(&lock_a);
	in_thread(in_early_thread);
}

__attribute__((section(".preinit_array"), used)) static void (*preinit)(int, char **, char **) = early;

int main(void)
{
	printf("%d\n", block != NULL);
	free(block);
	return 0;
}
