/* SPDX-License-Identifier: MIT */
/* layout.c - a graph in layers; see layout.h. */
#include <stdlib.h>
#include <string.h>
#include "reports/layout.h"
#include "reports/util.h"

#define GAP_ACROSS 14.0 /* between two boxes of a layer */
#define GAP_PASSING 10.0 /* around a line that passes */
#define GAP_ALONG 70.0	/* between two layers */
#define PORT 7.0	/* between two lines at one side of a box */
#define ROUNDS 12

/* A box, or where a line passes a layer. */
struct mark {
	double width, height, center;
	double wanted;
	unsigned layer;
	uint32_t place; /* within its layer */
	bool passing;
};

/* From one layer to the next: a line or a part of one. */
struct span {
	uint32_t left, right; /* marks */
	uint32_t line;
	double left_y, right_y;
};

struct work {
	struct rdep_layout *l;
	struct mark *marks;
	size_t mark_count;
	struct span *spans;
	size_t span_count;
	uint32_t *first_left, *by_left, *first_right, *by_right; /* spans by their left mark, and by their right */
	uint32_t *order, *first; /* marks layer by layer; where each layer begins */
	size_t layers;
	double *column, *column_width; /* by layer */
	uint32_t *seen;		       /* when the walk met each box, plus 1 */
};

static uint32_t left_box(const struct rdep_layout_line *e)
{
	return e->turned ? e->to : e->from;
}

static uint32_t right_box(const struct rdep_layout_line *e)
{
	return e->turned ? e->from : e->to;
}

/* Lists by a key from 0 to n - 1: list[first[k]] to list[first[k + 1]] - 1, in the order of the items. */
static void bucket(size_t n, size_t count, uint32_t (*key)(const void *, size_t), const void *what, uint32_t **first,
		   uint32_t **list)
{
	size_t i;

	*first = rdep_alloc((n + 2) * sizeof(**first));
	*list = rdep_alloc((count + 1) * sizeof(**list));
	for (i = 0; i < count; i++)
		(*first)[key(what, i) + 2]++;
	for (i = 2; i < n + 2; i++)
		(*first)[i] += (*first)[i - 1];
	for (i = 0; i < count; i++)
		(*list)[(*first)[key(what, i) + 1]++] = (uint32_t)i;
}

/* ---- layers ---- */

static uint32_t line_from(const void *lines, size_t i)
{
	return ((const struct rdep_layout_line *)lines)[i].from;
}

static uint32_t line_to(const void *lines, size_t i)
{
	return ((const struct rdep_layout_line *)lines)[i].to;
}

struct walk {
	struct work *w;
	uint32_t *first, *list; /* lines by where they come from */
	uint32_t *next;		/* by box: the line to go on with */
	uint8_t *state;		/* 0: not met, 1: open, 2: done */
	uint32_t *path, *done;	/* open boxes; boxes in the order they were done */
	size_t depth, done_count;
	uint32_t met;
};

static void meet(struct walk *k, uint32_t box)
{
	k->state[box] = 1;
	k->next[box] = k->first[box];
	k->path[k->depth++] = box;
	k->w->seen[box] = ++k->met;
}

/* Depth first: a line to a box that is open closes a cycle, and is turned. */
static void walk_from(struct walk *k, uint32_t root)
{
	if (k->state[root])
		return;
	meet(k, root);
	while (k->depth) {
		uint32_t box = k->path[k->depth - 1];
		struct rdep_layout_line *e;

		if (k->next[box] == k->first[box + 1]) {
			k->state[box] = 2;
			k->done[k->done_count++] = box;
			k->depth--;
			continue;
		}
		e = &k->w->l->lines[k->list[k->next[box]++]];
		if (k->state[e->to] == 1)
			e->turned = e->to != box;
		else if (!k->state[e->to])
			meet(k, e->to);
	}
}

/* Behind the last predecessor; what has none stands right before its first successor. */
static void assign(struct work *w, const struct walk *k, const uint32_t *first_in)
{
	struct rdep_layout *l = w->l;
	uint32_t *left_first, *left_list;
	size_t i, n;

	bucket(l->box_count, l->line_count, line_from, l->lines, &left_first, &left_list);
	for (n = k->done_count; n--;) {
		uint32_t box = k->done[n];

		for (i = left_first[box]; i < left_first[box + 1]; i++) {
			const struct rdep_layout_line *e = &l->lines[left_list[i]];

			if (!e->turned && e->to != box && l->boxes[e->to].layer < l->boxes[box].layer + 1)
				l->boxes[e->to].layer = l->boxes[box].layer + 1;
		}
	}
	for (i = 0; i < l->box_count; i++) {
		unsigned nearest = UINT32_MAX;

		if (first_in[i] != first_in[i + 1] || left_first[i] == left_first[i + 1])
			continue;
		for (n = left_first[i]; n < left_first[i + 1]; n++)
			if (l->boxes[l->lines[left_list[n]].to].layer < nearest)
				nearest = l->boxes[l->lines[left_list[n]].to].layer;
		l->boxes[i].layer = nearest ? nearest - 1 : 0;
	}
	free(left_first);
	free(left_list);
}

/*
 * In the order in which boxes are done, reversed, all lines that are not turned go forward. Those that
 * are go back to a box that leads to theirs by others, so its layer is lower.
 */
static void make_layers(struct work *w)
{
	struct rdep_layout *l = w->l;
	size_t i, n = l->box_count;
	uint32_t *first_in, *list_in;
	struct walk k = {.w = w};

	bucket(n, l->line_count, line_from, l->lines, &k.first, &k.list);
	bucket(n, l->line_count, line_to, l->lines, &first_in, &list_in);
	k.next = rdep_alloc((3 * n + 1) * sizeof(*k.next));
	k.path = k.next + n;
	k.done = k.path + n;
	k.state = rdep_alloc(n + 1);
	for (i = 0; i < n; i++)
		if (first_in[i] == first_in[i + 1])
			walk_from(&k, (uint32_t)i);
	for (i = 0; i < n; i++)
		walk_from(&k, (uint32_t)i);
	for (i = 0; i < n; i++)
		l->boxes[i].layer = 0;
	assign(w, &k, first_in);
	free(k.next);
	free(k.state);
	free(k.first);
	free(k.list);
	free(first_in);
	free(list_in);
}

/* ---- marks and spans ---- */

static size_t spanned(const struct rdep_layout *l, const struct rdep_layout_line *e)
{
	return e->from == e->to ? 0 : l->boxes[right_box(e)].layer - l->boxes[left_box(e)].layer;
}

static void add_span(struct work *w, uint32_t left, uint32_t right, size_t line)
{
	w->spans[w->span_count++] = (struct span){.left = left, .right = right, .line = (uint32_t)line};
}

static bool make_marks(struct work *w)
{
	struct rdep_layout *l = w->l;
	size_t i, spans = 0, marks = l->box_count;

	for (i = 0; i < l->line_count; i++) {
		size_t n = spanned(l, &l->lines[i]);

		spans += n;
		marks += n ? n - 1 : 0;
		if (marks > RDEP_LAYOUT_MARKS_MAX)
			return false;
	}
	w->marks = rdep_alloc((marks + 1) * sizeof(*w->marks));
	w->spans = rdep_alloc((spans + 1) * sizeof(*w->spans));
	for (i = 0; i < l->box_count; i++)
		w->marks[i] = (struct mark){
			.width = l->boxes[i].width, .height = l->boxes[i].height, .layer = l->boxes[i].layer};
	w->mark_count = l->box_count;
	for (i = 0; i < l->line_count; i++) {
		const struct rdep_layout_line *e = &l->lines[i];
		size_t k, n = spanned(l, e);
		uint32_t left = left_box(e);

		for (k = 1; k < n; k++) {
			w->marks[w->mark_count] =
				(struct mark){.passing = true, .layer = l->boxes[left_box(e)].layer + (unsigned)k};
			add_span(w, left, (uint32_t)w->mark_count, i);
			left = (uint32_t)w->mark_count++;
		}
		if (n)
			add_span(w, left, right_box(e), i);
	}
	return true;
}

static uint32_t span_left(const void *spans, size_t i)
{
	return ((const struct span *)spans)[i].left;
}

static uint32_t span_right(const void *spans, size_t i)
{
	return ((const struct span *)spans)[i].right;
}

static uint32_t mark_layer(const void *marks, size_t i)
{
	return ((const struct mark *)marks)[i].layer;
}

/* ---- the order within a layer ---- */

static int by_wanted(const void *pa, const void *pb, void *marks)
{
	const struct mark *a = (struct mark *)marks + *(const uint32_t *)pa,
			  *b = (struct mark *)marks + *(const uint32_t *)pb;

	if (a->wanted != b->wanted)
		return a->wanted < b->wanted ? -1 : 1;
	return a->place < b->place ? -1 : a->place > b->place;
}

static void number_layer(struct work *w, size_t layer)
{
	uint32_t i;

	for (i = w->first[layer]; i < w->first[layer + 1]; i++)
		w->marks[w->order[i]].place = i - w->first[layer];
}

/* The mean place of a mark's neighbours in the layer before (left) or behind; its own where it has none. */
static double mean_place(const struct work *w, uint32_t mark, bool left)
{
	const uint32_t *first = left ? w->first_right : w->first_left, *list = left ? w->by_right : w->by_left;
	double sum = 0;
	uint32_t i;

	if (first[mark] == first[mark + 1])
		return w->marks[mark].place;
	for (i = first[mark]; i < first[mark + 1]; i++)
		sum += w->marks[left ? w->spans[list[i]].left : w->spans[list[i]].right].place;
	return sum / (first[mark + 1] - first[mark]);
}

static void order_layer(struct work *w, size_t layer, bool left)
{
	uint32_t i, n = w->first[layer + 1] - w->first[layer];

	for (i = w->first[layer]; i < w->first[layer + 1]; i++)
		w->marks[w->order[i]].wanted = mean_place(w, w->order[i], left);
	qsort_r(&w->order[w->first[layer]], n, sizeof(*w->order), by_wanted, w->marks);
	number_layer(w, layer);
}

/* At first as the walk met them; a passing line as the box that it comes from. */
static void first_order(struct work *w)
{
	size_t i, layer;

	for (i = 0; i < w->mark_count; i++)
		w->marks[i].wanted = i < w->l->box_count ? w->seen[i] : 0;
	for (i = 0; i < w->span_count; i++)
		if (w->marks[w->spans[i].right].passing)
			w->marks[w->spans[i].right].wanted = w->marks[w->spans[i].left].wanted;
	for (layer = 0; layer < w->layers; layer++) {
		for (i = w->first[layer]; i < w->first[layer + 1]; i++)
			w->marks[w->order[i]].place = (uint32_t)i;
		qsort_r(&w->order[w->first[layer]], w->first[layer + 1] - w->first[layer], sizeof(*w->order), by_wanted,
			w->marks);
		number_layer(w, layer);
	}
}

static void make_order(struct work *w)
{
	size_t layer;
	int round;

	first_order(w);
	for (round = 0; round < ROUNDS; round++)
		if (round % 2 == 0)
			for (layer = 1; layer < w->layers; layer++)
				order_layer(w, layer, true);
		else
			for (layer = w->layers; layer-- > 1;)
				order_layer(w, layer - 1, false);
}

/* ---- heights ---- */

static double mean_center(const struct work *w, uint32_t mark, bool left, bool right)
{
	double sum = 0;
	uint32_t i, n = 0;

	for (i = w->first_right[mark]; left && i < w->first_right[mark + 1]; i++, n++)
		sum += w->marks[w->spans[w->by_right[i]].left].center;
	for (i = w->first_left[mark]; right && i < w->first_left[mark + 1]; i++, n++)
		sum += w->marks[w->spans[w->by_left[i]].right].center;
	return n ? sum / n : w->marks[mark].center;
}

/* Between the centres of two neighbours in a layer, at least. */
static double apart(const struct mark *a, const struct mark *b)
{
	double gap = a->passing || b->passing ? GAP_PASSING : GAP_ACROSS;

	return (a->height + b->height) / 2 + gap;
}

/*
 * Moves the marks of a layer to where they are wanted, as near as their order and distances allow: with
 * the distances taken off it is isotonic regression, by pooling neighbours that would pass each other.
 */
static void settle(struct work *w, size_t layer)
{
	const uint32_t *list = &w->order[w->first[layer]];
	size_t i, k, pools = 0, n = w->first[layer + 1] - w->first[layer];
	double offset = 0, *sum = rdep_alloc((3 * n + 1) * sizeof(*sum)), *weight = sum + n, *offsets = weight + n;
	size_t *end = rdep_alloc((n + 1) * sizeof(*end));

	for (i = 0; i < n; i++) {
		const struct mark *m = &w->marks[list[i]];
		double own = m->passing ? 2 : 1;

		offset += i ? apart(&w->marks[list[i - 1]], m) : 0;
		offsets[i] = offset;
		sum[pools] = own * (m->wanted - offset);
		weight[pools] = own;
		end[pools++] = i + 1;
		while (pools > 1 && sum[pools - 2] / weight[pools - 2] > sum[pools - 1] / weight[pools - 1]) {
			sum[pools - 2] += sum[pools - 1];
			weight[pools - 2] += weight[pools - 1];
			end[pools - 2] = end[pools - 1];
			pools--;
		}
	}
	for (i = k = 0; i < n; i++) {
		k += i == end[k];
		w->marks[list[i]].center = sum[k] / weight[k] + offsets[i];
	}
	free(sum);
	free(end);
}

static void make_heights(struct work *w)
{
	size_t layer, i;
	int round;

	for (round = 0; round <= ROUNDS; round++)
		for (i = 0; i < w->layers; i++) {
			uint32_t k;

			layer = round % 2 == 0 ? i : w->layers - 1 - i;
			for (k = w->first[layer]; k < w->first[layer + 1]; k++)
				w->marks[w->order[k]].wanted =
					mean_center(w, w->order[k], round % 2 == 0 || round == ROUNDS,
						    round % 2 || round == ROUNDS);
			settle(w, layer);
		}
}

/* ---- boxes and lines ---- */

static void place_boxes(struct work *w)
{
	struct rdep_layout *l = w->l;
	double top = 0, bottom = 0, x = 0;
	size_t i;

	w->column = rdep_alloc((2 * w->layers + 1) * sizeof(*w->column));
	w->column_width = w->column + w->layers;
	for (i = 0; i < w->mark_count; i++) {
		const struct mark *m = &w->marks[i];

		if (m->width > w->column_width[m->layer])
			w->column_width[m->layer] = m->width;
		if (!i || m->center - m->height / 2 < top)
			top = m->center - m->height / 2;
		if (!i || m->center + m->height / 2 > bottom)
			bottom = m->center + m->height / 2;
	}
	for (i = 0; i < w->layers; i++) {
		w->column[i] = x;
		x += w->column_width[i] + GAP_ALONG;
	}
	l->width = w->layers ? x - GAP_ALONG : 0;
	l->height = bottom - top;
	for (i = 0; i < w->mark_count; i++)
		w->marks[i].center -= top;
	for (i = 0; i < l->box_count; i++) {
		struct rdep_layout_box *b = &l->boxes[i];

		b->x = w->column[b->layer] + (w->column_width[b->layer] - b->width) / 2;
		b->y = w->marks[i].center - b->height / 2;
	}
}

struct side {
	const struct work *w;
	bool left; /* the ends at the left side of spans are placed */
};

/* Spans at one side of a box, by where their other ends are. */
static int by_other_end(const void *pa, const void *pb, void *side)
{
	const struct side *at = side;
	const struct span *a = &at->w->spans[*(const uint32_t *)pa], *b = &at->w->spans[*(const uint32_t *)pb];
	double ya = at->w->marks[at->left ? a->right : a->left].center,
	       yb = at->w->marks[at->left ? b->right : b->left].center;

	if (ya != yb)
		return ya < yb ? -1 : 1;
	return a->line < b->line ? -1 : a->line > b->line;
}

/* Where each line leaves or meets its box: apart, in the order of the other ends. */
static void place_ports(struct work *w, bool left)
{
	uint32_t *first = left ? w->first_left : w->first_right, *list = left ? w->by_left : w->by_right;
	struct side side = {w, left};
	size_t mark;
	uint32_t i;

	for (mark = 0; mark < w->mark_count; mark++) {
		const struct mark *m = &w->marks[mark];
		uint32_t n = first[mark + 1] - first[mark];
		double room = m->height > 2 * PORT ? m->height - 2 * PORT : 0, step = PORT;

		qsort_r(&list[first[mark]], n, sizeof(*list), by_other_end, &side);
		if (n > 1 && step * (n - 1) > room)
			step = room / (n - 1);
		for (i = 0; i < n; i++) {
			struct span *s = &w->spans[list[first[mark] + i]];

			*(left ? &s->left_y : &s->right_y) = m->center + step * (i - (n - 1) / 2.0);
		}
	}
}

static void reverse(struct rdep_point *p, size_t n)
{
	size_t i;

	for (i = 0; i < n / 2; i++) {
		struct rdep_point t = p[i];

		p[i] = p[n - 1 - i];
		p[n - 1 - i] = t;
	}
}

/* Straight through the column of a layer that is passed; spans of a line follow each other. */
static void place_lines(struct work *w)
{
	struct rdep_layout *l = w->l;
	struct rdep_point *at = rdep_alloc((2 * w->span_count + 1) * sizeof(*at));
	size_t i, k;

	l->points = at;
	for (i = 0; i < l->line_count; i++)
		l->lines[i].points = NULL, l->lines[i].point_count = 0;
	for (i = 0; i < w->span_count; i++) {
		const struct span *s = &w->spans[i];
		struct rdep_layout_line *e = &l->lines[s->line];
		const struct mark *a = &w->marks[s->left], *b = &w->marks[s->right];
		double ax = a->passing ? w->column[a->layer] + w->column_width[a->layer]
				       : l->boxes[s->left].x + a->width,
		       bx = b->passing ? w->column[b->layer] : l->boxes[s->right].x;

		if (!e->points)
			e->points = at;
		*at++ = (struct rdep_point){ax, s->left_y};
		*at++ = (struct rdep_point){bx, s->right_y};
		e->point_count += 2;
	}
	for (k = 0; k < l->line_count; k++)
		if (l->lines[k].turned)
			reverse(l->lines[k].points, l->lines[k].point_count);
}

static void free_work(struct work *w)
{
	free(w->marks);
	free(w->spans);
	free(w->first_left);
	free(w->by_left);
	free(w->first_right);
	free(w->by_right);
	free(w->order);
	free(w->first);
	free(w->column);
	free(w->seen);
}

bool rdep_layout(struct rdep_layout *l)
{
	struct work w = {.l = l};
	size_t i, layer;

	w.seen = rdep_alloc((l->box_count + 1) * sizeof(*w.seen));
	for (i = 0; i < l->line_count; i++)
		l->lines[i].turned = false;
	make_layers(&w);
	if (!make_marks(&w)) {
		free_work(&w);
		return false;
	}
	for (i = 0; i < w.mark_count; i++)
		if (w.marks[i].layer >= w.layers)
			w.layers = w.marks[i].layer + 1;
	bucket(w.layers, w.mark_count, mark_layer, w.marks, &w.first, &w.order);
	bucket(w.mark_count, w.span_count, span_left, w.spans, &w.first_left, &w.by_left);
	bucket(w.mark_count, w.span_count, span_right, w.spans, &w.first_right, &w.by_right);
	make_order(&w);
	/* Heights begin stacked, from the order alone. */
	for (layer = 0; layer < w.layers; layer++) {
		for (i = w.first[layer]; i < w.first[layer + 1]; i++)
			w.marks[w.order[i]].wanted = 0;
		settle(&w, layer);
	}
	make_heights(&w);
	place_boxes(&w);
	place_ports(&w, true);
	place_ports(&w, false);
	place_lines(&w);
	free_work(&w);
	return true;
}

void rdep_layout_free(struct rdep_layout *l)
{
	free(l->points);
	free(l->boxes);
	free(l->lines);
}
