/* SPDX-License-Identifier: MIT */
/*
 * location.h - where a finding is, told from the root of the sources, and the steps of its
 * threads: what the formats for machines have in common.
 */
#ifndef RECLAIMDEP_REPORTS_LOCATION_H
#define RECLAIMDEP_REPORTS_LOCATION_H

#include "reports/model.h"

/* The root of the sources, by name and with symbolic links resolved; both end in '/'. */
struct rdep_root {
	char *named, *real;
};

/* dir: NULL for the current directory. */
void rdep_root_init(struct rdep_root *root, const char *dir);
void rdep_root_free(struct rdep_root *root);

struct rdep_location {
	const struct rdep_mframe *frame; /* NULL: nothing is known */
	const char *path;		 /* of a source or a module; NULL: not known */
	bool relative;			 /* to the root */
	unsigned line;			 /* 0: path is a module's */
};

/* Any path without "." and "..". A relative one counts from the root where there is such a file: else nobody
 * knows from where (a library's, built elsewhere), and it stays as it is. */
struct rdep_location rdep_locate_path(struct rdep_report *r, const struct rdep_root *root, const char *path);
struct rdep_location rdep_locate_frame(struct rdep_report *r, const struct rdep_root *root,
				       const struct rdep_mframe *f);
/* The first frame with a source below the root, else the first with a source, else the first's module. */
struct rdep_location rdep_locate_stack(struct rdep_report *r, const struct rdep_root *root,
				       const struct rdep_mstack *s);
/* Where the acquisition, allocation or other call is that closed the finding. */
struct rdep_location rdep_locate(struct rdep_report *r, const struct rdep_root *root,
				 const struct rdep_mfinding *f);

/* ---- steps (steps.c) ---- */

enum rdep_step_kind { RDEP_STEP_TAKES, RDEP_STEP_WAITS, RDEP_STEP_ENTERS, RDEP_STEP_CALLS };

/* One thing that a thread does. */
struct rdep_step {
	enum rdep_step_kind kind;
	const char *text;
	const struct rdep_mstack *stack; /* may be empty */
	unsigned order; /* among all threads, from 1, in the order that deadlocks; 0: told by no one order */
};

/* What one thread does, in order. */
struct rdep_flow {
	uint32_t thread;
	const char *title; /* "thread 1 (main)" */
	struct rdep_step *steps;
	size_t count;
};

struct rdep_flows {
	struct rdep_flow *list;
	size_t count;
	size_t steps; /* of all */
	size_t left_out; /* steps beyond RDEP_STEPS_MAX */
};

/* What services show of one result. */
#define RDEP_STEPS_MAX 1000u

/* One flow per thread of the finding. Lives in the report. */
struct rdep_flows rdep_flows(struct rdep_report *r, const struct rdep_mfinding *f);

/* The findings by weight: those that stand first; severity, then verdict, then as met. Free with free(). */
const struct rdep_mfinding **rdep_by_weight(const struct rdep_report *r);

#endif
