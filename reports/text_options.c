/* SPDX-License-Identifier: MIT */
/* text_options.c - the options of a run: those that are not as they always are. */
#include <string.h>
#include "reports/text.h"

/* The default as the record writes it; of an enum, the list and the index. */
static const struct {
	const char *name, *value;
	int index; /* into value, -1: value is it */
} defaults[] = {
#define OPT_INT(name, def, min, max, help) {#name, #def, -1},
#define OPT_BOOL(name, def, help) {#name, #def, -1},
#define OPT_STR(name, def, help) {#name, def, -1},
#define OPT_ENUM(name, def, names, help) {#name, names, def},
#include "runtime/options.def"
#undef OPT_INT
#undef OPT_BOOL
#undef OPT_STR
#undef OPT_ENUM
};

static bool is_default(const char *name, size_t name_len, const char *value, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(defaults) / sizeof(*defaults); i++) {
		const char *wanted = defaults[i].value;
		size_t n;
		int k;

		if (strlen(defaults[i].name) != name_len ||
		    strncmp(defaults[i].name, name, name_len) != 0)
			continue;
		for (k = 0; k < defaults[i].index; k++)
			wanted = strchrnul(wanted, '|') + 1;
		n = defaults[i].index >= 0 ? strcspn(wanted, "|") : strlen(wanted);
		return n == len && strncmp(wanted, value, n) == 0;
	}
	return false;
}

/* The end of an item: a colon that no backslash stands before. */
static const char *item_end(const char *p)
{
	while (*p && *p != ':')
		p += *p == '\\' && p[1] ? 2 : 1;
	return p;
}

void rdep_text_run_options(struct rdep_text *t, const struct rdep_record *r)
{
	bool all = t->options.verbosity >= 2, any = false;
	const char *p, *end;

	if (!r->options)
		return;
	fputs("  options   ", t->out);
	for (p = r->options; *p; p = *end ? end + 1 : end) {
		size_t name;

		end = item_end(p);
		name = strcspn(p, "=");
		if (p + name >= end ||
		    (!all && is_default(p, name, p + name + 1, (size_t)(end - p) - name - 1)))
			continue;
		fprintf(t->out, " %s", rdep_clean(&t->report->arena, p, (size_t)(end - p)));
		any = true;
	}
	fputs(any ? "\n" : " as by default\n", t->out);
}

const char *rdep_run_option(struct rdep_arena *a, const struct rdep_record *r, const char *name)
{
	size_t n = strlen(name);
	const char *p, *end;
	char *value, *to;

	for (p = r->options; p && *p; p = *end ? end + 1 : end) {
		end = item_end(p);
		if (strncmp(p, name, n) != 0 || p[n] != '=')
			continue;
		p += n + 1;
		if (p == end)
			return NULL;
		value = to = rdep_clean(a, p, (size_t)(end - p));
		for (p = value; *p; p++)
			if (*p != '\\')
				*to++ = *p;
		*to = '\0';
		return value;
	}
	return NULL;
}

void rdep_text_provoked(struct rdep_text *t)
{
	unsigned long long runs = 0, failed = 0;
	const char *how = NULL;
	size_t i;

	for (i = 0; i < t->report->process_count; i++) {
		const struct rdep_record *r = t->report->processes[i]->record;

		runs += r->header.counters[RDEP_C_SHRINKS_PROVOKED];
		failed += r->header.counters[RDEP_C_ALLOCS_FAILED];
		if (!how)
			how = rdep_run_option(&t->report->arena, r, "provoke");
	}
	if (!how && !runs && !failed)
		return;
	fprintf(t->out, "Provoked (%s): %llu runs of shrinkers, %llu failed allocations\n",
		how ? how : "by some of the runs", runs, failed);
}
