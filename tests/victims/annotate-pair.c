/* SPDX-License-Identifier: MIT */
/*
 * Scopes told of as an option, in a program whose imports are read-only once they are bound.
 *
 * expect: reclaim-inversion certain fs_reclaim cache_lock
 * stack: acquire outside
 * options: scope_pair=my_nofs_begin/my_nofs_end:nofs,my_io_off/my_io_on:noio
 * build: -Wl,-z,now -Wl,-z,relro -fno-plt
 * libraries: annotate-pair-library
 */
#ifdef PLUGIN_annotate_pair_library
#define PAIR_LIBRARY
#endif
#include "pair.h"
