/* SPDX-License-Identifier: MIT */
/* tables.c - names of the record's numbers, from the tables that define them. */
#include <string.h>
#include "reports/model.h"

#define INFO 0
#define LOSS 1
#define NOTE RDEP_NOTE_SEVERITY
#define WARNING RDEP_WARNING
#define ERROR RDEP_ERROR

static const struct {
	const char *id, *help;
	enum rdep_severity severity;
} kinds[256] = {
#define KIND(sym, num, id, sev, help) [num] = {id, help, sev},
#include "runtime/kinds.def"
#undef KIND
};

static const struct {
	const char *id, *help;
	int loss;
} counters[RDEP_COUNTERS] = {
#define COUNTER(sym, num, id, cls, help) [num] = {id, help, cls},
#include "runtime/counters.def"
#undef COUNTER
};

const char *rdep_kind_id(unsigned kind)
{
	return kind < 256 && kinds[kind].id ? kinds[kind].id : "unknown";
}

const char *rdep_kind_help(unsigned kind)
{
	return kind < 256 && kinds[kind].help
		       ? kinds[kind].help
		       : "a finding of a kind that this version does not know";
}

const char *rdep_verdict_id(unsigned verdict)
{
	static const char *const ids[] = {
		[RDEP_GUARDED] = "guarded",
		[RDEP_ORDERED] = "ordered",
		[RDEP_SINGLE_THREAD] = "single-thread",
		[RDEP_POSSIBLE] = "possible",
		[RDEP_CERTAIN] = "certain",
	};

	return verdict < sizeof(ids) / sizeof(*ids) && ids[verdict] ? ids[verdict] : "unknown";
}

const char *rdep_verdict_help(unsigned verdict)
{
	static const char *const help[] = {
		[RDEP_GUARDED] = "a common lock was held on all sides, so that they could not meet in this run",
		[RDEP_ORDERED] = "creating or joining threads kept the sides apart in this run; production may not",
		[RDEP_SINGLE_THREAD] = "one thread did all of it in turn; it takes two that do it at once",
		[RDEP_POSSIBLE] = "it follows from the rules that these locks keep, though the very same locks were not "
				  "seen on all sides",
		[RDEP_CERTAIN] = "the same locks on all sides and nothing that keeps these apart, or it happened in "
				 "this run",
	};

	return verdict < sizeof(help) / sizeof(*help) && help[verdict] ? help[verdict]
								       : "a verdict that this version does not know";
}

/* Verdict and flags can only make a kind milder: see the verdict table of the manual. A verdict
 * that this version does not know stays as heavy as the kind. */
enum rdep_severity rdep_severity(unsigned kind, unsigned verdict, unsigned flags)
{
	enum rdep_severity of_kind = kind < 256 && kinds[kind].id ? kinds[kind].severity : ERROR;
	enum rdep_severity most = ERROR;

	if (verdict == RDEP_GUARDED || flags & RDEP_FINDING_NOTE)
		most = NOTE;
	else if (verdict == RDEP_ORDERED || verdict == RDEP_SINGLE_THREAD ||
		 flags & RDEP_FINDING_WARNING)
		most = WARNING;
	return of_kind < most ? of_kind : most;
}

const char *rdep_severity_id(enum rdep_severity s)
{
	return s == ERROR ? "error" : s == WARNING ? "warning" : "note";
}

const char *rdep_origin_id(unsigned origin)
{
	static const char *const ids[] = {
		[RDEP_BY_NAME] = "name",   [RDEP_BY_INIT] = "init",   [RDEP_BY_STATIC] = "static",
		[RDEP_BY_FIRST] = "first", [RDEP_BY_ALLOC] = "alloc",
	};

	return origin < sizeof(ids) / sizeof(*ids) && ids[origin] ? ids[origin] : "unknown";
}

const char *rdep_state_text(const struct rdep_process *p)
{
	switch (p->record->header.state) {
	case RDEP_RUNNING:
		if (rdep_record_alive(p->record))
			return "running";
		/* Of a process elsewhere nobody knows here. */
		return p->record->stand_count || rdep_record_where(p->record) <= RDEP_BEFORE_BOOT ? "killed" : "unknown";
	case RDEP_EXITING:
		return "exited";
	case RDEP_EXECING:
		return "replaced";
	}
	return "unknown";
}

const char *rdep_counter_id(unsigned c)
{
	return c < RDEP_COUNTERS ? counters[c].id : NULL;
}

const char *rdep_counter_help(unsigned c)
{
	return c < RDEP_COUNTERS ? counters[c].help : NULL;
}

/* A counter of a later version is taken for a loss: better said than not. */
bool rdep_counter_loss(unsigned c)
{
	return c >= RDEP_COUNTERS || !counters[c].id || counters[c].loss == LOSS;
}

int rdep_fail_on_parse(const char *text)
{
	static const char *const words[] = {"certain", "possible", "warning", "never"};
	int i;

	for (i = 0; i < 4; i++)
		if (strcmp(text, words[i]) == 0)
			return i;
	return -1;
}
