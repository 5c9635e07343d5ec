/* SPDX-License-Identifier: MIT */
/*
 * layout_test.c - drawings in layers: boxes do not overlap, lines run forward unless they are turned, end at
 * their boxes and pass beside the others, and the same input gives the same picture.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "reports/layout.h"
#include "tests/unit/tap.h"

static uint64_t state = 88172645463325252u;

static uint32_t roll(uint32_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 33) % n;
}

static struct rdep_layout make(size_t boxes, size_t lines)
{
	struct rdep_layout l = {.box_count = boxes, .line_count = lines};
	size_t i;

	l.boxes = calloc(boxes + 1, sizeof(*l.boxes));
	l.lines = calloc(lines + 1, sizeof(*l.lines));
	for (i = 0; i < boxes; i++) {
		l.boxes[i].width = 40 + (double)roll(200);
		l.boxes[i].height = 28;
	}
	return l;
}

static bool overlap(const struct rdep_layout_box *a, const struct rdep_layout_box *b)
{
	return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height && b->y < a->y + a->height;
}

static bool inside(const struct rdep_layout *l, double x, double y)
{
	return x >= -0.01 && y >= -0.01 && x <= l->width + 0.01 && y <= l->height + 0.01;
}

/* Is the point on a side of the box, at its right when `right`? */
static bool at_side(const struct rdep_layout_box *b, const struct rdep_point *p, bool right)
{
	return fabs(p->x - (right ? b->x + b->width : b->x)) < 0.01 && p->y >= b->y && p->y <= b->y + b->height;
}

static bool line_is_good(const struct rdep_layout *l, const struct rdep_layout_line *e)
{
	const struct rdep_layout_box *from = &l->boxes[e->from], *to = &l->boxes[e->to];
	size_t i;

	if (e->from == e->to)
		return !e->point_count;
	if (e->point_count < 2 || e->point_count % 2 || (e->turned ? from->layer <= to->layer : from->layer >= to->layer))
		return false;
	for (i = 0; i < e->point_count; i++)
		if (!inside(l, e->points[i].x, e->points[i].y))
			return false;
	return at_side(from, &e->points[0], !e->turned) && at_side(to, &e->points[e->point_count - 1], e->turned);
}

/* The level parts, through the layers that it passes, cross no box. */
static bool passes_beside(const struct rdep_layout *l, const struct rdep_layout_line *e)
{
	size_t i, k;

	for (i = 1; i + 1 < e->point_count; i += 2)
		for (k = 0; k < l->box_count; k++) {
			const struct rdep_layout_box *b = &l->boxes[k];
			double left = fmin(e->points[i].x, e->points[i + 1].x),
			       right = fmax(e->points[i].x, e->points[i + 1].x);

			if (left < b->x + b->width && b->x < right && e->points[i].y > b->y &&
			    e->points[i].y < b->y + b->height)
				return false;
		}
	return true;
}

static void check(struct rdep_layout *l, const char *what)
{
	size_t i, k, overlaps = 0, bad = 0, through = 0;

	if (!tap_ok(rdep_layout(l), "%s: it is laid out", what))
		return;
	for (i = 0; i < l->box_count; i++)
		for (k = 0; k < i; k++)
			overlaps += overlap(&l->boxes[i], &l->boxes[k]);
	for (i = 0; i < l->line_count; i++) {
		bad += !line_is_good(l, &l->lines[i]);
		through += !passes_beside(l, &l->lines[i]);
	}
	tap_ok(overlaps == 0, "%s: no boxes overlap (%zu)", what, overlaps);
	tap_ok(bad == 0, "%s: lines run from box to box (%zu do not)", what, bad);
	tap_ok(through == 0, "%s: and beside the others (%zu do not)", what, through);
}

static void drop(struct rdep_layout *l)
{
	rdep_layout_free(l);
}

static void add(struct rdep_layout *l, size_t i, uint32_t from, uint32_t to)
{
	l->lines[i] = (struct rdep_layout_line){.from = from, .to = to};
}

static void test_shapes(void)
{
	struct rdep_layout l = make(0, 0);

	check(&l, "nothing");
	drop(&l);
	l = make(1, 1);
	add(&l, 0, 0, 0);
	check(&l, "a box with a loop");
	drop(&l);
	l = make(2, 2);
	add(&l, 0, 0, 1);
	add(&l, 1, 1, 0);
	check(&l, "both ways");
	tap_ok(l.lines[0].turned != l.lines[1].turned, "one of the two is turned");
	tap_ok(fabs(l.lines[0].points[0].y - l.lines[1].points[1].y) > 2, "and they do not lie on each other");
	drop(&l);
	l = make(4, 4);
	add(&l, 0, 0, 1);
	add(&l, 1, 1, 2);
	add(&l, 2, 2, 3);
	add(&l, 3, 0, 3);
	check(&l, "a chain and a line past it");
	tap_ok(l.boxes[3].layer == 3 && l.lines[3].point_count == 6, "the line passes two layers");
	drop(&l);
	l = make(5, 0);
	check(&l, "boxes alone");
	drop(&l);
}

static void test_random(size_t boxes, size_t lines)
{
	struct rdep_layout l = make(boxes, lines), again;
	char what[64];
	size_t i;
	bool same = true;

	for (i = 0; i < lines; i++)
		add(&l, i, roll((uint32_t)boxes), roll((uint32_t)boxes));
	again = make(boxes, lines);
	for (i = 0; i < boxes; i++)
		again.boxes[i] = l.boxes[i];
	memcpy(again.lines, l.lines, lines * sizeof(*l.lines));
	snprintf(what, sizeof(what), "%zu boxes, %zu lines", boxes, lines);
	check(&l, what);
	rdep_layout(&again);
	for (i = 0; i < boxes; i++)
		same &= l.boxes[i].x == again.boxes[i].x && l.boxes[i].y == again.boxes[i].y;
	tap_ok(same, "%s: and again the same", what);
	drop(&again);
	drop(&l);
}

/* A ladder: every box leads to all behind it, so that lines pass more layers than there may be marks. */
static void test_too_big(void)
{
	struct rdep_layout l = make(1000, 1000 * 999 / 2);
	uint32_t i, k;
	size_t n = 0;

	for (i = 0; i < 1000; i++)
		for (k = i + 1; k < 1000; k++)
			add(&l, n++, i, k);
	tap_ok(!rdep_layout(&l), "too big is refused");
	drop(&l);
}

int main(void)
{
	test_shapes();
	test_random(3, 5);
	test_random(20, 30);
	test_random(60, 200);
	test_random(300, 600);
	test_too_big();
	return tap_done();
}
