/* SPDX-License-Identifier: MIT */
/* markup.c - text as a part of HTML and JSON; see markup.h. */
#include <string.h>
#include "reports/markup.h"

void rdep_markup_textn(FILE *out, const char *s, size_t n)
{
	for (; n; s++, n--)
		switch (*s) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			fputc(*s, out);
		}
}

void rdep_markup_text(FILE *out, const char *s)
{
	rdep_markup_textn(out, s, strlen(s));
}

void rdep_markup_json(FILE *out, const char *s)
{
	fputc('"', out);
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < ' ' || c == '<' || c == '>' || c == '&' || c == 0x7f)
			fprintf(out, "\\u%04x", c);
		/* U+2028 and U+2029 end a line of a script. */
		else if (c == 0xe2 && (unsigned char)s[1] == 0x80 && ((unsigned char)s[2] | 1) == 0xa9)
			fprintf(out, "\\u20%02x", (unsigned char)s[2] - 0x80), s += 2;
		else
			fputc(c, out);
	}
	fputc('"', out);
}
