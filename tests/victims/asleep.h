/* SPDX-License-Identifier: MIT */
/* asleep.h - to know that another thread waits in a call: that it sleeps, as the kernel says. */
#ifndef ASLEEP_H
#define ASLEEP_H

#include "victim.h"

#include <sched.h>
#include <sys/syscall.h>

static UNUSED int own_tid(void)
{
	return (int)syscall(SYS_gettid);
}

/* Is the thread asleep, and still so a little later? What it does just before its call does not
 * sleep. */
static UNUSED void wait_until_asleep(const int *tid)
{
	int times = 0, id;

	while (!(id = __atomic_load_n(tid, __ATOMIC_ACQUIRE)))
		sched_yield();
	while (times < 20) {
		char path[64], text[512], *state;
		FILE *f;

		snprintf(path, sizeof(path), "/proc/self/task/%d/stat", id);
		f = fopen(path, "r");
		must(f && fgets(text, sizeof(text), f), path);
		fclose(f);
		state = strrchr(text, ')');
		times = state && state[2] == 'S' ? times + 1 : 0;
		usleep(1000);
	}
}

static UNUSED void say_tid(int *tid)
{
	__atomic_store_n(tid, own_tid(), __ATOMIC_RELEASE);
}

#endif
