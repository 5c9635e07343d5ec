/* SPDX-License-Identifier: MIT */
/*
 * loader.h - the dynamic loader's lock: dlopen and dlclose as one recursive lock, of the class "loader".
 *
 * Constructors run with it held, and destructors in dlclose. dlopen's hook must jump on, since dlopen goes by who
 * calls it (RUNPATH), so nobody tells when it has returned: the entry is over when its frame is not among the live
 * ones any more. That is asked where a new dependency would rest on it, and only there.
 */
#ifndef RECLAIMDEP_LOADER_H
#define RECLAIMDEP_LOADER_H

#include <stdbool.h>
#include <stdint.h>
#include "thread.h"

#define RD_LOADER_ADDRESS 0xf10aull << 48

/* The call that took it has returned. Needs the runtime lock, and rd_stack_begin(). */
bool rd_loader_is_over(const struct rdep_held *e);

#endif
