/* SPDX-License-Identifier: MIT */
/*
 * clock.h - nanoseconds of CLOCK_MONOTONIC, without a system call where that can be.
 *
 * By the time-stamp counter where the processor says that it ticks evenly and the kernel trusts it; else by the vdso;
 * else by the system call. None of libc's names is called: a program may have one of its own, that locks or allocates.
 */
#ifndef RECLAIMDEP_CLOCK_H
#define RECLAIMDEP_CLOCK_H

#include <stdint.h>

/* Finds out which; takes 0.2 ms. Once, before the others. */
void rd_clock_start(void);

/* Any thread, async-signal-safe, lock-free. May be up to a microsecond off, and so go back by as much. */
uint64_t rd_clock_ns(void);

/* The longer both were watched, the better is it known how fast the counter ticks: to be called now and then, from
 * where time does not matter. The same rules. */
void rd_clock_refine(void);

/* "tsc", "vdso", "syscall". */
const char *rd_clock_source(void);

#endif
