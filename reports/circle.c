/* SPDX-License-Identifier: MIT */
/* circle.c - a deadlock that is there: its threads, what it is called, and what to do. */
#include <string.h>
#include "reports/model.h"

#define LEGS_MAX 4096u

const char *rdep_wait_id(unsigned wait)
{
	static const char *const ids[] = {
		[RDEP_WAIT_LOCK] = "lock",
		[RDEP_WAIT_JOIN] = "join",
		[RDEP_WAIT_RETAKE] = "retake",
	};

	return wait < sizeof(ids) / sizeof(*ids) && ids[wait] ? ids[wait] : "unknown";
}

static struct rdep_mstack stack_or_site(struct rdep_process *p, uint32_t stack, uint64_t site, uint32_t module)
{
	struct rdep_mstack s = rdep_model_stack(p, stack);

	return s.count ? s : rdep_model_site(p, site, module);
}

static void fill_leg(struct rdep_process *p, const struct rdep_leg *raw, const uint32_t modules[2],
		     struct rdep_mleg *leg)
{
	leg->raw = raw;
	leg->thread = rdep_model_thread(p, raw->thread);
	leg->held = raw->held_cls ? rdep_model_class(p, raw->held_cls) : NULL;
	leg->wanted = raw->wait_cls ? rdep_model_class(p, raw->wait_cls) : NULL;
	leg->taken = stack_or_site(p, raw->held_stack, raw->held_site, modules[0]);
	leg->waits = stack_or_site(p, raw->wait_stack, raw->wait_site, modules[1]);
}

void rdep_circle_fill(struct rdep_process *p, struct rdep_mfinding *f)
{
	const struct rdep_rcircle *c =
		f->kind == RDEP_K_DEADLOCK ? rdep_record_circle(p->record, f->raw->id) : NULL;
	size_t i, n = c ? c->raw->count : 0;

	if (n > LEGS_MAX)
		n = LEGS_MAX;
	f->legs = rdep_arena_alloc(&p->report->arena, n * sizeof(*f->legs));
	f->leg_count = n;
	for (i = 0; i < n; i++)
		fill_leg(p, &c->raw->legs[i], &c->modules[2 * i], &f->legs[i]);
}

static const char *where(struct rdep_report *r, const struct rdep_mstack *s)
{
	return rdep_model_where(r, rdep_model_frame(s));
}

/* What it is waited for with, in words: once each. */
static const char *waited_for(struct rdep_report *r, const struct rdep_mfinding *f)
{
	struct rdep_buf b = {0};
	const char *text;
	bool join = false;
	size_t i, k, n = 0;

	for (i = 0; i < f->leg_count && n < 16; i++) {
		const struct rdep_mclass *c = f->legs[i].wanted;

		join |= !c;
		for (k = 0; k < i && f->legs[k].wanted != c; k++)
			;
		if (c && k == i)
			rdep_buf_printf(&b, "%s%s", n++ ? ", " : "", c->name);
	}
	if (join)
		rdep_buf_printf(&b, "%sa thread's end", n ? " and " : "");
	text = rdep_arena_text(&r->arena, b.text, b.len);
	rdep_buf_free(&b);
	return text;
}

const char *rdep_circle_title(struct rdep_report *r, const struct rdep_mfinding *f)
{
	return rdep_arena_printf(&r->arena, "%zu threads wait for each other, for ever: for %s", f->leg_count,
				 waited_for(r, f));
}

static const struct rdep_mleg *leg_that(const struct rdep_mfinding *f, unsigned wait)
{
	size_t i;

	for (i = 0; i < f->leg_count; i++)
		if (f->legs[i].raw->wait == wait)
			return &f->legs[i];
	return NULL;
}

/* Who takes what while it holds what, all the way round. */
static const char *fix_order(struct rdep_report *r, const struct rdep_mfinding *f)
{
	struct rdep_buf b = {0};
	const char *text;
	size_t i;

	rdep_buf_add(&b, "give these locks one order, and keep it everywhere:");
	for (i = 0; i < f->leg_count && i < 8; i++) {
		const struct rdep_mleg *leg = &f->legs[i], *next = &f->legs[(i + 1) % f->leg_count];

		if (!leg->held || !leg->wanted)
			continue;
		rdep_buf_printf(&b, "%s %s takes %s while %s is held", i ? "," : "",
				rdep_model_where(r, rdep_parting(&leg->waits, &next->waits)), leg->wanted->name,
				leg->held->name);
	}
	text = rdep_arena_text(&r->arena, b.text, b.len);
	rdep_buf_free(&b);
	return text;
}

const char *rdep_circle_fix(struct rdep_report *r, const struct rdep_mfinding *f)
{
	const struct rdep_mleg *first = &f->legs[0], *joins = leg_that(f, RDEP_WAIT_JOIN),
			       *retakes = leg_that(f, RDEP_WAIT_RETAKE);

	if (joins && joins->held)
		return rdep_arena_printf(&r->arena,
					 "release %s (taken in %s) before the join in %s: the thread that is joined, "
					 "or one that it waits for, needs it",
					 joins->held->name, where(r, &joins->taken), where(r, &joins->waits));
	if (retakes && retakes->held)
		return rdep_arena_printf(&r->arena,
					 "do not hold %s (taken in %s) over the condition wait in %s: the mutex "
					 "that is taken back there is held by one that waits for it",
					 retakes->held->name, where(r, &retakes->taken), where(r, &retakes->waits));
	if (!first->held || !first->wanted)
		return "break the circle where one of its threads can go without what it holds";
	if (first->held == first->wanted)
		return rdep_arena_printf(&r->arena,
					 "give the locks of %s an order among themselves (by address or by level) "
					 "and keep it in %s",
					 first->held->name, where(r, &first->waits));
	return fix_order(r, f);
}

/* ---- fingerprint ---- */

static const char *leg_key(struct rdep_report *r, const struct rdep_mleg *leg)
{
	const struct rdep_mframe *at = rdep_model_frame(&leg->waits);

	return rdep_arena_printf(&r->arena, "%s@%s", leg->held ? leg->held->key : "thread",
				 rdep_function_key(r, at));
}

static bool rotation_less(const char *const *keys, size_t n, size_t a, size_t b)
{
	size_t i;

	for (i = 0; i < n; i++) {
		int order = strcmp(keys[(a + i) % n], keys[(b + i) % n]);

		if (order)
			return order < 0;
	}
	return false;
}

const char *rdep_circle_key(struct rdep_report *r, const struct rdep_mfinding *f)
{
	const char **keys = rdep_arena_alloc(&r->arena, f->leg_count * sizeof(*keys));
	struct rdep_buf b = {0};
	const char *text;
	size_t i, start = 0;

	for (i = 0; i < f->leg_count; i++)
		keys[i] = leg_key(r, &f->legs[i]);
	for (i = 1; i < f->leg_count; i++)
		if (rotation_less(keys, f->leg_count, i, start))
			start = i;
	for (i = 0; i < f->leg_count; i++)
		rdep_buf_printf(&b, "%s%s", i ? "," : "", keys[(start + i) % f->leg_count]);
	text = rdep_arena_text(&r->arena, b.text, b.len);
	rdep_buf_free(&b);
	return text;
}
