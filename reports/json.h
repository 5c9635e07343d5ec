/* SPDX-License-Identifier: MIT */
/*
 * json.h - what the JSON of a report and of an audit have in common. Each result is the caller's.
 */
#ifndef RECLAIMDEP_REPORTS_JSON_H
#define RECLAIMDEP_REPORTS_JSON_H

#include <jansson.h>
#include "reports/model.h"

json_t *rdep_json_frame(const struct rdep_mframe *f);
json_t *rdep_json_stack(const struct rdep_mstack *s);
json_t *rdep_json_coverage(struct rdep_report *r);

#endif
