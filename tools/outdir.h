/* SPDX-License-Identifier: MIT */
/*
 * outdir.h - the directory that a run's records go to.
 */
#ifndef RECLAIMDEP_OUTDIR_H
#define RECLAIMDEP_OUTDIR_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Expands %p (pid of the launcher), %h (host), %b (base name of `program`), %q{VAR} and %% in
 * `pattern`. False after saying what is wrong with it, as "WHATPATTERN: ...".
 */
bool outdir_expand(const char *what, const char *pattern, const char *program, char *to, size_t size);

/*
 * Makes the directory, mode 0700, and its parents. One that is there is taken as it is, if it
 * is the user's. Writes its absolute path; false after saying why not.
 */
bool outdir_make(const char *dir, char *absolute, size_t size);

#endif
