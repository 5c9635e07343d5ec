/* SPDX-License-Identifier: MIT */
/*
 * debuginfod.h - debug files from the servers of DEBUGINFOD_URLS, by build-id.
 *
 * libdebuginfod (of elfutils) does it: its cache and its variables hold. It is loaded at the first
 * question; without DEBUGINFOD_URLS nothing is loaded and nothing asked. No report waits for ever: a server that does
 * not begin to answer in time, or all downloads together taking too long, is the end of asking. What went wrong
 * is to be told once (rdep_debuginfod_said), not per module.
 */
#ifndef RECLAIMDEP_REPORTS_DEBUGINFOD_H
#define RECLAIMDEP_REPORTS_DEBUGINFOD_H

#include "reports/module_file.h"

struct rdep_debuginfod;

enum rdep_debuginfod_kind { RDEP_DEBUGINFOD_EXECUTABLE, RDEP_DEBUGINFOD_DEBUGINFO };

/* path: of the module, for people. *d is made at the first call. True with *f to close (rdep_module_close). */
bool rdep_debuginfod_open(struct rdep_debuginfod **d, enum rdep_debuginfod_kind kind, const char *path,
			  const char *build_id, struct rdep_module_file *f);
void rdep_debuginfod_free(struct rdep_debuginfod *d);

/* The i-th thing to tell; NULL behind the last. */
const char *rdep_debuginfod_said(struct rdep_debuginfod *d, size_t i);

#endif
