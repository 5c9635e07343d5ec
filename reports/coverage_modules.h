/* SPDX-License-Identifier: MIT */
/* coverage_modules.h - what one module's file says about calls that no hook sees. */
#ifndef RECLAIMDEP_REPORTS_COVERAGE_MODULES_H
#define RECLAIMDEP_REPORTS_COVERAGE_MODULES_H

#include "reports/symbols.h"

#define RDEP_HOOKS_MAX 256

/* Hooks are numbered by their line of hooks.def. */
struct rdep_module_scan {
	bool read;	       /* the file could be read */
	bool executable;       /* as told by the caller */
	bool looks_up;	       /* imports dlsym */
	bool symbolic;	       /* DT_SYMBOLIC or DF_SYMBOLIC: calls to its own names stay inside */
	const char *sanitizer; /* built in: "AddressSanitizer", or NULL */
	uint8_t imports[RDEP_HOOKS_MAX], defines[RDEP_HOOKS_MAX], local[RDEP_HOOKS_MAX];
	uint32_t unseen; /* bit n: imports rdep_unseen_names[n] */
};

struct rdep_hook_name {
	const char *name, *family;
	enum { RDEP_HOOK_LIBC, RDEP_HOOK_CXX, RDEP_HOOK_LIBRARY, RDEP_HOOK_KERNEL, RDEP_HOOK_ANNOTATE } cls;
};

extern const struct rdep_hook_name rdep_hook_names[];
extern const size_t rdep_hook_count;

/* Names that lock or allocate and have no hook. */
struct rdep_unseen_name {
	const char *name, *what;
	bool minor; /* mostly for signalling, not for mutual exclusion */
};

extern const struct rdep_unseen_name rdep_unseen_names[];
extern const size_t rdep_unseen_count;

void rdep_module_scan(struct rdep_symbol_module *m, bool executable, struct rdep_module_scan *s);

#endif
