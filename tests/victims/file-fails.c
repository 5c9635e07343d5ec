/* SPDX-License-Identifier: MIT */
/*
 * Calls that do not get the lock leave nothing held: it would block, it is interrupted, the descriptor is none.
 *
 * expect: none
 * processes: 2
 */
#include "file.h"

#include <signal.h>
#include <sys/wait.h>

static int a;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void nothing(int sig)
{
	(void)sig;
}

static NOINLINE void take_mutex(void)
{
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
}

static NOINLINE void fail_all(int fd)
{
	struct sigaction s = {.sa_handler = nothing};
	struct itimerspec soon = {.it_value.tv_nsec = 20000000, .it_interval.tv_nsec = 20000000};
	timer_t timer;

	must(flock(fd, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK, "flock, held elsewhere");
	take_mutex();
	must(range(fd, F_OFD_SETLK, F_WRLCK, 0, 0) == -1 && errno == EAGAIN, "fcntl, held elsewhere");
	take_mutex();
	must(flock(-1, LOCK_EX) == -1 && errno == EBADF, "flock of nothing");
	must(fcntl(-1, F_SETLKW, NULL) == -1 && errno == EBADF, "fcntl of nothing");
	must(fcntl(fd, F_SETLKW, (void *)8) == -1 && errno == EFAULT, "fcntl with no range");
	take_mutex();
	sigaction(SIGALRM, &s, NULL);
	timer_create(CLOCK_MONOTONIC, NULL, &timer);
	timer_settime(timer, 0, &soon, NULL);
	must(flock(fd, LOCK_EX) == -1 && errno == EINTR, "flock, interrupted");
	take_mutex();
	must(range(fd, F_SETLKW, F_WRLCK, 8, 8) == -1 && errno == EINTR, "fcntl, interrupted");
	timer_delete(timer);
	take_mutex();
}

static NOINLINE void mutex_first(void)
{
	pthread_mutex_lock(&lock);
	close(open_locked(a, LOCK_EX));
	pthread_mutex_unlock(&lock);
}

int main(void)
{
	int go[2], there[2], fd;
	pid_t pid;
	char c;

	a = new_file("a");
	must(pipe(go) == 0 && pipe(there) == 0, "pipe");
	pid = fork();
	if (pid == 0) {
		close(go[1]);
		fd = open_locked(a, LOCK_EX);
		range(fd, F_OFD_SETLK, F_WRLCK, 0, 4);
		range(fd, F_SETLK, F_WRLCK, 8, 8);
		_exit(write(there[1], "x", 1) != 1 || read(go[0], &c, 1) != 0);
	}
	must(read(there[0], &c, 1) == 1, "read");
	fail_all(open_again(a));
	close(go[1]);
	must(waitpid(pid, NULL, 0) == pid, "waitpid");
	TOGETHER(mutex_first);
	puts("done");
	return 0;
}
