/* SPDX-License-Identifier: MIT */
/* unwind_cfi.c - call frame information: programs, expressions, one step. See unwind_cfi.h. */
#include <string.h>
#include "unwind_cfi.h"

/* ---- reading ---- */

struct reader {
	const uint8_t *p, *end;
	bool bad; /* ran out, or met what it does not know */
};

static uint64_t fixed(struct reader *r, unsigned size)
{
	uint64_t v = 0;

	if ((size_t)(r->end - r->p) < size) {
		r->bad = true;
		r->p = r->end;
		return 0;
	}
	memcpy(&v, r->p, size);
	r->p += size;
	return v;
}

static uint64_t uleb(struct reader *r)
{
	uint64_t v = 0, byte;
	unsigned shift = 0;

	do {
		byte = fixed(r, 1);
		if (shift < 64)
			v |= (byte & 0x7f) << shift;
		shift += 7;
	} while ((byte & 0x80) && !r->bad);
	return v;
}

static int64_t sleb(struct reader *r)
{
	const uint8_t *first = r->p;
	uint64_t v = uleb(r);
	unsigned bits = (unsigned)(r->p - first) * 7;

	if (r->p > first && bits < 64 && (r->p[-1] & 0x40))
		v |= ~0ull << bits;
	return (int64_t)v;
}

static void skip(struct reader *r, uint64_t n)
{
	if ((uint64_t)(r->end - r->p) < n) {
		r->bad = true;
		n = (uint64_t)(r->end - r->p);
	}
	r->p += n;
}

/* ---- programs ---- */

#define REMEMBERED 4

struct program {
	const struct rd_unwind_module *module;
	struct rd_row row, initial;
	struct rd_row remembered[REMEMBERED];
	unsigned depth;
	uint64_t code_align;
	int64_t data_align;
	uint64_t at; /* the pc that the row is about */
	uint64_t pc; /* the pc that is asked for */
};

static void set(struct program *p, struct reader *r, uint64_t reg, enum rd_how how, int64_t value)
{
	if (value != (int32_t)value) {
		r->bad = true;
		return;
	}
	if (reg < RD_REGS)
		p->row.rule[reg] = (struct rd_rule){(int32_t)value, (uint8_t)how};
}

static void restore(struct program *p, uint64_t reg)
{
	if (reg < RD_REGS)
		p->row.rule[reg] = p->initial.rule[reg];
}

static void set_cfa(struct program *p, struct reader *r, uint64_t reg, int64_t offset)
{
	if (reg >= RD_REGS || offset != (int32_t)offset)
		r->bad = true;
	p->row.cfa = (struct rd_rule){(int32_t)reg, RD_REGISTER};
	p->row.cfa_offset = offset;
}

/* The place of an expression, its length first; passed over. */
static int64_t expression(struct program *p, struct reader *r)
{
	int64_t place = r->p - p->module->header;

	skip(r, uleb(r));
	return place;
}

static void extended(struct program *p, struct reader *r, uint8_t op)
{
	uint64_t reg;

	switch (op) {
	case 0x00: /* nop */
		break;
	case 0x02: /* advance_loc1, 2, 4 */
		p->at += fixed(r, 1) * p->code_align;
		break;
	case 0x03:
		p->at += fixed(r, 2) * p->code_align;
		break;
	case 0x04:
		p->at += fixed(r, 4) * p->code_align;
		break;
	case 0x05: /* offset_extended */
		reg = uleb(r);
		set(p, r, reg, RD_AT_CFA, (int64_t)uleb(r) * p->data_align);
		break;
	case 0x06: /* restore_extended */
		restore(p, uleb(r));
		break;
	case 0x07: /* undefined */
		set(p, r, uleb(r), RD_UNDEFINED, 0);
		break;
	case 0x08: /* same_value */
		set(p, r, uleb(r), RD_SAME, 0);
		break;
	case 0x09: /* register */
		reg = uleb(r);
		set(p, r, reg, RD_REGISTER, (int64_t)uleb(r));
		break;
	case 0x0a: /* remember_state */
		if (p->depth == REMEMBERED)
			r->bad = true;
		else
			p->remembered[p->depth++] = p->row;
		break;
	case 0x0b: /* restore_state */
		if (!p->depth)
			r->bad = true;
		else
			p->row = p->remembered[--p->depth];
		break;
	case 0x0c: /* def_cfa */
		reg = uleb(r);
		set_cfa(p, r, reg, (int64_t)uleb(r));
		break;
	case 0x0d: /* def_cfa_register */
		set_cfa(p, r, uleb(r), p->row.cfa_offset);
		break;
	case 0x0e: /* def_cfa_offset */
		p->row.cfa_offset = (int64_t)uleb(r);
		break;
	case 0x0f: /* def_cfa_expression */
		p->row.cfa = (struct rd_rule){(int32_t)expression(p, r), RD_IS_EXPR};
		break;
	case 0x10: /* expression */
		reg = uleb(r);
		set(p, r, reg, RD_AT_EXPR, expression(p, r));
		break;
	case 0x11: /* offset_extended_sf */
		reg = uleb(r);
		set(p, r, reg, RD_AT_CFA, sleb(r) * p->data_align);
		break;
	case 0x12: /* def_cfa_sf */
		reg = uleb(r);
		set_cfa(p, r, reg, sleb(r) * p->data_align);
		break;
	case 0x13: /* def_cfa_offset_sf */
		p->row.cfa_offset = sleb(r) * p->data_align;
		break;
	case 0x14: /* val_offset */
		reg = uleb(r);
		set(p, r, reg, RD_IS_CFA, (int64_t)uleb(r) * p->data_align);
		break;
	case 0x15: /* val_offset_sf */
		reg = uleb(r);
		set(p, r, reg, RD_IS_CFA, sleb(r) * p->data_align);
		break;
	case 0x16: /* val_expression */
		reg = uleb(r);
		set(p, r, reg, RD_IS_EXPR, expression(p, r));
		break;
	case 0x2e: /* GNU_args_size: for landing pads */
		uleb(r);
		break;
	default:
		r->bad = true;
	}
}

/* Runs until the row is that of p->pc. */
static bool run(struct program *p, struct reader *r)
{
	while (r->p < r->end && p->at <= p->pc && !r->bad) {
		uint8_t op = (uint8_t)fixed(r, 1), low = op & 0x3f;

		switch (op & 0xc0) {
		case 0x40: /* advance_loc */
			p->at += low * p->code_align;
			break;
		case 0x80: /* offset */
			set(p, r, low, RD_AT_CFA, (int64_t)uleb(r) * p->data_align);
			break;
		case 0xc0: /* restore */
			restore(p, low);
			break;
		default:
			extended(p, r, op);
		}
	}
	return !r->bad;
}

/* The head of the CIE; leaves r at its instructions. */
static bool begin(struct program *p, struct reader *r, bool *augmented)
{
	const char *augmentation = (const char *)r->p;
	uint8_t version = r->p[-1];
	uint64_t ra, n = 0;

	*augmented = augmentation[0] == 'z';
	skip(r, strlen(augmentation) + 1);
	p->code_align = uleb(r);
	p->data_align = sleb(r);
	ra = version == 1 ? fixed(r, 1) : uleb(r);
	if (*augmented)
		n = uleb(r);
	skip(r, n);
	return ra == RD_RIP && !r->bad;
}

bool rd_row_find(const struct rd_unwind_module *m, uint64_t pc, struct rd_row *row)
{
	struct program p;
	struct rd_fde f;
	struct reader r;
	bool augmented;

	if (!rd_fde_find(m, pc, &f))
		return false;
	p.module = m;
	p.depth = 0;
	p.pc = pc;
	p.at = 0;
	memset(&p.row, 0, sizeof(p.row));
	p.row.signal = rd_fde_signal(&f);
	r = (struct reader){f.cie + 9, f.cie_end, false};
	if (!begin(&p, &r, &augmented) || !run(&p, &r))
		return false;
	p.initial = p.row;
	p.at = f.start;
	r = (struct reader){f.program, f.fde_end, false};
	if (augmented)
		skip(&r, uleb(&r));
	if (!run(&p, &r))
		return false;
	*row = p.row;
	return true;
}

/* ---- expressions ---- */

#define STACK 16
#define STEPS 256

struct machine {
	struct rd_span *span;
	const struct rd_regs *regs;
	uint64_t stack[STACK];
	unsigned n;
	int why; /* 0, or RD_STEP_* */
};

static void push(struct machine *m, uint64_t v)
{
	if (m->n == STACK)
		m->why = RD_STEP_BROKEN;
	else
		m->stack[m->n++] = v;
}

static uint64_t pop(struct machine *m)
{
	if (!m->n) {
		m->why = RD_STEP_BROKEN;
		return 0;
	}
	return m->stack[--m->n];
}

static uint64_t load(struct machine *m, uint64_t address)
{
	uint64_t v = 0;

	if (!m->why && !rd_load(m->span, address, &v))
		m->why = RD_STEP_BROKEN;
	return v;
}

static uint64_t reg_of(struct machine *m, uint64_t reg)
{
	if (reg >= RD_REGS || !(m->regs->known & (1u << reg))) {
		m->why = RD_STEP_NEEDS;
		return 0;
	}
	return m->regs->reg[reg];
}

static void binary(struct machine *m, uint8_t op)
{
	uint64_t b = pop(m), a = pop(m);
	int64_t sa = (int64_t)a, sb = (int64_t)b;

	switch (op) {
	case 0x1a: /* and */
		push(m, a & b);
		break;
	case 0x1c: /* minus */
		push(m, a - b);
		break;
	case 0x1e: /* mul */
		push(m, a * b);
		break;
	case 0x21: /* or */
		push(m, a | b);
		break;
	case 0x22: /* plus */
		push(m, a + b);
		break;
	case 0x24: /* shl */
		push(m, b < 64 ? a << b : 0);
		break;
	case 0x25: /* shr */
		push(m, b < 64 ? a >> b : 0);
		break;
	case 0x26: /* shra */
		push(m, (uint64_t)(sa >> (b < 64 ? b : 63)));
		break;
	case 0x27: /* xor */
		push(m, a ^ b);
		break;
	case 0x29: /* eq */
		push(m, a == b);
		break;
	case 0x2a: /* ge */
		push(m, sa >= sb);
		break;
	case 0x2b: /* gt */
		push(m, sa > sb);
		break;
	case 0x2c: /* le */
		push(m, sa <= sb);
		break;
	case 0x2d: /* lt */
		push(m, sa < sb);
		break;
	case 0x2e: /* ne */
		push(m, a != b);
		break;
	default:
		m->why = RD_STEP_BROKEN;
	}
}

static void jump(struct machine *m, struct reader *r, const uint8_t *start, bool taken)
{
	int16_t by = (int16_t)fixed(r, 2);

	if (!taken)
		return;
	if (by < start - r->p || by > r->end - r->p)
		m->why = RD_STEP_BROKEN;
	else
		r->p += by;
}

static void operation(struct machine *m, struct reader *r, const uint8_t *start)
{
	static const uint8_t const_size[] = {1, 1, 2, 2, 4, 4, 8, 8};
	uint8_t op = (uint8_t)fixed(r, 1);
	uint64_t v;

	if (op >= 0x30 && op <= 0x4f) { /* lit */
		push(m, op - 0x30u);
	} else if (op >= 0x70 && op <= 0x8f) { /* breg */
		v = reg_of(m, op - 0x70u);
		push(m, v + (uint64_t)sleb(r));
	} else if (op >= 0x08 && op <= 0x0f) { /* const1u, const1s, ... const8s */
		unsigned size = const_size[op - 0x08], up = 64 - 8 * size;

		v = fixed(r, size);
		push(m, op & 1 ? (uint64_t)((int64_t)(v << up) >> up) : v);
	} else if (op == 0x10) { /* constu */
		push(m, uleb(r));
	} else if (op == 0x11) { /* consts */
		push(m, (uint64_t)sleb(r));
	} else if (op == 0x03) { /* addr */
		push(m, fixed(r, 8));
	} else if (op == 0x06) { /* deref */
		push(m, load(m, pop(m)));
	} else if (op == 0x12) { /* dup */
		v = pop(m);
		push(m, v);
		push(m, v);
	} else if (op == 0x13) { /* drop */
		pop(m);
	} else if (op == 0x23) { /* plus_uconst */
		v = pop(m);
		push(m, v + uleb(r));
	} else if (op == 0x1f) { /* neg */
		push(m, 0 - pop(m));
	} else if (op == 0x20) { /* not */
		push(m, ~pop(m));
	} else if (op == 0x28) { /* bra */
		jump(m, r, start, pop(m) != 0);
	} else if (op == 0x2f) { /* skip */
		jump(m, r, start, true);
	} else if (op != 0x96) { /* nop */
		binary(m, op);
	}
}

const uint8_t *rd_expression(const struct rd_unwind_module *m, int32_t value, uint64_t *n)
{
	struct reader r = {m->header + value, (const uint8_t *)m->high, false};

	*n = uleb(&r);
	return r.p;
}

static int evaluate(const struct rd_unwind_module *mod, int32_t value, const uint64_t *cfa,
		    struct rd_span *span, const struct rd_regs *regs, uint64_t *result)
{
	struct machine m = {.span = span, .regs = regs};
	uint64_t n;
	const uint8_t *start = rd_expression(mod, value, &n);
	struct reader r = {start, start + n, false};

	if (cfa)
		push(&m, *cfa);
	for (int i = 0; r.p < r.end && !m.why && !r.bad; i++) {
		if (i == STEPS)
			return RD_STEP_BROKEN;
		operation(&m, &r, start);
	}
	*result = pop(&m);
	return r.bad ? RD_STEP_BROKEN : m.why;
}

/* ---- a step ---- */

static int apply(const struct rd_unwind_module *m, struct rd_rule rule, uint64_t cfa, struct rd_span *span,
		 const struct rd_regs *regs, uint64_t *value)
{
	uint64_t at;
	int why;

	switch (rule.how) {
	case RD_AT_CFA:
		return rd_load(span, cfa + (uint64_t)(int64_t)rule.value, value) ? 0
										 : RD_STEP_BROKEN;
	case RD_IS_CFA:
		*value = cfa + (uint64_t)(int64_t)rule.value;
		return 0;
	case RD_REGISTER:
		if (rule.value >= RD_REGS || !(regs->known & (1u << rule.value)))
			return RD_STEP_NEEDS;
		*value = regs->reg[rule.value];
		return 0;
	case RD_AT_EXPR:
		why = evaluate(m, rule.value, &cfa, span, regs, &at);
		if (why)
			return why;
		return rd_load(span, at, value) ? 0 : RD_STEP_BROKEN;
	case RD_IS_EXPR:
		return evaluate(m, rule.value, &cfa, span, regs, value);
	default:
		return RD_STEP_BROKEN;
	}
}

/* The registers of the caller. One that can't be had is not known there, unless it is its pc. */
static int recover(const struct rd_unwind_module *m, const struct rd_row *row, struct rd_span *span,
		   const struct rd_regs *regs, uint64_t cfa, struct rd_regs *caller)
{
	const uint32_t kept = 1u << RD_RBX | 1u << RD_RBP | 0xfu << RD_R12;

	caller->known = 1u << RD_RSP;
	caller->reg[RD_RSP] = cfa;
	for (unsigned i = 0; i < RD_REGS; i++) {
		struct rd_rule rule = row->rule[i];
		int why;

		if (rule.how == RD_UNDEFINED)
			continue;
		if (rule.how == RD_SAME) {
			if (!(kept & regs->known & (1u << i)))
				continue;
			rule = (struct rd_rule){(int32_t)i, RD_REGISTER};
		}
		why = apply(m, rule, cfa, span, regs, &caller->reg[i]);
		if (!why)
			caller->known |= 1u << i;
		else if (i == RD_RIP)
			return why;
	}
	return caller->known & (1u << RD_RIP) ? 0 : RD_STEP_BROKEN;
}

int rd_row_step(const struct rd_unwind_module *m, const struct rd_row *row, struct rd_span *span,
		struct rd_regs *regs, uint64_t *cfa)
{
	struct rd_regs caller;
	int why = 0;

	if (row->cfa.how == RD_IS_EXPR) {
		why = evaluate(m, row->cfa.value, NULL, span, regs, cfa);
	} else {
		if (!(regs->known & (1u << row->cfa.value)))
			return RD_STEP_NEEDS;
		*cfa = regs->reg[row->cfa.value] + (uint64_t)row->cfa_offset;
	}
	if (why)
		return why;
	if (row->rule[RD_RIP].how == RD_UNDEFINED)
		return 1;
	why = recover(m, row, span, regs, *cfa, &caller);
	if (why)
		return why;
	*regs = caller;
	return 0;
}
