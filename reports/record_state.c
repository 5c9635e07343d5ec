/* SPDX-License-Identifier: MIT */
/*
 * record_state.c - does the process of a record still run? A record tells where it was written: elsewhere, its pid is
 * another process's.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "reports/record_items.h"

const char *rdep_process_stat(uint32_t pid, char *text, size_t size)
{
	char path[64], *p;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	n = rdep_record_read(fd, text, size - 1, 0);
	close(fd);
	if (n <= 0)
		return NULL;
	text[n] = 0;
	p = strrchr(text, ')');
	return p ? p + 1 : NULL;
}

/* The start time of a process in ns since boot, from /proc; 0: no such process. */
static uint64_t process_start(uint32_t pid)
{
	char text[2048], state = 0;
	unsigned long long ticks = 0;
	const char *p = rdep_process_stat(pid, text, sizeof(text));

	if (!p || sscanf(p,
			 " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
			 "%*s %llu",
			 &state, &ticks) != 2)
		return 0;
	if (state == 'Z' || state == 'X')
		return 0;
	return ticks * (1000000000ull / (unsigned long long)sysconf(_SC_CLK_TCK)) + 1;
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec ts = {0};

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* A core tells of one moment: what became of the process since is not asked. */
static bool ran_in_core(const struct rdep_record *r)
{
	size_t i;

	for (i = 0; i < r->stand_count; i++)
		if (r->stands[i]->signal)
			return false;
	return true;
}

static bool boot_here(uint8_t id[RDEP_BOOT_ID])
{
	char text[64];
	ssize_t n;
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	n = rdep_record_read(fd, text, sizeof(text), 0);
	close(fd);
	if (n < RDEP_BOOT_ID)
		return false;
	memcpy(id, text, RDEP_BOOT_ID);
	return true;
}

enum rdep_where rdep_record_where(const struct rdep_record *r)
{
	uint8_t boot[RDEP_BOOT_ID];
	char name[256] = "";
	struct stat st;

	if (r->live_pid || !r->host)
		return RDEP_HERE;
	if (boot_here(boot) && memcmp(boot, r->host->boot_id, sizeof(boot)) != 0) {
		gethostname(name, sizeof(name) - 1);
		return strcmp(name, r->host_name) == 0 ? RDEP_BEFORE_BOOT : RDEP_OTHER_HOST;
	}
	if (r->host->pid_ns && stat("/proc/self/ns/pid", &st) == 0 && st.st_ino != r->host->pid_ns)
		return RDEP_OTHER_PIDS;
	return RDEP_HERE;
}

bool rdep_record_alive(const struct rdep_record *r)
{
	uint64_t asleep = clock_ns(CLOCK_BOOTTIME) - clock_ns(CLOCK_MONOTONIC), start;

	if (r->stand_count)
		return ran_in_core(r);
	if (rdep_record_where(r) != RDEP_HERE)
		return false;
	start = process_start(r->live_pid ? r->live_pid : r->header.pid);
	/* A process began before its record did; one that took over the pid, after. */
	return start && start <= r->header.start_monotonic_ns + asleep + 20000000;
}
