/* SPDX-License-Identifier: MIT */
/*
 * core_record.h - the record that is made of a core dump.
 *
 * It begins as a copy of the process's own record, cut where its journal ended at the core's
 * moment: from the core, where its mappings are in there; from the record's file; or from what the
 * runtime keeps of it in private memory. Then comes what the core tells: the threads' stacks, what
 * they hold and wait for where the copy does not tell it as of that moment, and the circle in which
 * they wait, if the process did not tell of it itself.
 */
#ifndef RECLAIMDEP_REPORTS_CORE_RECORD_H
#define RECLAIMDEP_REPORTS_CORE_RECORD_H

#include "reports/core_state.h"
#include "reports/core_unwind.h"
#include "reports/core_writer.h"
#include "reports/record.h"

/* Of a thread of the core. */
struct rdep_core_stack {
	struct rdep_core_frame *frames;
	size_t count;
	bool broken, cut;
	uint32_t id; /* in the record; 0: not put there */
};

enum rdep_core_source { RDEP_CORE_MAPPED, RDEP_CORE_FILE, RDEP_CORE_REBUILT };

struct rdep_core_made {
	struct rdep_core *core;
	struct rdep_core_state state;
	struct rdep_symbols *symbols;
	enum rdep_core_source source;
	int fd;
	char *path;		    /* of the record that is being made */
	struct rdep_record *record; /* it, as it was read last */
	struct rdep_core_stack *stacks;
	struct rdep_lock_site *sites; /* where locks are taken, by class and place; of the copy */
	size_t site_count;
	char **lines; /* for people: what it is, and where all comes from */
	size_t line_count;
	char **losses; /* what is missing: notes of the record */
	size_t loss_count;
};

/*
 * Makes it in o->output, or in memory. NULL with *err. It exists as long as what is returned does;
 * files that symbols find are used.
 */
struct rdep_core_made *rdep_core_make(const char *path, const struct rdep_core_options *o,
				      struct rdep_symbols *symbols, struct rdep_error *err);
void rdep_core_made_free(struct rdep_core_made *m);

/* One more line for people / of what is missing. */
void rdep_core_say(struct rdep_core_made *m, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void rdep_core_miss(struct rdep_core_made *m, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The known thread whose number in the core is that (tid), or NULL. */
const struct rdep_core_known *rdep_core_known_thread(const struct rdep_core_made *m, size_t thread);

/* core_sites.c: reads m->sites. */
void rdep_core_read_sites(struct rdep_core_made *m);
/*
 * The place where a lock of that class was taken that a thread with this stack holds, as far as that can be told: the one
 * that takes such locks, or the one in a function that the thread is in, but for the call that it is in. NULL: none.
 */
const struct rdep_lock_site *rdep_core_likely_site(const struct rdep_core_made *m, uint32_t cls,
						   const struct rdep_core_stack *s);
/* What is kept of that place; NULL: nothing. */
const struct rdep_lock_site *rdep_core_site(const struct rdep_core_made *m, uint32_t cls, uint64_t pc);

/*
 * core_source.c: the copy, into m->fd; m->record is it on return, *w appends to it. record: a file
 * that the caller named, or NULL. False with *err.
 */
bool rdep_core_copy(struct rdep_core_made *m, const char *record, struct rdep_error *err);
/* Reads it as it is now. False with *err. */
bool rdep_core_reread(struct rdep_core_made *m, struct rdep_error *err);
/* A writer behind its end. */
void rdep_core_append(struct rdep_core_made *m, struct rdep_core_writer *w);

/* core_stands.c: the threads' stacks, and the modules that they need. */
void rdep_core_unwind_all(struct rdep_core_made *m, struct rdep_symbols *symbols);
void rdep_core_put_stacks(struct rdep_core_made *m, struct rdep_core_writer *w);
/* A stack of its frames from index `from` on, as the next number; 0: none. *last: the last number
 * given. */
uint32_t rdep_core_put_stack(struct rdep_core_writer *w, const struct rdep_core_stack *s,
			     size_t from, uint32_t *last);
/* The index of the frame that is in the program: the call that the thread is in; s->count: none. */
size_t rdep_core_call(const struct rdep_core *c, const struct rdep_core_stack *s);

/* core_board.c: the slots that the copy does not have, or has of another moment. words[i], of known
 * thread i: it is as the locks' words say. */
void rdep_core_put_board(struct rdep_core_made *m, struct rdep_core_writer *w, bool *words);

/* core_circle.c: threads that wait in a circle, as a finding, unless the record has one of them.
 * True: it was put. */
bool rdep_core_put_circle(struct rdep_core_made *m, struct rdep_core_writer *w);

#endif
