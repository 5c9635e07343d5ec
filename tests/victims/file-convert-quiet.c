/* SPDX-License-Identifier: MIT */
/*
 * What a description or a process does to its own lock is a conversion, and never waits for itself.
 *
 * expect: none
 */
#include "file.h"

static int a;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void by_description(void)
{
	int fd = open_locked(a, LOCK_EX), same = dup(fd);

	flock(fd, LOCK_EX);
	flock(same, LOCK_EX);
	/* Given up by one, it is given up by all. */
	flock(same, LOCK_SH);
	flock(fd, LOCK_EX | LOCK_NB);
	flock(same, LOCK_UN);
	fd = dup2(fd, same);
	close(fd);
}

/* Readers are let in beside readers. */
static NOINLINE void by_readers(void)
{
	int one = open_locked(a, LOCK_SH), two = open_locked(a, LOCK_SH);

	close(one);
	close(two);
}

static NOINLINE void by_process(void)
{
	int one = open_again(a), two = open_again(a);

	range(one, F_SETLKW, F_WRLCK, 0, 0);
	range(two, F_SETLKW, F_WRLCK, 0, 0);
	range(two, F_SETLKW, F_WRLCK, 10, 10);
	range(one, F_SETLKW, F_RDLCK, 0, 0);
	must(lockf(one, F_LOCK, 0) == 0, "lockf");
	must(lockf(one, F_TEST, 0) == 0, "lockf");
	range(two, F_SETLKW, F_UNLCK, 0, 0);
	close(two);
	close(one);
}

/* The number of what was closed is used again, for the same file. */
static NOINLINE void nothing_held(void)
{
	int again = open_again(a);

	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
	close(again);
}

/* An unlock by another thread, by closing, by fclose, by dup2: all legal, and nothing is held after it. */
static NOINLINE void given_back(void)
{
	int fd = open_locked(a, LOCK_EX), other;
	FILE *f;

	close(fd);
	nothing_held();
	fd = open_again(a);
	f = fdopen(fd, "r+");
	must(f && flock(fd, LOCK_EX) == 0, "flock");
	fclose(f);
	nothing_held();
	fd = open_locked(a, LOCK_EX);
	other = open("/dev/null", O_RDONLY);
	dup2(other, fd);
	close(other);
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
	close(fd);
}

static NOINLINE void mutex_first(void)
{
	pthread_mutex_lock(&lock);
	close(open_locked(a, LOCK_EX));
	pthread_mutex_unlock(&lock);
}

int main(void)
{
	a = new_file("a");
	TOGETHER(by_description, by_readers, by_process, given_back, mutex_first);
	puts("done");
	return 0;
}
