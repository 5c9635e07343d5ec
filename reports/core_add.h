/* SPDX-License-Identifier: MIT */
/* core_add.h - cores in a report. */
#ifndef RECLAIMDEP_REPORTS_CORE_ADD_H
#define RECLAIMDEP_REPORTS_CORE_ADD_H

#include "reports/model.h"

/* Lets go of the cores; their records are read no more. */
void rdep_core_drop(struct rdep_report *r);

#endif
