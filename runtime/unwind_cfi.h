/* SPDX-License-Identifier: MIT */
/*
 * unwind_cfi.h - what the two walkers share: reading a stack that may be corrupt,
 * the module of a pc, and its call frame information. Lock-free, no memory, no
 * libc call but _dl_find_object; safe in signal handlers.
 */
#ifndef RECLAIMDEP_UNWIND_CFI_H
#define RECLAIMDEP_UNWIND_CFI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "sys.h"
#include "unwind_regs.h"

/* ---- memory ---- */

/* Addresses that were found readable: [low, high), whole pages. */
struct rd_span {
	uint64_t low, high;
};

/* The span that the calling thread's stack pointer is in, as far as known; then kept for its next
 * walk (of a walk that went well: nothing that a corrupt stack names is kept). */
struct rd_span rd_span_begin(uint64_t sp);
void rd_span_keep(const struct rd_span *s, uint64_t sp);

/* Extends the span to hold address, or begins another there. False: not readable. */
bool rd_span_grow(struct rd_span *s, uint64_t address);

/* A corrupt stack names odd addresses too. */
typedef uint64_t rd_any_word __attribute__((aligned(1), may_alias));

static inline bool rd_load(struct rd_span *s, uint64_t address, uint64_t *value)
{
	if (rd_unlikely(address < s->low || address + 8 > s->high || address + 8 < address) &&
	    !rd_span_grow(s, address))
		return false;
	*value = *(const volatile rd_any_word *)address;
	return true;
}

/* ---- modules ---- */

struct rd_unwind_module {
	uint64_t start, end;   /* the part that pc is in: all of it, or a segment where it has gaps */
	uint64_t low, high;    /* the part that its tables are in */
	const uint8_t *header; /* its .eh_frame_hdr, of the usual encodings, sorted table */
	uint64_t identity;     /* changes when another module takes its place */
};

/* Where the header's table of functions begins, and how many it has. */
#define RD_HEADER_TABLE 12
uint32_t rd_header_count(const uint8_t *header);

/* The module at pc; false when there is none, or none with unwind data. */
bool rd_module_find(uint64_t pc, struct rd_unwind_module *m);

/* What describes pc: one entry of .eh_frame. */
struct rd_fde {
	uint64_t start, end; /* the pcs that it is about */
	const uint8_t *cie, *cie_end;
	const uint8_t *fde, *fde_end;
	const uint8_t *program; /* its instructions, behind the length of its augmentation */
};
bool rd_fde_find(const struct rd_unwind_module *m, uint64_t pc, struct rd_fde *fde);
/* Is it about a signal frame, whose caller was interrupted, not calling? */
bool rd_fde_signal(const struct rd_fde *fde);

/* ---- rules ---- */

enum rd_how {
	RD_SAME,
	RD_UNDEFINED,
	RD_AT_CFA,   /* saved at cfa + value */
	RD_IS_CFA,   /* is cfa + value */
	RD_REGISTER, /* is in register value */
	RD_AT_EXPR,  /* saved where the expression says; value: offset from the module's header */
	RD_IS_EXPR,  /* is what the expression says */
};

struct rd_rule {
	int32_t value;
	uint8_t how;
};

struct rd_row {
	struct rd_rule rule[RD_REGS];
	struct rd_rule cfa; /* RD_REGISTER or RD_IS_EXPR */
	int64_t cfa_offset; /* RD_REGISTER */
	bool signal;	    /* rd_fde_signal() */
};

/* The rules in force at pc. */
bool rd_row_find(const struct rd_unwind_module *m, uint64_t pc, struct rd_row *row);

/* The bytes of the expression of a rule, *n of them. */
const uint8_t *rd_expression(const struct rd_unwind_module *m, int32_t value, uint64_t *n);

/*
 * From a frame to its caller. *cfa is that of the frame left; it is set whenever 0 or 1 is
 * returned. 1: there is no caller (the return address is undefined: the outermost frame). Negative:
 * RD_STEP_*.
 */
#define RD_STEP_NEEDS (-1)  /* a register that is not known */
#define RD_STEP_BROKEN (-2) /* memory that can't be read, a rule that can't be followed */
int rd_row_step(const struct rd_unwind_module *m, const struct rd_row *row, struct rd_span *span,
		struct rd_regs *regs, uint64_t *cfa);

#endif
