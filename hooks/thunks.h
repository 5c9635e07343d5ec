/* SPDX-License-Identifier: MIT */
/* thunks.h - how many signal handlers can be followed, for C and the assembler. */
#ifndef RECLAIMDEP_HOOKS_THUNKS_H
#define RECLAIMDEP_HOOKS_THUNKS_H

#define RD_THUNKS 256
#define RD_THUNK_SIZE 16

#endif
