/* SPDX-License-Identifier: MIT */
/*
 * The same, but both threads use one descriptor: the kernel takes them for one owner, and neither waits for the
 * other. (What the lock is for is other processes, whose mutex this is not.)
 *
 * expect: none
 */
#include "file.h"

static int journal;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void file_first(void)
{
	flock(journal, LOCK_EX);
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
	flock(journal, LOCK_UN);
}

static NOINLINE void mutex_first(void)
{
	int same = dup(journal);

	pthread_mutex_lock(&lock);
	flock(same, LOCK_EX);
	flock(same, LOCK_UN);
	pthread_mutex_unlock(&lock);
	close(same);
}

int main(void)
{
	journal = new_file("journal");
	TOGETHER(file_first, mutex_first);
	puts("done");
	return 0;
}
