/* SPDX-License-Identifier: MIT */
/*
 * sleep.h - where another thread of this process sleeps, as the kernel says it.
 */
#ifndef RECLAIMDEP_SLEEP_H
#define RECLAIMDEP_SLEEP_H

#include <stdbool.h>
#include <stdint.h>

struct rd_sleep {
	uint64_t call, arg; /* the system call's number and its first argument */
	uint64_t sp, pc;
};

/* False: it runs, sleeps outside of a system call, or /proc is not there. Three system calls; async-signal-safe. */
bool rd_sleeps(uint32_t tid, struct rd_sleep *s);

#endif
