/* SPDX-License-Identifier: MIT */
/*
 * Silent: shape-mount, and the program says that allocations while it mounts are known to be right.
 *
 * expect: none
 */
#define MOUNT(call)                                                                                \
	do {                                                                                       \
		reclaimdep_ignore_begin();                                                         \
		call;                                                                              \
		reclaimdep_ignore_end();                                                           \
	} while (0)
#include "shape-mount.c"
