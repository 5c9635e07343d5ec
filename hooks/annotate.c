/* SPDX-License-Identifier: MIT */
/*
 * annotate.c - what include/reclaimdep/annotate.h looks up.
 */
#include "runtime/event.h"
#include "resolve.h"

#define CONTEXT(name)                                                                              \
	RD_EXPORT void reclaimdep_##name(unsigned domain);                                         \
	void reclaimdep_##name(unsigned domain)                                                    \
	{                                                                                          \
		if (domain >= RDEP_CLASS_RECLAIM && domain <= RDEP_CLASS_FS_RECLAIM)               \
			rd_##name(domain, RD_SITE, RD_HERE);                                       \
	}

CONTEXT(context_enter)
CONTEXT(context_leave)
