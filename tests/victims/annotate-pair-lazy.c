/* SPDX-License-Identifier: MIT */
/*
 * Scopes told of as an option, in a program at a fixed address that is bound as it runs.
 *
 * expect: reclaim-inversion certain fs_reclaim cache_lock
 * stack: acquire outside
 * options: scope_pair=my_nofs_begin/my_nofs_end:nofs,my_io_off/my_io_on:noio
 * build: -no-pie -fno-pie -Wl,-z,lazy
 * libraries: annotate-pair-lazy-library
 */
#ifdef PLUGIN_annotate_pair_lazy_library
#define PAIR_LIBRARY
#endif
#include "pair.h"
