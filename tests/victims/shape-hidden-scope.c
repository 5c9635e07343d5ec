/* SPDX-License-Identifier: MIT */
/*
 * Silent: shape-hidden with a NOFS scope around each: that helps where no mask can be handed on.
 *
 * expect: none
 */
#define HIDE(call)                                                                                 \
	do {                                                                                       \
		unsigned int flags_ = memalloc_nofs_save();                                        \
		call;                                                                              \
		memalloc_nofs_restore(flags_);                                                     \
	} while (0)
#include "shape-hidden.c"
