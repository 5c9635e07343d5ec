/* SPDX-License-Identifier: MIT */
/* loads.h - see loads.def. */
#ifndef SOAK_LOADS_H
#define SOAK_LOADS_H

#define LOAD(name) void load_##name(long n);
#include "loads.def"
#undef LOAD

/* Says what failed, and ends the program with status 2. */
void fail(const char *what) __attribute__((noreturn));

#endif
