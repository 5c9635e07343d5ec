/* SPDX-License-Identifier: MIT */
/* core_notes.h - the notes of a core dump: its threads, and what was mapped. */
#ifndef RECLAIMDEP_REPORTS_CORE_NOTES_H
#define RECLAIMDEP_REPORTS_CORE_NOTES_H

#include "reports/core.h"

/* left: bytes of notes that may still be read, so that segments over each other don't cost their
 * sum. */
struct rdep_core_notes {
	uint64_t left;
};

/* Takes in the notes at that offset of the file; what is cut or makes no sense is left out. */
void rdep_core_read_notes(struct rdep_core *c, struct rdep_core_notes *n, uint64_t offset,
			  uint64_t size);

#endif
