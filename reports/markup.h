/* SPDX-License-Identifier: MIT */
/* markup.h - text as a part of HTML, SVG, and of JSON that stands in HTML. */
#ifndef RECLAIMDEP_REPORTS_MARKUP_H
#define RECLAIMDEP_REPORTS_MARKUP_H

#include <stdio.h>

/* n bytes of clean UTF-8 as text or as an attribute's value. */
void rdep_markup_textn(FILE *out, const char *s, size_t n);
void rdep_markup_text(FILE *out, const char *s);
/* As a JSON string in which nothing can end a script element or a line of one. */
void rdep_markup_json(FILE *out, const char *s);

#endif
