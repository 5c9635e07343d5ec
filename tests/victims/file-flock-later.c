/* SPDX-License-Identifier: MIT */
/*
 * As file-flock-one, and after that with descriptors of their own: then it is an inversion.
 *
 * expect: lock-inversion certain /memfd:journal lock
 */
#include "file.h"

static int journal;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void file_first(int fd)
{
	flock(fd, LOCK_EX);
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
	flock(fd, LOCK_UN);
}

static NOINLINE void mutex_first(int fd)
{
	pthread_mutex_lock(&lock);
	flock(fd, LOCK_EX);
	flock(fd, LOCK_UN);
	pthread_mutex_unlock(&lock);
}

static void one_forward(void)
{
	file_first(journal);
}

static void one_backward(void)
{
	mutex_first(journal);
}

static void own_forward(void)
{
	int fd = open_again(journal);

	file_first(fd);
	close(fd);
}

static void own_backward(void)
{
	int fd = open_again(journal);

	mutex_first(fd);
	close(fd);
}

int main(void)
{
	journal = new_file("journal");
	TOGETHER(one_forward, one_backward, own_forward, own_backward);
	puts("done");
	return 0;
}
