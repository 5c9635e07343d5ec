/* SPDX-License-Identifier: MIT */
/* audit_text.h - audit_text.c's other half: what is said about scopes. */
#ifndef RECLAIMDEP_REPORTS_AUDIT_TEXT_H
#define RECLAIMDEP_REPORTS_AUDIT_TEXT_H

#include "reports/audit.h"
#include "reports/text.h"

void audit_text_scopes(struct rdep_text *t, const struct rdep_audit *a);
void audit_text_scopes_full(struct rdep_text *t, const struct rdep_audit *a);

#endif
