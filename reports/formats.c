/* SPDX-License-Identifier: MIT */
/* formats.c - the table of formats, and writing a report in one of them. */
#include <string.h>
#include "reports/formats.h"

static const struct rdep_format formats[] = {
#define FORMAT(sym, name, help) {name, help, rdep_format_##sym},
#include "reports/formats.def"
#undef FORMAT
};

#define FORMATS (sizeof(formats) / sizeof(*formats))

const struct rdep_format *rdep_format(size_t i)
{
	return i < FORMATS ? &formats[i] : NULL;
}

const struct rdep_format *rdep_format_find(const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < FORMATS; i++)
		if (strlen(formats[i].name) == n && memcmp(formats[i].name, name, n) == 0)
			return &formats[i];
	return NULL;
}

const char *rdep_format_words(void)
{
	static const char words[] =
#define FORMAT(sym, name, help) "|" name
#include "reports/formats.def"
#undef FORMAT
		;

	return words + 1;
}

int rdep_report_write(struct rdep_report *r, FILE *out, const struct rdep_format *format,
		      const struct rdep_format_options *o)
{
	int rc;

	rdep_model_join(r);
	rc = format->write(r, out, o);
	if (fflush(out) || ferror(out))
		rc = -1;
	return rc;
}

int rdep_format_text(struct rdep_report *r, FILE *out, const struct rdep_format_options *o)
{
	return rdep_report_text(r, out, &o->text);
}

int rdep_format_json(struct rdep_report *r, FILE *out, const struct rdep_format_options *o)
{
	(void)o;
	return rdep_report_json(r, out);
}

int rdep_format_suppressions(struct rdep_report *r, FILE *out, const struct rdep_format_options *o)
{
	(void)o;
	return rdep_report_suppressions(r, out);
}
