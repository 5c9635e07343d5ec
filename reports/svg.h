/* SPDX-License-Identifier: MIT */
/* svg.h - drawings: boxes with names, and arrows; a graph (svg.c) and a finding's cycle (svg_cycle.c). */
#ifndef RECLAIMDEP_REPORTS_SVG_H
#define RECLAIMDEP_REPORTS_SVG_H

#include "reports/graph.h"
#include "reports/layout.h"

/* What a drawing of its own may have at most; a bigger one is no help. */
#define RDEP_SVG_CLASSES_MAX 400u
#define RDEP_SVG_EDGES_MAX 1500u

#define RDEP_SVG_BOX_HEIGHT 28.0
#define RDEP_SVG_NAME_MAX 34u /* characters of a name that are drawn */

/* The width of a box for that many characters. */
double rdep_svg_width(size_t characters);
/* How many of a name would be drawn. */
size_t rdep_svg_characters(const char *name);
/* A name as text, of which so many characters are drawn: the middle of a longer one is cut out. */
void rdep_svg_name(FILE *out, const char *name, size_t most);
/* The box of a class; its middle is cut out of a long name, and all of it is told as the box's title. */
void rdep_svg_class(FILE *out, const struct rdep_mclass *c, double x, double y, double width);
/* An arrow by such points as a layout gives. title: told of it; NULL: nothing. */
void rdep_svg_arrow(FILE *out, const char *style, const char *title, const struct rdep_point *points, size_t count);
/* The class attribute of a dependency: how it is drawn. */
const char *rdep_svg_style(bool reclaim, bool reader, unsigned severity);
/* The rules for what the functions above draw; for light and dark. */
extern const char rdep_svg_rules[];

/* What is chosen of the graph, as a part of a page that has the rules. 0, or -1 with *err when it is too much. */
int rdep_graph_drawing(struct rdep_graph *g, FILE *out, struct rdep_error *err);

/* The cycle of a finding, or the circle of threads of a deadlock: a ring. Nothing when it has none. */
void rdep_svg_cycle(FILE *out, struct rdep_report *r, const struct rdep_mfinding *f);

#endif
