/* SPDX-License-Identifier: MIT */
/*
 * Silent: shape-inode, and the program says that allocations in here are known to be right.
 *
 * expect: none
 */
#define READ(call)                                                                                 \
	do {                                                                                       \
		reclaimdep_ignore_begin();                                                         \
		call;                                                                              \
		reclaimdep_ignore_end();                                                           \
	} while (0)
#include "shape-inode.c"
