/* SPDX-License-Identifier: MIT */
/*
 * proof.h - what to tell when a run could not be seen, or not wholly.
 */
#ifndef RECLAIMDEP_PROOF_H
#define RECLAIMDEP_PROOF_H

#include "precheck.h"

/* The command ended (with `status`) and left no record in dir: says why, as far as can be told. */
void proof_missing(const char *command, const char *dir, const struct precheck *check, int status);

/* What a program built with a sanitizer will not show; nothing for others. */
void proof_sanitizer(const char *command, const struct precheck *check);

#endif
