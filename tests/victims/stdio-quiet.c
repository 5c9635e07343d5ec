/* SPDX-License-Identifier: MIT */
/*
 * What is right with streams: taken again by who has it, tried, written to under locks and out of order with them
 * (stdio's own locking is not held over anything), closed while locked and its memory used again.
 *
 * expect: none
 */
#include "victim.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void recursive(void)
{
	flockfile(stdout);
	flockfile(stdout);
	puts("one");
	must(!ftrylockfile(stdout), "ftrylockfile");
	funlockfile(stdout);
	funlockfile(stdout);
	/* Still held. */
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
	funlockfile(stdout);
}

static NOINLINE void under_lock(void)
{
	pthread_mutex_lock(&lock);
	puts("two");
	fprintf(stderr, "three\n");
	must(!ftrylockfile(stdout), "ftrylockfile");
	funlockfile(stdout);
	pthread_mutex_unlock(&lock);
}

/* One class: where it is first taken. */
static NOINLINE void lock_stream(FILE *f)
{
	flockfile(f);
}

static NOINLINE void closed(void)
{
	FILE *f = fopen("/dev/null", "w");

	lock_stream(f);
	fclose(f);
	pthread_mutex_lock(&lock);
	f = fopen("/dev/null", "w");
	lock_stream(f);
	funlockfile(f);
	pthread_mutex_unlock(&lock);
	fclose(f);
}

int main(void)
{
	TOGETHER(recursive, under_lock, closed, closed);
	return 0;
}
