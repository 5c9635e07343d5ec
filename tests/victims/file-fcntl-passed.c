/* SPDX-License-Identifier: MIT */
/*
 * Every command of fcntl gets its third argument as it was given, and gives back what it did, by both names.
 *
 * expect: none
 */
#include "file.h"

#include <signal.h>

extern int fcntl64(int fd, int command, ...);

static NOINLINE void commands(int fd)
{
	struct f_owner_ex owner = {.type = F_OWNER_PID, .pid = getpid()}, back = {0};
	struct flock f = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	uint64_t hint = RWH_WRITE_LIFE_SHORT, got = 0;
	int flags = fcntl(fd, F_GETFL), copy = fcntl(fd, F_DUPFD_CLOEXEC, 100);

	must(flags >= 0 && copy >= 100, "F_GETFL, F_DUPFD_CLOEXEC");
	must(fcntl(copy, F_GETFD) == FD_CLOEXEC && fcntl64(copy, F_SETFD, 0) == 0 && fcntl64(copy, F_GETFD) == 0, "F_SETFD");
	must(fcntl(fd, F_SETFL, flags | O_APPEND) == 0 && fcntl64(fd, F_GETFL) == (flags | O_APPEND), "F_SETFL");
	must(fcntl(fd, F_SETOWN_EX, &owner) == 0 && fcntl(fd, F_GETOWN_EX, &back) == 0 && back.pid == owner.pid, "F_SETOWN_EX");
	must(fcntl(fd, F_SETSIG, SIGUSR1) == 0 && fcntl(fd, F_GETSIG) == SIGUSR1, "F_SETSIG");
	must(fcntl(fd, F_GETLK, &f) == 0 && f.l_type == F_UNLCK, "F_GETLK");
	f.l_type = F_WRLCK;
	must(fcntl64(fd, F_OFD_GETLK, &f) == 0, "F_OFD_GETLK");
	must(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW) == -1 || fcntl(fd, F_GET_SEALS) & F_SEAL_GROW, "F_ADD_SEALS");
	if (fcntl(fd, F_SET_RW_HINT, &hint) == 0)
		must(fcntl(fd, F_GET_RW_HINT, &got) == 0 && got == hint, "F_SET_RW_HINT");
	must(fcntl(fd, 12345, 1) == -1 && errno == EINVAL, "no such command");
	must(fcntl(9999, F_GETFD) == -1 && errno == EBADF, "no such descriptor");
	must(close(copy) == 0 && close(copy) == -1 && errno == EBADF, "close");
}

int main(void)
{
	int a = new_file("a");

	commands(a);
	must(range(a, F_SETLK, F_WRLCK, 0, 0) == 0, "F_SETLK");
	commands(a);
	printf("done, %d\n", fcntl(a, F_GETFD));
	return 0;
}
