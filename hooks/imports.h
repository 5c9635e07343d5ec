/* SPDX-License-Identifier: MIT */
/*
 * imports.h - is there anything in the process that can make an entry on a held stack?
 *
 * Loading libunwind takes longer than most small programs run. It is put off where no module imports a hook that TAKES
 * (hooks.def), nor dlsym, by which a program can get one: until the first dlopen of the program's own. What is loaded
 * without it (by libc, for its name service, say) has its stacks from the small walker; the record counts them.
 */
#ifndef RECLAIMDEP_HOOKS_IMPORTS_H
#define RECLAIMDEP_HOOKS_IMPORTS_H

#include <stdbool.h>

/* Of the modules that are loaded, libc and ourselves left out. From the constructor: reads the loader's list as it
 * stands. */
bool rd_imports_taker(void);

#endif
