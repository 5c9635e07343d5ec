/* SPDX-License-Identifier: MIT */
/*
 * svg_cycle.c - the cycle of a finding as a ring of two rows: along the upper one to the right, along the lower one
 * back. A box for each class, an arrow for who acquires the next while it holds this; of a deadlock a box for each
 * thread, and an arrow for what it waits for.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "reports/markup.h"
#include "reports/svg.h"
#include "reports/text.h"

#define BOXES_MAX 12u /* of a longer ring one stands for the rest */
#define GAP 150.0     /* between boxes, for what is said of an arrow */
#define ROW 92.0      /* from row to row */
#define TOP 38.0
#define LABEL_MAX 21u
#define H RDEP_SVG_BOX_HEIGHT

struct ring_box {
	const struct rdep_mclass *cls; /* NULL: `name` */
	const char *name;
	double x, y, width;
	const char *style, *label; /* of the arrow to the next */
};

struct ring {
	struct ring_box boxes[BOXES_MAX];
	size_t count, upper; /* boxes; of them in the upper row */
	double width, height, left, right; /* room beside it, for what is said of arrows between the rows */
};

/* ---- what stands in it ---- */

static const char *short_thread(struct rdep_report *r, const struct rdep_mthread *t)
{
	if (t->origin)
		return rdep_arena_printf(&r->arena, "%s %u", t->origin->program, t->origin->pid);
	if (*t->label)
		return t->label;
	return t->id ? rdep_arena_printf(&r->arena, "thread %u", t->own) : "a thread";
}

/* Do two of them go by one name? Then they have their numbers, too. */
static bool is_ambiguous(const struct rdep_mfinding *f, const struct rdep_mthread *t)
{
	size_t i;

	for (i = 0; i < f->edge_count && i < BOXES_MAX; i++)
		if (f->edges[i].thread.id != t->id && strcmp(f->edges[i].thread.label, t->label) == 0)
			return true;
	return false;
}

static const char *edge_label(struct rdep_report *r, const struct rdep_mfinding *f, const struct rdep_medge *e)
{
	if (e->from->domain)
		return "reclaim";
	if (f->verdict == RDEP_POSSIBLE && rdep_is_of_files(f))
		return e == f->edges ? "a process" : "another process";
	if (*e->thread.label && !e->thread.origin && is_ambiguous(f, &e->thread))
		return rdep_arena_printf(&r->arena, "%u: %s", e->thread.own, e->thread.label);
	return short_thread(r, &e->thread);
}

static void fill_edge(struct rdep_report *r, const struct rdep_mfinding *f, size_t i, struct ring_box *b)
{
	const struct rdep_medge *e = &f->edges[i];

	b->cls = e->from;
	b->name = e->from->name;
	b->label = edge_label(r, f, e);
	b->style = rdep_svg_style(e->from->domain || e->to->domain,
				  e->raw->from_inst.mode != RDEP_WRITE || e->raw->to_inst.mode != RDEP_WRITE, 0);
}

static void fill_leg(struct rdep_report *r, const struct rdep_mfinding *f, size_t i, struct ring_box *b)
{
	const struct rdep_mleg *leg = &f->legs[i];

	b->cls = NULL;
	b->name = rdep_text_thread_name(&r->arena, &leg->thread);
	b->label = leg->wanted ? leg->wanted->name : "its end";
	b->style = rdep_svg_style(false, leg->wanted && leg->raw->wait_inst.mode != RDEP_WRITE, 0);
}

static void fill(struct rdep_report *r, const struct rdep_mfinding *f, struct ring *ring)
{
	size_t i, all = f->edge_count ? f->edge_count : f->leg_count;

	ring->count = all < BOXES_MAX ? all : BOXES_MAX;
	for (i = 0; i < ring->count; i++) {
		struct ring_box *b = &ring->boxes[i];

		if (f->edge_count)
			fill_edge(r, f, i, b);
		else
			fill_leg(r, f, i, b);
		/* The last box stands for the rest; its arrow is that of the last of them. */
		if (i + 1 == BOXES_MAX && all > BOXES_MAX) {
			if (f->edge_count)
				fill_edge(r, f, all - 1, b);
			else
				fill_leg(r, f, all - 1, b);
			b->cls = NULL;
			b->name = rdep_arena_printf(&r->arena, "... %zu more", all - BOXES_MAX + 1);
		}
		b->width = rdep_svg_width(rdep_svg_characters(b->name));
	}
}

/* ---- where ---- */

static double row_width(const struct ring *ring, size_t first, size_t end)
{
	double width = 0;
	size_t i;

	for (i = first; i < end; i++)
		width += ring->boxes[i].width + (i > first ? GAP : 0);
	return width;
}

/* How far what is said of an arrow reaches out beside its box. */
static double beside(const struct ring_box *b, const char *label)
{
	size_t n = rdep_svg_characters(label);
	double width = (double)(n > LABEL_MAX ? LABEL_MAX : n) * 6.7 + 14 - b->width / 2;

	return width > 0 ? width : 0;
}

static void place(struct ring *ring)
{
	size_t i, n = ring->count;
	double upper, lower, x;

	ring->upper = n <= 2 ? n : (n + 1) / 2;
	upper = row_width(ring, 0, ring->upper);
	lower = row_width(ring, ring->upper, n);
	ring->width = upper > lower ? upper : lower;
	ring->height = n <= 2 ? TOP + H + 40 : TOP + ROW + H + 8;
	for (i = 0, x = (ring->width - upper) / 2; i < ring->upper; i++) {
		ring->boxes[i].x = x;
		ring->boxes[i].y = TOP;
		x += ring->boxes[i].width + GAP;
	}
	if (n > 2) {
		ring->right = beside(&ring->boxes[ring->upper - 1], ring->boxes[ring->upper - 1].label);
		ring->left = beside(&ring->boxes[0], ring->boxes[n - 1].label);
	}
	for (i = ring->upper, x = (ring->width + lower) / 2; i < n; i++) {
		x -= ring->boxes[i].width;
		ring->boxes[i].x = x;
		ring->boxes[i].y = TOP + ROW;
		x -= GAP;
	}
}

/* ---- drawing ---- */

static void print_label(FILE *out, double x, double y, const char *anchor, const char *label)
{
	fprintf(out, "<text class=\"n\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
	rdep_svg_name(out, label, LABEL_MAX);
	fputs("</text>\n", out);
}

/* An arrow along a curve, with its head at (x, y) in the direction (dx, dy), which is one of the axes. */
static void print_head(FILE *out, double x, double y, double dx, double dy)
{
	fprintf(out, "<path class=\"h\" d=\"M%.1f %.1fl%.1f %.1fL%.1f %.1fz\"/>", x, y, -7 * dx + 4 * dy, -7 * dy - 4 * dx,
		x - 7 * dx - 4 * dy, y - 7 * dy + 4 * dx);
}

static void begin(FILE *out, const struct ring_box *b, const struct ring_box *to)
{
	fprintf(out, "<g class=\"%s\"><title>", b->style);
	rdep_markup_text(out, b->name);
	fputs(" -&gt; ", out);
	rdep_markup_text(out, to->name);
	fputs(": ", out);
	rdep_markup_text(out, b->label);
	fputs("</title>", out);
}

/* Two boxes: one arrow above, one below. */
static void print_arc(FILE *out, const struct ring_box *a, const struct ring_box *b, bool above)
{
	double side = above ? -1 : 1, y = a->y + H / 2 + side * H / 2, ax = a->x + a->width / 2, bx = b->x + b->width / 2,
	       lift = y + side * 28;

	begin(out, a, b);
	fprintf(out, "<path class=\"e\" d=\"M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f\"/>", ax, y, ax, lift, bx, lift, bx,
		y + side * 6);
	print_head(out, bx, y, 0, -side);
	fputs("</g>\n", out);
	print_label(out, (ax + bx) / 2, y + side * (above ? 26 : 34), "middle", a->label);
}

static void print_along(FILE *out, const struct ring_box *a, const struct ring_box *b)
{
	bool right = b->x > a->x;
	double y = a->y + H / 2, from = right ? a->x + a->width : a->x, to = right ? b->x : b->x + b->width;

	begin(out, a, b);
	fprintf(out, "<path class=\"e\" d=\"M%.1f %.1fH%.1f\"/>", from, y, to + (right ? -5 : 5));
	print_head(out, to, y, right ? 1 : -1, 0);
	fputs("</g>\n", out);
	print_label(out, (from + to) / 2, y - 7, "middle", a->label);
}

static void print_between_rows(FILE *out, const struct ring_box *a, const struct ring_box *b)
{
	bool down = b->y > a->y;
	double ax = a->x + a->width / 2, bx = b->x + b->width / 2, ay = down ? a->y + H : a->y, by = down ? b->y : b->y + H,
	       side = down ? 1 : -1, end = by - side * 5, half = (end - ay) / 2;

	begin(out, a, b);
	fprintf(out, "<path class=\"e\" d=\"M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f\"/>", ax, ay, ax, ay + half, bx,
		end - half, bx, end);
	print_head(out, bx, by, 0, side);
	fputs("</g>\n", out);
	print_label(out, down ? ax + 10 : bx - 10, (down ? ay : by) + 18, down ? "start" : "end", a->label);
}

static void print_arrow(FILE *out, const struct ring *ring, size_t i)
{
	const struct ring_box *a = &ring->boxes[i], *b = &ring->boxes[(i + 1) % ring->count];

	if (ring->count == 1)
		fprintf(out,
			"<g class=\"%s\"><path class=\"e\" d=\"M%.1f %.1fc0 -24 24 -24 24 -6\"/>"
			"<path class=\"h\" d=\"M%.1f %.1fl-4 -7h8z\"/></g>\n",
			a->style, a->x + a->width / 2 - 12, a->y, a->x + a->width / 2 + 12, a->y);
	else if (ring->count == 2)
		print_arc(out, a, b, i == 0);
	else if (fabs(a->y - b->y) < 1)
		print_along(out, a, b);
	else
		print_between_rows(out, a, b);
}

void rdep_svg_cycle(FILE *out, struct rdep_report *r, const struct rdep_mfinding *f)
{
	struct ring ring = {.count = 0};
	double width;
	size_t i;

	fill(r, f, &ring);
	if (!ring.count)
		return;
	place(&ring);
	width = ring.left + ring.width + ring.right + 8;
	fprintf(out, "<svg class=\"d ring\" viewBox=\"%.0f 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\" role=\"img\">\n<title>",
		-4 - ring.left, width, ring.height, width, ring.height);
	for (i = 0; i < ring.count; i++) {
		rdep_markup_text(out, ring.boxes[i].name);
		fputs(" -&gt; ", out);
	}
	rdep_markup_text(out, ring.boxes[0].name);
	fputs("</title>\n", out);
	for (i = 0; i < ring.count; i++)
		print_arrow(out, &ring, i);
	for (i = 0; i < ring.count; i++) {
		const struct ring_box *b = &ring.boxes[i];

		if (b->cls) {
			rdep_svg_class(out, b->cls, b->x, b->y, b->width);
			continue;
		}
		fprintf(out,
			"<g class=\"odd\"><rect class=\"b\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"14\"/>"
			"<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">",
			b->x, b->y, b->width, H, b->x + b->width / 2, b->y + H / 2 + 4);
		rdep_svg_name(out, b->name, RDEP_SVG_NAME_MAX);
		fputs("</text></g>\n", out);
	}
	fputs("</svg>\n", out);
}
