/* SPDX-License-Identifier: MIT */
/*
 * tell.h - what reclaimdep, where it is preloaded, is told of shrinkers.
 */
#ifndef RECLAIMDEP_GFP_TELL_H
#define RECLAIMDEP_GFP_TELL_H

#include "internal.h"

static inline gfp_t tell_gfp(unsigned int canonical)
{
	(void)canonical;
	return GFP_KERNEL;
}

static inline void tell_shrinker(void *key, const char *name,
				 unsigned long (*count)(void *, unsigned int),
				 unsigned long (*scan)(void *, unsigned long, unsigned int))
{
	(void)key;
	(void)name;
	(void)count;
	(void)scan;
}

static inline void tell_shrinker_gone(void *key)
{
	(void)key;
}

#endif
