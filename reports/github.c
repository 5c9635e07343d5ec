/* SPDX-License-Identifier: MIT */
/*
 * github.c - the report as workflow commands, which the service shows as annotations of the
 * sources. It takes a number of each sort from a step and drops the rest: the heaviest come
 * first here, and a notice says how many are left out.
 */
#include <stdlib.h>
#include <string.h>
#include "reports/formats.h"
#include "reports/location.h"

#define SHOWN_MAX 10u /* of a sort, per step */
#define TITLE_MAX 200u
#define MESSAGE_MAX 4000u

/* In a property (PROPERTY) ':' and ',' end it; a line's end ends the command anywhere. */
enum where { MESSAGE, PROPERTY };

static void print_escaped(FILE *out, const char *s, size_t most, enum where where)
{
	size_t n = strlen(s), i;
	bool cut = n > most;

	for (n = cut ? most : n; cut && n && ((unsigned char)s[n] & 0xc0) == 0x80; n--)
		;
	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '%' || c == '\n' || c == '\r' || (where == PROPERTY && (c == ':' || c == ',')))
			fprintf(out, "%%%02X", c);
		else
			fputc(c < ' ' || c == 0x7f ? '?' : c, out);
	}
	if (cut)
		fputs("...", out);
}

static void print_property(FILE *out, char before, const char *name, const char *value)
{
	fprintf(out, "%c%s=", before, name);
	print_escaped(out, value, TITLE_MAX, PROPERTY);
}

static void print_finding(struct rdep_report *r, FILE *out, const struct rdep_root *root, const char *command,
			  const struct rdep_mfinding *f)
{
	struct rdep_location at = rdep_locate(r, root, f);
	const char *text;

	fprintf(out, "::%s", command);
	if (at.line) {
		fputs(" file=", out);
		print_escaped(out, at.path, SIZE_MAX, PROPERTY);
		fprintf(out, ",line=%u", at.line);
	}
	print_property(out, at.line ? ',' : ' ', "title",
		       rdep_arena_printf(&r->arena, "%s (%s)", f->kind_id, f->verdict_id));
	fputs("::", out);
	text = rdep_arena_printf(&r->arena, "%s.\nFix: %s.\n%s%s%sSuppression: %s\nFingerprint: %s", f->title, f->fix,
				 at.line || !at.path ? "" : "In ", at.line || !at.path ? "" : at.path,
				 at.line || !at.path ? "" : "\n", f->suppression, f->fingerprint);
	print_escaped(out, text, MESSAGE_MAX, MESSAGE);
	fputc('\n', out);
}

int rdep_format_github(struct rdep_report *r, FILE *out, const struct rdep_format_options *o)
{
	static const char *const commands[] = {
		[RDEP_NOTE_SEVERITY] = "notice", [RDEP_WARNING] = "warning", [RDEP_ERROR] = "error"};
	const struct rdep_mfinding **list = rdep_by_weight(r);
	size_t i, shown[3] = {0}, left[3] = {0};
	struct rdep_root root;

	rdep_root_init(&root, o->source_root);
	/* The last notice may be that of what is left out. */
	for (i = 0; i < r->finding_count; i++) {
		enum rdep_severity s = list[i]->severity;
		size_t most = s > RDEP_NOTE_SEVERITY ? SHOWN_MAX : o->text.verbosity >= 2 ? SHOWN_MAX - 1 : 0;

		if (!rdep_stands(list[i]))
			continue;
		if (shown[s] < most && ++shown[s])
			print_finding(r, out, &root, commands[s], list[i]);
		else
			left[s]++;
	}
	if (left[RDEP_ERROR] + left[RDEP_WARNING] + left[RDEP_NOTE_SEVERITY])
		fprintf(out,
			"::notice title=reclaimdep::Not shown as annotations: %zu errors, %zu warnings, %zu notes "
			"(reclaimdep report --verbosity=2 shows them all)\n",
			left[RDEP_ERROR], left[RDEP_WARNING], left[RDEP_NOTE_SEVERITY]);
	rdep_root_free(&root);
	free(list);
	return 0;
}
