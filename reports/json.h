/* SPDX-License-Identifier: MIT */
/*
 * json.h - what the JSON of a report and of an audit have in common. Each result is the caller's.
 */
#ifndef RECLAIMDEP_REPORTS_JSON_H
#define RECLAIMDEP_REPORTS_JSON_H

#include <jansson.h>
#include "reports/model.h"

/* What stat=1 counted of a class, out of that list (rdep_record_stats); NULL: nothing. */
json_t *rdep_json_stat(struct rdep_process *p, const struct rdep_mclass *c, const struct rdep_rstat *list, size_t n);
json_t *rdep_json_frame(const struct rdep_mframe *f);
json_t *rdep_json_stack(const struct rdep_mstack *s);
json_t *rdep_json_coverage(struct rdep_report *r);

#endif
