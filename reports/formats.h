/* SPDX-License-Identifier: MIT */
/* formats.h - the writers of formats.def, for formats.c. Each is called with the report joined. */
#ifndef RECLAIMDEP_REPORTS_FORMATS_H
#define RECLAIMDEP_REPORTS_FORMATS_H

#include "reports/model.h"

#define FORMAT(sym, name, help)                                                                    \
	int rdep_format_##sym(struct rdep_report *r, FILE *out,                                    \
			      const struct rdep_format_options *o);
#include "reports/formats.def"
#undef FORMAT

#endif
