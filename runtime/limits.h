/* SPDX-License-Identifier: MIT */
/*
 * limits.h - what is outgrown is told: limits.def.
 */
#ifndef RECLAIMDEP_LIMITS_H
#define RECLAIMDEP_LIMITS_H

enum rd_limit {
#define LIMIT(sym, text) RD_LIMIT_##sym,
#include "limits.def"
#undef LIMIT
};

/* It was met: told once in a process. The first is for who has not got the runtime lock, which it takes then. */
void rd_limit_met(enum rd_limit l);
void rd_limit_met_locked(enum rd_limit l);

/* In a fork child, whose record has no notes of its parent's. */
void rd_limits_reset(void);

#endif
