/* SPDX-License-Identifier: MIT */
/*
 * layout.h - a graph in layers, from left to right: boxes that do not overlap, and lines between them.
 *
 * Cycles are opened by turning the edges that close them; every box gets the layer behind its last
 * predecessor; the order within a layer follows the neighbours', and so does the height, as far as
 * the boxes' distances allow (isotonic regression, exact). The same input gives the same picture.
 * The work is linear in edges times layers spanned, with a bound: LAYOUT_MARKS_MAX.
 */
#ifndef RECLAIMDEP_REPORTS_LAYOUT_H
#define RECLAIMDEP_REPORTS_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RDEP_LAYOUT_MARKS_MAX 50000u /* boxes, and places where a line passes a layer */

struct rdep_point {
	double x, y;
};

struct rdep_layout_box {
	double width, height; /* given */
	double x, y;	      /* of its upper left corner */
	unsigned layer;
};

struct rdep_layout_line {
	uint32_t from, to; /* given: indices of boxes; the same one: a loop, which gets no points */
	bool turned;	   /* it runs from right to left */
	struct rdep_point *points; /* from end to end: every two of them are a curve that begins and ends level */
	size_t point_count;
};

struct rdep_layout {
	struct rdep_layout_box *boxes;
	size_t box_count;
	struct rdep_layout_line *lines;
	size_t line_count;
	double width, height;
	struct rdep_point *points; /* of all lines */
};

/* False when it would take more marks than there may be; nothing is set then. */
bool rdep_layout(struct rdep_layout *l);
/* What rdep_layout() made, and the boxes and lines, which it takes for malloc'd. */
void rdep_layout_free(struct rdep_layout *l);

#endif
