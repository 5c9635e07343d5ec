/* SPDX-License-Identifier: MIT */
/* record_items.h - record.c's other half: what an item means. */
#ifndef RECLAIMDEP_REPORTS_RECORD_ITEMS_H
#define RECLAIMDEP_REPORTS_RECORD_ITEMS_H

#include "reports/record.h"

/* Takes in one sound item, which is at file offset `at`. It is copied. */
void rdep_record_take(struct rdep_record *r, const struct rdep_item *item, uint64_t at);

void rdep_record_drop_items(struct rdep_record *r);

#endif
