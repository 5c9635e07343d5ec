/* SPDX-License-Identifier: MIT */
/* decide.c - see decide.h. */
#include "decide.h"

#include <stdlib.h>
#include <string.h>

/* The value of --name=VALUE or --name VALUE: how many words, 0 when it is another flag. */
static int value_of(const char *name, int argc, char **argv, int i, const char **value)
{
	const char *flag = argv[i];
	size_t n = strlen(name);

	if (strncmp(flag, "--", 2) || strncmp(flag + 2, name, n))
		return 0;
	if (flag[2 + n] == '=') {
		*value = flag + 3 + n;
		return 1;
	}
	if (flag[2 + n])
		return 0;
	*value = i + 1 < argc ? argv[i + 1] : "";
	return i + 1 < argc ? 2 : 1;
}

int decide_flag(struct decide *d, const char *command, int argc, char **argv, int i)
{
	const char *value = NULL;
	int took = value_of("suppressions", argc, argv, i, &value);

	if (took && *value) {
		d->suppressions = realloc(d->suppressions, (d->suppression_count + 1) *
								   sizeof(*d->suppressions));
		if (!d->suppressions) {
			tool_say("%s: no memory", command);
			return -1;
		}
		d->suppressions[d->suppression_count++] = value;
		return took;
	}
	if (!took)
		took = value_of("baseline", argc, argv, i, &value);
	if (!took)
		return 0;
	if (!*value) {
		tool_say("%s: %s wants a file: %.*s=FILE", command, argv[i],
			 (int)strcspn(argv[i], "="), argv[i]);
		return -1;
	}
	if (d->baseline) {
		tool_say("%s: --baseline stands twice: records of several runs can lie in one directory",
			 command);
		return -1;
	}
	d->baseline = value;
	return took;
}

bool decide_apply(const struct decide *d, const char *command, struct rdep_report *r, bool quiet)
{
	struct rdep_error err = { "" };
	size_t foreign;

	for (size_t i = 0; i < d->suppression_count; i++) {
		if (rdep_report_suppress(r, d->suppressions[i], &err) < 0) {
			tool_say("%s: %s", command, err.text);
			return false;
		}
	}
	foreign = rdep_report_foreign_suppressions(r);
	if (foreign && !quiet)
		tool_say("%s: %zu suppressions of kinds that only other tools have (race and the like) are passed over",
			 command, foreign);
	if (d->baseline && rdep_report_baseline(r, d->baseline, &err) < 0) {
		tool_say("%s: the baseline: %s", command, err.text);
		return false;
	}
	return true;
}

void decide_free(struct decide *d)
{
	free(d->suppressions);
	*d = (struct decide){ 0 };
}
