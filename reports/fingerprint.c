/* SPDX-License-Identifier: MIT */
/*
 * fingerprint.c - what makes two findings the same one.
 *
 * The suppression id is the readable form: the kind and what it is about, by keys of
 * classes and functions. A cycle is written from its smallest rotation, so that it does
 * not matter which edge closed it. The fingerprint is its hash. Neither holds an
 * address, a line, a path or a pid: the finding is the same after a rebuild, in another
 * process and on another machine. (A place in a stripped module has no name: there it is
 * module and offset, which is the same for that build of the module alone.)
 *
 * The stacks of a cycle's edges are not part of it: they are those of the first
 * occurrence, and which comes first is up to the run.
 */
#include <string.h>
#include "reports/model.h"

static const char *from_key(const struct rdep_mfinding *f, size_t start, size_t i)
{
	return f->edges[(start + i) % f->edge_count].from->key;
}

static bool rotation_less(const struct rdep_mfinding *f, size_t a, size_t b)
{
	size_t i;

	for (i = 0; i < f->edge_count; i++) {
		int order = strcmp(from_key(f, a, i), from_key(f, b, i));

		if (order)
			return order < 0;
	}
	return false;
}

static void add_cycle(struct rdep_buf *b, const struct rdep_mfinding *f)
{
	size_t i, start = 0;

	for (i = 1; i < f->edge_count; i++)
		if (rotation_less(f, i, start))
			start = i;
	for (i = 0; i < f->edge_count; i++)
		rdep_buf_printf(b, "%s%s", i ? "," : "", from_key(f, start, i));
}

static void add_function(struct rdep_report *r, struct rdep_buf *b, char before,
			 const struct rdep_mstack *s)
{
	const struct rdep_mframe *at = rdep_model_frame(s);

	if (at)
		rdep_buf_printf(b, "%c%s", before, rdep_function_key(r, at));
}

/* As a suppression it would stand for every finding about that. */
static bool is_one_name(const struct rdep_mfinding *f)
{
	if (f->leg_count || f->edge_count)
		return f->leg_count + f->edge_count == 1;
	return !rdep_model_frame(&f->held) && !rdep_model_frame(&f->acquire);
}

void rdep_fingerprint(struct rdep_report *r, struct rdep_mfinding *f)
{
	struct rdep_buf b = {0};

	rdep_buf_printf(&b, "%s:", f->kind_id);
	if (f->leg_count) {
		rdep_buf_add(&b, rdep_circle_key(r, f));
	} else if (f->edge_count) {
		add_cycle(&b, f);
	} else {
		rdep_buf_add(&b, rdep_is_place(f) ? rdep_place_key(r, f) : f->cls->key);
		add_function(r, &b, '@', &f->held);
		add_function(r, &b, f->held.count ? ',' : '@', &f->acquire);
	}
	f->fingerprint = rdep_arena_printf(&r->arena, "%016llx",
					   (unsigned long long)rdep_hash(0, b.text, b.len));
	if (is_one_name(f))
		rdep_buf_add(&b, "@");
	f->suppression_id = rdep_arena_text(&r->arena, b.text, b.len);
	f->suppression = rdep_suppress_line(&r->arena, f->suppression_id);
	rdep_buf_free(&b);
}
