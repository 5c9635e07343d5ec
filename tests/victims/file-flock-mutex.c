/* SPDX-License-Identifier: MIT */
/*
 * A file's lock and a mutex in both orders, each thread with a descriptor of its own.
 *
 * expect: lock-inversion certain /memfd:journal lock
 * stack: acquire file_first
 * stack: acquire open_locked mutex_first
 */
#include "file.h"

static int journal;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void file_first(void)
{
	int fd = open_locked(journal, LOCK_EX);

	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
	flock(fd, LOCK_UN);
	close(fd);
}

static NOINLINE void mutex_first(void)
{
	int fd;

	pthread_mutex_lock(&lock);
	fd = open_locked(journal, LOCK_EX);
	flock(fd, LOCK_UN);
	pthread_mutex_unlock(&lock);
	close(fd);
}

int main(void)
{
	journal = new_file("journal");
	TOGETHER(file_first, mutex_first);
	puts("done");
	return 0;
}
