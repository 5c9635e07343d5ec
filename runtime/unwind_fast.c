/* SPDX-License-Identifier: MIT */
/*
 * unwind_fast.c - the small walker.
 *
 * Nearly every frame needs three facts: what its CFA is counted from, how far, and
 * where rbp was saved. They fit in one word, and a table remembers that word per pc.
 * A frame that needs more (a signal's, a realigned one) is worked out each time; a
 * walk that meets one which needs a register not followed here starts again and
 * follows them all.
 *
 * The table is shared and takes no lock: a slot is two words, the rule and a check
 * made of rule, pc and the module's identity. Half of one entry and half of another
 * don't check, nor does what was there before a dlclose.
 */
#include "thread.h"
#include "unwind.h"
#include "unwind_cfi.h"

/* ---- rules in one word ---- */

/* bits 0..2 base, 3 end, 8..15 rbp, 32..63 offset. 0 is no rule. */
enum base {
	BASE_RSP = 1,
	BASE_RBP = 2,
	BASE_AT_RBP = 3, /* the CFA is the word at rbp + offset: a function that realigns */
	BASE_OTHER = 4,	 /* to be worked out */
};
#define RULE_BASE(r) ((r)&7)
#define RULE_END 8u		      /* the outermost frame */
#define RULE_RBP(r) ((r) >> 8 & 0xff) /* 0: unchanged; n: at cfa - 8n */
#define RBP_AT_RBP 255u		      /* at rbp itself, wherever the CFA is */
#define RULE_OFFSET(r) ((uint64_t)((int64_t)(r) >> 32))

static uint64_t rule_word(enum base base, uint64_t rbp, int64_t offset)
{
	return (uint64_t)offset << 32 | rbp << 8 | base;
}

/* Is the expression at `value` just rbp + offset, with `deref` the word there? */
static bool is_rbp_offset(const struct rd_unwind_module *m, int32_t value, bool deref, int64_t *offset)
{
	uint64_t n;
	const uint8_t *e = rd_expression(m, value, &n);

	if (n != 2u + deref || e[0] != 0x76 || (e[1] & 0x80) || (deref && e[2] != 0x06))
		return false;
	*offset = (int64_t)(e[1] ^ 0x40) - 0x40;
	return true;
}

static bool rbp_code(const struct rd_unwind_module *m, struct rd_rule rbp, uint64_t *code)
{
	int64_t offset;

	switch (rbp.how) {
	case RD_SAME:
	case RD_UNDEFINED:
		*code = 0;
		return true;
	case RD_AT_CFA:
		*code = (uint64_t)-rbp.value / 8;
		return rbp.value < 0 && rbp.value % 8 == 0 && *code < RBP_AT_RBP;
	case RD_AT_EXPR:
		*code = RBP_AT_RBP;
		return is_rbp_offset(m, rbp.value, false, &offset) && offset == 0;
	default:
		return false;
	}
}

static uint64_t condense(const struct rd_unwind_module *m, const struct rd_row *row)
{
	const struct rd_rule *ra = &row->rule[RD_RIP];
	bool end = ra->how == RD_UNDEFINED;
	enum base base = BASE_OTHER;
	int64_t offset = 0;
	uint64_t rbp = 0;

	if (row->cfa.how == RD_IS_EXPR) {
		if (is_rbp_offset(m, row->cfa.value, true, &offset))
			base = BASE_AT_RBP;
	} else if (row->cfa_offset == (int32_t)row->cfa_offset) {
		offset = row->cfa_offset;
		if (row->cfa.value == RD_RSP)
			base = BASE_RSP;
		else if (row->cfa.value == RD_RBP)
			base = BASE_RBP;
	}
	if (row->signal || row->rule[RD_RSP].how != RD_SAME)
		base = BASE_OTHER;
	if (!end && !(ra->how == RD_AT_CFA && ra->value == -8))
		base = BASE_OTHER;
	if (!end && !rbp_code(m, row->rule[RD_RBP], &rbp))
		base = BASE_OTHER;
	if (base == BASE_OTHER)
		return BASE_OTHER;
	return rule_word(base, rbp, offset) | (end ? RULE_END : 0);
}

/* ---- the table ---- */

#define SLOTS 4096u

static struct slot {
	uint64_t check, rule;
} slots[SLOTS];

static uint64_t check_of(uint64_t pc, uint64_t identity, uint64_t rule)
{
	return pc ^ identity ^ rule * 0xd6e8feb86659fd93ull;
}

static struct slot *slot_of(uint64_t pc)
{
	return &slots[(pc * 0x9e3779b97f4a7c15ull) >> 52];
}
_Static_assert(SLOTS == 1u << (64 - 52), "slot_of's shift");

/* The rule of pc, 0: there is none. */
static uint64_t rule_at(const struct rd_unwind_module *m, uint64_t pc)
{
	struct slot *s = slot_of(pc);
	uint64_t rule = __atomic_load_n(&s->rule, __ATOMIC_RELAXED);
	struct rd_row row;

	if (rd_likely(rule && __atomic_load_n(&s->check, __ATOMIC_RELAXED) ==
				      check_of(pc, m->identity, rule)))
		return rule;
	if (!rd_row_find(m, pc, &row))
		return 0;
	rule = condense(m, &row);
	__atomic_store_n(&s->rule, rule, __ATOMIC_RELAXED);
	__atomic_store_n(&s->check, check_of(pc, m->identity, rule), __ATOMIC_RELAXED);
	return rule;
}

/* ---- the walk ---- */

#define MODULES 4

/* What most frames need; kept in registers from frame to frame. */
struct few {
	uint64_t pc, sp, rbp;
	bool exact; /* the pc was interrupted: it is where it is, not behind a call */
};
#define FEW (1u << RD_RIP | 1u << RD_RSP | 1u << RD_RBP)

struct walk {
	struct rd_span span;
	struct rd_unwind_module modules[MODULES]; /* seen in this walk, each looked at once */
	unsigned module_count;
	struct rd_regs regs; /* all that is known, where `rows` */
	bool rows;	     /* the last step was by a row, not by a rule */
	bool full;	     /* every step is */
	bool called;	     /* the first pc is a return address */
};

enum outcome { WALK_ON, WALK_END, WALK_BROKEN, WALK_AGAIN };

/* The module that each walk begins in, the runtime's own, which is never unloaded: found once. */
static struct rd_unwind_module own;
static bool own_known;

static void begin_in(struct walk *w, uint64_t pc)
{
	w->module_count = 0;
	if (!__atomic_load_n(&own_known, __ATOMIC_ACQUIRE) || pc - own.start >= own.end - own.start)
		return;
	w->modules[0] = own;
	w->module_count = 1;
}

/* One thread at a time: the runtime lock is held at the start. */
void rd_unwind_start(void)
{
	struct rd_regs here;

	rd_regs_here(&here);
	if (rd_module_find(here.reg[RD_RIP], &own))
		__atomic_store_n(&own_known, true, __ATOMIC_RELEASE);
}

static const struct rd_unwind_module *module_of(struct walk *w, uint64_t pc)
{
	struct rd_unwind_module *m;

	for (unsigned i = 0; i < MODULES && i < w->module_count; i++) {
		m = &w->modules[i];
		if (pc - m->start < m->end - m->start)
			return m;
	}
	m = &w->modules[w->module_count % MODULES];
	if (!rd_module_find(pc, m)) {
		m->start = m->end = 0;
		return NULL;
	}
	w->module_count++;
	return m;
}

/* One step by all that the row says. */
static __attribute__((noinline)) enum outcome step_by_row(struct walk *w, const struct rd_unwind_module *m,
							  uint64_t pc, const struct few *at,
							  struct few *caller, uint64_t *cfa)
{
	struct rd_row row;
	int ret;

	if (!w->rows) {
		w->regs.known = FEW;
		w->regs.reg[RD_RIP] = at->pc;
		w->regs.reg[RD_RSP] = at->sp;
		w->regs.reg[RD_RBP] = at->rbp;
		w->rows = true;
	}
	if (!rd_row_find(m, pc, &row))
		return WALK_BROKEN;
	ret = rd_row_step(m, &row, &w->span, &w->regs, cfa);
	if (ret == 1)
		return WALK_END;
	if (ret < 0)
		return ret == RD_STEP_NEEDS && !w->full ? WALK_AGAIN : WALK_BROKEN;
	if (!w->full && (w->regs.known & FEW) != FEW)
		return WALK_AGAIN;
	*caller = (struct few){w->regs.reg[RD_RIP], w->regs.reg[RD_RSP], w->regs.reg[RD_RBP],
			       row.signal};
	return WALK_ON;
}

static inline __attribute__((always_inline)) enum outcome
step_by_rule(struct rd_span *span, uint64_t rule, struct few at, struct few *caller, uint64_t *cfa)
{
	uint64_t code = RULE_RBP(rule), offset = RULE_OFFSET(rule);

	if (RULE_BASE(rule) == BASE_RSP)
		*cfa = at.sp + offset;
	else if (RULE_BASE(rule) == BASE_RBP)
		*cfa = at.rbp + offset;
	else if (!rd_load(span, at.rbp + offset, cfa))
		return WALK_BROKEN;
	if (rule & RULE_END)
		return WALK_END;
	if (!rd_load(span, *cfa - 8, &caller->pc))
		return WALK_BROKEN;
	caller->rbp = at.rbp;
	if (code && !rd_load(span, code == RBP_AT_RBP ? at.rbp : *cfa - 8 * code, &caller->rbp))
		return WALK_BROKEN;
	caller->sp = *cfa;
	caller->exact = false;
	return WALK_ON;
}

static inline __attribute__((always_inline)) enum outcome step(struct walk *w, struct few at,
							       struct few *caller, uint64_t *cfa)
{
	uint64_t pc = at.pc - !at.exact, rule;
	const struct rd_unwind_module *m = module_of(w, pc);
	enum outcome how;

	if (rd_unlikely(!m))
		return WALK_BROKEN;
	rule = w->full ? BASE_OTHER : rule_at(m, pc);
	if (rd_unlikely(!rule))
		return WALK_BROKEN;
	if (rd_likely(rule != BASE_OTHER)) {
		how = step_by_rule(&w->span, rule, at, caller, cfa);
		w->rows = false;
	} else {
		struct few next = {0}; /* escapes, as *caller must not */

		how = step_by_row(w, m, pc, &at, &next, cfa);
		*caller = next;
	}
	/* Callers are further up: only a signal changes stacks. */
	if (how == WALK_ON && !caller->exact && *cfa <= at.sp)
		return WALK_BROKEN;
	return how;
}

/* False: to be done again, following every register. */
static bool walk(struct walk *w, struct rd_frame *frames, size_t max, uint64_t from, size_t *count,
		 unsigned *flags)
{
	struct few at = {w->regs.reg[RD_RIP], w->regs.reg[RD_RSP], w->regs.reg[RD_RBP], !w->called};
	struct few caller = at;
	bool above = false;
	size_t n = 0;

	for (*flags = 0; at.pc; at = caller) {
		uint64_t cfa = 0;
		enum outcome how;

		if (n == max) {
			*flags = RD_UNWIND_CUT;
			break;
		}
		how = step(w, at, &caller, &cfa);
		if (how == WALK_AGAIN)
			return false;
		if (how == WALK_BROKEN) {
			*flags = RD_UNWIND_BROKEN;
			above = above || at.sp >= from;
			cfa = 0;
		}
		above = above || cfa > from;
		if (above)
			frames[n++] = (struct rd_frame){at.pc, cfa, at.exact};
		if (how != WALK_ON)
			break;
	}
	*count = n;
	return true;
}

size_t rd_unwind_fast(struct rd_frame *frames, size_t max, uint64_t from, unsigned *flags)
{
	struct walk w;
	uint64_t sp;
	size_t n = 0;

	w.full = false;
	w.called = false;
	for (;; w.full = true) {
		if (rd_self && rd_self->walk_from == from)
			rd_regs_copy(&w.regs, &rd_self->walk_regs);
		else
			rd_regs_here(&w.regs);
		begin_in(&w, w.regs.reg[RD_RIP]);
		sp = w.regs.reg[RD_RSP];
		w.span = rd_span_begin(sp);
		w.rows = true;
		if (walk(&w, frames, max, from, &n, flags))
			break;
	}
	if (!(*flags & RD_UNWIND_BROKEN))
		rd_span_keep(&w.span, sp);
	return n;
}

size_t rd_unwind_sleeping(struct rd_frame *frames, size_t max, uint64_t pc, uint64_t sp, bool exact, uint64_t from,
			  unsigned *flags)
{
	struct walk w;
	size_t n = 0;

	w.full = w.rows = true;
	w.called = !exact;
	w.module_count = 0;
	w.span = (struct rd_span){0, 0};
	w.regs.known = 1u << RD_RIP | 1u << RD_RSP;
	w.regs.reg[RD_RIP] = pc;
	w.regs.reg[RD_RSP] = sp;
	w.regs.reg[RD_RBP] = 0;
	walk(&w, frames, max, from, &n, flags);
	return n;
}
