/* SPDX-License-Identifier: MIT */
/*
 * reports.h - the door of reports/: what the tools may call.
 *
 * Two ways in:
 *
 *   a report   takes records (files, or directories of them), joins them, and
 *              renders the whole in one of the formats of formats.def, or as DOT;
 *   a follow   watches a directory while its records are being written, prints
 *              each finding once as soon as it is there, and turns into a report
 *              at the end.
 *
 * Input is hostile: whatever a record contains, a call ends with a result or with
 * a message that names the file and the offset. Nothing here prints to stderr,
 * exits or touches signals. Not thread-safe: one thread uses one report.
 */
#ifndef RECLAIMDEP_REPORTS_H
#define RECLAIMDEP_REPORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A message for people, without a newline; empty when there is none. */
struct rdep_error {
	char text[1024];
};

/* In the order of the option fail_on (options.def). */
enum rdep_fail_on {
	RDEP_FAIL_CERTAIN,
	RDEP_FAIL_POSSIBLE,
	RDEP_FAIL_WARNING,
	RDEP_FAIL_NEVER,
};

/* "certain" ... "never"; -1 when it is none of them. */
int rdep_fail_on_parse(const char *text);

#define RDEP_EXIT_FINDING 66
#define RDEP_EXIT_TROUBLE 125

/* What classes are sorted by, most first; and these as words. */
enum rdep_stats_key {
	RDEP_STATS_WAIT,
	RDEP_STATS_ACQUIRED,
	RDEP_STATS_CONTENDED,
	RDEP_STATS_HOLD,
	RDEP_STATS_NAME,
};
#define RDEP_STATS_KEYS "wait|acquired|contended|hold|name"

struct rdep_text_options {
	bool color;    /* the caller decides: terminal, NO_COLOR */
	int verbosity; /* 0: findings; 1: and the summary; 2: and notes, coverage in full */
	int classes;   /* info: all classes that stat=1 counted, by that key + 1; 0: a few */
};

/* ---- a report ---- */

struct rdep_report;

struct rdep_report *rdep_report_new(void);
void rdep_report_free(struct rdep_report *r);

/*
 * Reads a record, or every *.rdep in a directory. Returns how many records were read, or -1
 * with *err. Records of a directory that can't be read do not end the call: they are told in
 * the report's coverage, and -1 is returned only when none could be read.
 */
int rdep_report_add(struct rdep_report *r, const char *path, struct rdep_error *err);

/*
 * Where files of modules are looked for (reports/module_file.h): below other roots than this machine's, and
 * debug files in directories beside /usr/lib/debug; several are tried in order. 0, or -1 with *err. To be
 * called before records are added.
 */
int rdep_report_sysroot(struct rdep_report *r, const char *dir, struct rdep_error *err);
int rdep_report_debug_dir(struct rdep_report *r, const char *dir, struct rdep_error *err);

/*
 * A core dump of a process that ran under reclaimdep, as a record (reports/core_record.h): all that is told of a record
 * is told of it, and the stacks of its threads. 0, or -1 with *err.
 */
struct rdep_core_options {
	const char *record; /* the process's own; NULL: the one that the core names, if it is there */
	const char *exe;    /* the program's file; NULL: where the core says */
	const char *output; /* the record that is made goes here, and must not be there; NULL: nowhere */
};
int rdep_report_add_core(struct rdep_report *r, const char *path, const struct rdep_core_options *o,
			 struct rdep_error *err);
/* What there is to say of the cores that were added: where things come from, and what is missing; NULL behind the last. */
const char *rdep_report_core_line(const struct rdep_report *r, size_t i);

/*
 * The record of a process that runs; of its children where it has none itself (a launcher), which *told then says.
 * Returns how many were read, or -1 with *err; those that were read before, and still run, are not counted.
 */
int rdep_report_add_pid(struct rdep_report *r, uint32_t pid, struct rdep_error *told, struct rdep_error *err);

/*
 * Findings that are not to be shown: adds a file of suppressions (reports/suppress.h). 0, or -1
 * with *err, which names file and line. To be called before findings are printed.
 */
int rdep_report_suppress(struct rdep_report *r, const char *path, struct rdep_error *err);
/* A file of suppressions for all findings that stand. 0, or -1 when writing failed. */
int rdep_report_suppressions(struct rdep_report *r, FILE *out);
/* How many lines of other tools' kinds were passed over in those files. */
size_t rdep_report_foreign_suppressions(const struct rdep_report *r);

/*
 * Findings that are known: those of a saved JSON report, of a record, or of a directory of
 * records. 0, or -1 with *err. To be called before findings are printed.
 */
int rdep_report_baseline(struct rdep_report *r, const char *path, struct rdep_error *err);

/* Joins what was added so far: the longest part of the work. Whatever prints does it by itself. */
void rdep_report_join(struct rdep_report *r);

/*
 * Merges the records at these paths, which were added (merge.h), and adds the findings that no process shows by itself.
 * by_name: classes of different builds are one where their names are. 0, or -1 with *err.
 */
int rdep_report_across(struct rdep_report *r, const char **paths, size_t n, bool by_name, struct rdep_error *err);

/* Each joins what was added so far first. Return 0, or -1 when writing failed. */
int rdep_report_text(struct rdep_report *r, FILE *out, const struct rdep_text_options *options);
int rdep_report_json(struct rdep_report *r, FILE *out);
/* The header, threads and held locks, counts, modules, options and losses of each record. */
int rdep_report_info(struct rdep_report *r, FILE *out, const struct rdep_text_options *options);
/* The end of a run: the findings that were not printed yet, the coverage, the summary line
 * and what to type next. records: what to name in that command. */
int rdep_report_summary(struct rdep_report *r, FILE *out, const struct rdep_text_options *options,
			const char *records);

/* ---- formats: the table formats.def ---- */

struct rdep_format_options {
	struct rdep_text_options text;
	enum rdep_fail_on fail_on;
	const char *source_root; /* sources below it are named from there; NULL: the current directory */
};

struct rdep_format {
	const char *name, *help;
	int (*write)(struct rdep_report *r, FILE *out, const struct rdep_format_options *o);
};

/* The i-th of the table, NULL behind the last; the one of that name (n bytes), NULL when there is none. */
const struct rdep_format *rdep_format(size_t i);
const struct rdep_format *rdep_format_find(const char *name, size_t n);
/* "text|json|...": all names. */
const char *rdep_format_words(void);
/* Joins what was added so far, and writes it. Returns 0, or -1 when writing failed. */
int rdep_report_write(struct rdep_report *r, FILE *out, const struct rdep_format *format,
		      const struct rdep_format_options *o);

/* ---- the dependency graph ---- */

/* Which part of it. */
struct rdep_graph_options {
	const char *const *around; /* classes by name or key, or patterns of them (* and ?) */
	size_t around_count;
	unsigned distance; /* how many dependencies away from those; 0: the usual */
	bool cycles;	   /* what lies on a cycle that counts */
	bool reclaim;	   /* what reclaim can reach, by which shortest way, and what leads back */
	const char *source_root;
};

#define RDEP_DISTANCE 2u /* the usual one */
enum rdep_graph_format { RDEP_GRAPH_DOT, RDEP_GRAPH_SVG, RDEP_GRAPH_HTML, RDEP_GRAPH_JSON, RDEP_GRAPH_TEXT };
#define RDEP_GRAPH_FORMATS "dot|svg|html|json|text" /* in the order of the enum */

/*
 * Joins what was added so far, and writes the part of the graph that o chooses. 0; or -1 with *err, whose
 * text is empty when writing failed.
 */
int rdep_report_graph(struct rdep_report *r, FILE *out, enum rdep_graph_format format,
		      const struct rdep_graph_options *o, struct rdep_error *err);

/* ---- what is new since: two sets of findings, by fingerprint ---- */

struct rdep_diff;

/*
 * base and new: each a saved JSON report, a record, or a directory of records. `in` is an empty
 * report: it says what is suppressed in `new`, and gets the records of that. NULL with *err.
 */
struct rdep_diff *rdep_diff(const char *base, const char *new, struct rdep_report *in,
			    struct rdep_error *err);
void rdep_diff_free(struct rdep_diff *d);
int rdep_diff_text(struct rdep_diff *d, FILE *out, const struct rdep_text_options *options);
int rdep_diff_json(struct rdep_diff *d, FILE *out);
/* Is a finding new that is not suppressed and at or above the line? */
bool rdep_diff_fails(const struct rdep_diff *d, enum rdep_fail_on line);

/* ---- an audit: what masks and scopes were good for ---- */

struct rdep_audit;

/* Of what was added so far. assume: and which inversions would be there if every mask that leaves
 * out FS or IO were GFP_KERNEL. The report must live longer. */
struct rdep_audit *rdep_audit(struct rdep_report *r, bool assume);
void rdep_audit_free(struct rdep_audit *a);
int rdep_audit_text(struct rdep_audit *a, FILE *out, const struct rdep_text_options *options);
int rdep_audit_json(struct rdep_audit *a, FILE *out);
/* How many scopes are missing, as far as was assumed. */
size_t rdep_audit_missing(const struct rdep_audit *a);

size_t rdep_report_records(const struct rdep_report *r);
/* Does a finding stand, not suppressed and not known, that is at or above the line? */
bool rdep_report_fails(struct rdep_report *r, enum rdep_fail_on line);

/* ---- following a run ---- */

struct rdep_follow;

/*
 * Follows the records of one run in `dir`, which need not exist yet. Belonging to the run: the
 * image whose parent is `launcher` (an image id that the caller made up and handed down in
 * RECLAIMDEP_FROM), or whose pid is `pid` and which started at or after `since_ns` (realtime);
 * and every image whose parent or exec'd-from image belongs. launcher {0, 0}: every record
 * that started at or after since_ns.
 */
struct rdep_follow *rdep_follow_new(const char *dir, const uint64_t launcher[2], uint64_t since_ns);
void rdep_follow_pid(struct rdep_follow *f, uint32_t pid);
void rdep_follow_free(struct rdep_follow *f);

/*
 * Takes in new records and what was published since the last call, and prints each new finding
 * to `out` (NULL: prints none). Returns how many were printed, or -1 with *err when `dir` can't
 * be read. Cheap when nothing is new: one directory stat and one read per record.
 */
int rdep_follow_poll(struct rdep_follow *f, FILE *out, const struct rdep_text_options *options,
		     struct rdep_error *err);

/* How many records belong to the run so far; and whether one of them is that process's. */
size_t rdep_follow_records(const struct rdep_follow *f);
bool rdep_follow_has_pid(const struct rdep_follow *f, uint32_t pid);
/* Images of the run that still say RUNNING and whose process is still there. */
size_t rdep_follow_running(const struct rdep_follow *f);

/*
 * Sleeps until a finding is published or timeout_ms is over. May return early. Waits on the
 * records' bell words; where the kernel has no futex_waitv it sleeps in short steps.
 */
void rdep_follow_wait(struct rdep_follow *f, int timeout_ms);

/* The records of the run as a report (for the summary); what poll has printed is marked as
 * printed. Belongs to the follow. */
struct rdep_report *rdep_follow_report(struct rdep_follow *f);

/* ---- subcommands (tools/cmd_*.c); argv[0] is the subcommand's name; return the exit status ----
 */

int rdep_cmd_report(int argc, char **argv);
int rdep_cmd_diff(int argc, char **argv);
int rdep_cmd_info(int argc, char **argv);
int rdep_cmd_graph(int argc, char **argv);
int rdep_cmd_audit(int argc, char **argv);
int rdep_cmd_merge(int argc, char **argv);

#endif
