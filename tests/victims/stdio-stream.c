/* SPDX-License-Identifier: MIT */
/*
 * Streams of fopen() are one class by where they are locked first.
 *
 * expect: lock-inversion possible
 * stack: acquire write_one
 * stack: acquire write_other
 */
#include "victim.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void lock_stream(FILE *f)
{
	flockfile(f);
}

static NOINLINE void write_one(void)
{
	FILE *f = fopen("/dev/null", "w");

	lock_stream(f);
	pthread_mutex_lock(&lock);
	fputs("one", f);
	pthread_mutex_unlock(&lock);
	funlockfile(f);
	/* Not closed: its memory is not the next one's. */
}

static NOINLINE void write_other(void)
{
	FILE *f = fopen("/dev/null", "w");

	pthread_mutex_lock(&lock);
	lock_stream(f);
	fputs("two", f);
	funlockfile(f);
	pthread_mutex_unlock(&lock);
	fclose(f);
}

int main(void)
{
	TOGETHER(write_one, write_other);
	puts("done");
	return 0;
}
