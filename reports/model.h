/* SPDX-License-Identifier: MIT */
/*
 * model.h - records joined to what people are told: processes, classes with names,
 * findings with their edges, stacks and fingerprints.
 *
 * Findings are the same when their fingerprints are: within a process and across
 * processes they are counted, and the weightiest occurrence is the one shown. The
 * model can be joined again after its records were polled.
 *
 * All text here is clean (rdep_clean), and lives as long as the report.
 */
#ifndef RECLAIMDEP_REPORTS_MODEL_H
#define RECLAIMDEP_REPORTS_MODEL_H

#include "reports/baseline.h"
#include "reports/record.h"
#include "reports/suppress.h"
#include "reports/symbols.h"

enum rdep_severity { RDEP_NOTE_SEVERITY, RDEP_WARNING, RDEP_ERROR };

/* One frame as it is shown; inline functions are frames of their own. */
struct rdep_mframe {
	const char *function; /* NULL: unknown */
	const char *unit;     /* of a function local to a source file */
	const char *file;     /* NULL: unknown */
	unsigned line;
	bool inlined;
	struct rdep_symbol_module *module; /* NULL: unknown */
	uint64_t address;		   /* in the module; without one the pc itself */
	uint64_t pc;			   /* as recorded */
};

struct rdep_mstack {
	struct rdep_mframe *frames;
	size_t count;
	unsigned flags; /* RDEP_STACK_*, and: */
};
#define RDEP_STACK_LOST 0x10000u /* the record names one that is not in it */

struct rdep_mclass {
	const char *name; /* "cache_lock", "inode->lock" */
	const char *key;  /* what a fingerprint is made of: no path, line or address */
	const char *
		detail; /* how it got its name: "static variable of minifs"; "" when that says it */
	const char *kind; /* "mutex" */
	bool domain;
	bool signal; /* a signal as interrupt: not a lock either */
	bool file, loader; /* a file's lock, the loader's */
	bool life; /* of threads: what a join waits for */
	bool event; /* of conditions: what a wait is for, and what a signal needs its locks for */
	uint32_t id;
	struct rdep_mstack origin;     /* of the init call, the first acquisition */
	const struct rdep_rclass *raw; /* NULL: a domain, or not in the record */
};

/* A process of which something in a merged record is. */
struct rdep_morigin {
	uint32_t id, pid;
	uint64_t image_id[2], started_ns;
	const char *program, *exe;
	const char *record; /* the name of its record's file */
	const char *words;  /* "minifs (pid 4711, minifs.4711.rdep)" */
};

struct rdep_mthread {
	uint32_t id, tid;    /* of the journal; of the system, 0: unknown */
	uint32_t own;	     /* what is told: the id, of a merged record the one in its process's */
	const struct rdep_morigin *origin; /* of a merged record: whose it is; else NULL */
	const char *name;    /* "" when unknown */
	const char *routine; /* function that it started in, "" when unknown */
	bool named;	     /* the name was given to it, and is not just its program's */
	const char *label;   /* what tells it from others: its name or routine, or "" */
};

/* `from` held while `to` was acquired. */
struct rdep_medge {
	const struct rdep_mclass *from, *to;
	const struct rdep_edge *raw; /* the occurrence that supports the verdict */
	struct rdep_mstack held; /* where `from` was taken; one frame when only its site is known */
	struct rdep_mstack acquire;
	struct rdep_mthread thread;
	struct rdep_mthread joined; /* where `to` is a thread's life: that thread */
	const char *callee; /* that was called to acquire `to`, NULL: unknown */
	bool lost; /* not in the record: what it is between the others of its cycle tell, and no more is known */
};

/* A thread of a deadlock, and what it has that the one before it waits for. */
struct rdep_mleg {
	const struct rdep_leg *raw;
	struct rdep_mthread thread;
	const struct rdep_mclass *held; /* NULL: it is joined */
	const struct rdep_mclass *wanted; /* NULL: it joins the next one */
	struct rdep_mstack taken; /* where it took `held` */
	struct rdep_mstack waits;
};

struct rdep_mfinding {
	unsigned number; /* 1, 2, ... in this report */
	uint8_t kind, verdict;
	const char *kind_id, *verdict_id;
	enum rdep_severity severity;
	const char *title;
	const char *fingerprint; /* 16 hex digits */
	const char *suppression_id; /* what the fingerprint is made of */
	const char *suppression;    /* the same as a line of a file (suppress.h) */
	const struct rdep_suppression *suppressed; /* the line that says so; NULL: none */
	bool known;				   /* stands in the baseline */
	const char *fix;	      /* one sentence */
	struct rdep_process *process; /* of the occurrence that is shown */
	const struct rdep_finding *raw;
	struct rdep_mthread thread;
	struct rdep_medge *edges; /* in cycle order; edges[0] closed the cycle; none where all are lost */
	size_t edge_count, edges_lost;
	struct rdep_mleg *legs; /* of a deadlock, from the thread that closed the circle */
	size_t leg_count;
	/* Kinds about one lock. */
	const struct rdep_mclass *cls;
	struct rdep_mstack held, acquire;
	size_t count;				 /* occurrences over all processes */
	size_t processes;			 /* in how many */
	const struct rdep_process *last_process; /* that was counted */
	bool told;				 /* printed already, with this severity */
};

/* Is it shown in full, and may it fail the run? */
static inline bool rdep_stands(const struct rdep_mfinding *f)
{
	return !f->suppressed && !f->known;
}

struct rdep_process {
	struct rdep_record *record;
	struct rdep_report *report;
	size_t index;
	const char *name, *exe, *cmdline;	/* name: of the program */
	struct rdep_process *parent, *replaced; /* by id, when they are in the report */
	struct rdep_map classes;		/* id -> struct rdep_mclass */
	struct rdep_map stacks;			/* id -> struct rdep_mstack */
	struct rdep_map findings;		/* id -> struct rdep_mfinding */
	struct rdep_map origins;		/* id -> struct rdep_morigin */
	bool covered; /* a merged record that is in the report has it */
	bool across;  /* no process: findings that several others made together */
};

struct rdep_trouble {
	char *text;
};

struct rdep_report {
	struct rdep_symbols *symbols;
	struct rdep_arena arena;
	struct rdep_process **processes;
	size_t process_count;
	struct rdep_mfinding **findings; /* in the order met */
	size_t finding_count;
	struct rdep_map by_fingerprint; /* hash -> finding */
	struct rdep_map by_image;	/* hash of the image id -> process */
	struct rdep_map merged_images;	/* those that merged records have -> 1 */
	bool looked_across;		/* findings across processes were looked for */
	struct rdep_trouble *troubles;	/* records that could not be read */
	size_t trouble_count;
	struct rdep_suppressions suppressions;
	struct rdep_baseline baseline;
	struct rdep_core_made **cores; /* whose records are in here */
	size_t core_count;
};

/* An empty report that looks for modules where the other one does. */
struct rdep_report *rdep_report_new_like(struct rdep_report *other);

/* Takes over a record. NULL when one of that image is there already (it is closed). */
struct rdep_process *rdep_model_add(struct rdep_report *r, struct rdep_record *record);

/* Joins what is new in the records. */
void rdep_model_join(struct rdep_report *r);

/* An occurrence of an edge (0: the first, n: its n-th sample). False when the record does not have it. */
bool rdep_model_edge(struct rdep_process *p, uint32_t id, uint32_t sample, struct rdep_medge *m);
/* Classes and stacks alone: for millions / the id of the acquiring stack alone, 0: not known. */
bool rdep_model_edge_places(struct rdep_process *p, uint32_t id, uint32_t sample, struct rdep_medge *m);
uint32_t rdep_model_acquired(struct rdep_process *p, uint32_t id, uint32_t sample);
/* The function that the innermost frame of that stack called; NULL: unknown. */
const char *rdep_model_callee(struct rdep_process *p, uint32_t stack);

/* ---- origin.c ---- */

/* Of a merged record's thread, and its id there; NULL: of another record, or not known. */
const struct rdep_morigin *rdep_model_origin(struct rdep_process *p, uint32_t thread, uint32_t *own);
/* Was it seen in no process as a whole? */
bool rdep_is_across(const struct rdep_mfinding *f);
/* "a (pid 1, a.1.rdep) and b (pid 2, b.2.rdep)": those that the dependencies of a finding are of; "". */
const char *rdep_origin_list(struct rdep_report *r, const struct rdep_mfinding *f);
/* How many processes that stands for, and all: a merged record for many. */
size_t rdep_model_processes(const struct rdep_process *p);
size_t rdep_report_processes(const struct rdep_report *r);
/* The name of a merged record. */
void rdep_name_merged(struct rdep_process *p);

/* ---- names.c ---- */


/* The n-th module of the record, from 1; NULL: none. */
struct rdep_symbol_module *rdep_model_module(struct rdep_process *p, uint32_t n);

const struct rdep_mclass *rdep_model_class(struct rdep_process *p, uint32_t id);
struct rdep_mstack rdep_model_stack(struct rdep_process *p, uint32_t id);
/* The frames at one return address. */
struct rdep_mstack rdep_model_site(struct rdep_process *p, uint64_t site, uint32_t module);
struct rdep_mthread rdep_model_thread(struct rdep_process *p, uint32_t id);

/* ---- names_own.c ---- */

/* Key and detail of a class that the program, or its kind, named. */
void rdep_name_own(struct rdep_arena *a, struct rdep_mclass *c);
/* A cycle of files' locks alone, which two processes can close. */
bool rdep_is_of_files(const struct rdep_mfinding *f);

/* Is that one of the C++ library's layers between a program and the lock call? */
bool rdep_model_is_wrapper(const struct rdep_mframe *f);
/*
 * The frame that tells people where something happens: the first that is not of the C++
 * library's wrappers. NULL for an empty stack.
 */
const struct rdep_mframe *rdep_model_frame(const struct rdep_mstack *s);
/* "FUNCTION at FILE:LINE" (FILE without directories), "FUNCTION (MODULE+0x12)", "MODULE+0x12". */
const char *rdep_model_where(struct rdep_report *r, const struct rdep_mframe *f);

/* "GFP_KERNEL", "GFP_NOFS|__GFP_ZERO". */
const char *rdep_gfp_text(struct rdep_report *r, uint32_t gfp);
/* The lock call as text: "lock", "read_lock", "down". */
const char *rdep_lock_verb(const struct rdep_mclass *c, uint32_t mode);
/* ", as a reader" and the like, where it is not taken exclusively; else "". */
const char *rdep_mode_words(const struct rdep_mclass *c, uint32_t mode);
/* Is it of that kind (enum rdep_lock_kind)? */
bool rdep_is_kind(const struct rdep_mclass *c, unsigned kind);

/* ---- fingerprint.c ---- */

/* Sets suppression and fingerprint from kind, classes and functions. */
/* (The suppression's line ends with '@' where the id could be read as the name of a class.) */
void rdep_fingerprint(struct rdep_report *r, struct rdep_mfinding *f);
/* What a function is called in a key: its name, with the file it is local to. */
const char *rdep_function_key(struct rdep_report *r, const struct rdep_mframe *f);

/* ---- fix.c ---- */

const char *rdep_title(struct rdep_report *r, const struct rdep_mfinding *f);
/*
 * Where one acquisition's stack parts from another's: a helper that takes the locks for both
 * orders is not what is to be changed. The call itself where they never part.
 */
const struct rdep_mframe *rdep_parting(const struct rdep_mstack *s, const struct rdep_mstack *other);
const char *rdep_fix(struct rdep_report *r, const struct rdep_mfinding *f);

/* ---- place.c: findings about a place ---- */

bool rdep_is_place(const struct rdep_mfinding *f);
const char *rdep_place_title(struct rdep_report *r, const struct rdep_mfinding *f);
const char *rdep_place_fix(struct rdep_report *r, const struct rdep_mfinding *f);
/* What comes before the stack of where it went wrong, and before the other one. */
const char *rdep_place_went(struct rdep_report *r, const struct rdep_mfinding *f);
const char *rdep_place_held(struct rdep_report *r, const struct rdep_mfinding *f);
/* What it is about, for its fingerprint. */
/* Of one lock, which is given back, freed, destroyed, initialised or used where that must not be. */
bool rdep_is_misuse(const struct rdep_mfinding *f);
/* Such a one of which raw->holder tells who holds it; its gfp is none. */
bool rdep_names_holder(const struct rdep_mfinding *f);
const char *rdep_place_key(struct rdep_report *r, const struct rdep_mfinding *f);
/* "NOFS", "NOFS|PIN"; "" for none. */
const char *rdep_scope_text(struct rdep_report *r, uint32_t scope);
/* "restored-out-of-order", and in words; NULL: none. */
const char *rdep_detail_id(struct rdep_report *r, unsigned detail);
const char *rdep_detail_text(unsigned detail);

/* ---- circle.c: deadlocks ---- */

/* Sets the legs, where there are any. */
void rdep_circle_fill(struct rdep_process *p, struct rdep_mfinding *f);
const char *rdep_circle_title(struct rdep_report *r, const struct rdep_mfinding *f);
const char *rdep_circle_fix(struct rdep_report *r, const struct rdep_mfinding *f);
/* What it is about, for its fingerprint: who closed it does not matter. */
const char *rdep_circle_key(struct rdep_report *r, const struct rdep_mfinding *f);
/* "lock", "join", "retake". */
const char *rdep_wait_id(unsigned wait);

/* ---- text_options.c ---- */

/* The value of that option in a run's options, as it was given; NULL: none, or not given. */
const char *rdep_run_option(struct rdep_arena *a, const struct rdep_record *r, const char *name);

/* ---- the tables ---- */

const char *rdep_kind_id(unsigned kind);
const char *rdep_kind_help(unsigned kind);
const char *rdep_verdict_id(unsigned verdict);
/* What it says of a finding of any kind. */
const char *rdep_verdict_help(unsigned verdict);
const char *rdep_severity_id(enum rdep_severity s);
/* flags: RDEP_FINDING_*. */
enum rdep_severity rdep_severity(unsigned kind, unsigned verdict, unsigned flags);
/* Is that at or above the line? */
bool rdep_fails(enum rdep_severity severity, unsigned verdict, enum rdep_fail_on line);
const char *rdep_origin_id(unsigned origin);
const char *rdep_state_text(const struct rdep_process *p);
const char *rdep_counter_id(unsigned c);
const char *rdep_counter_help(unsigned c);
bool rdep_counter_loss(unsigned c);

#endif
