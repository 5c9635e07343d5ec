/* SPDX-License-Identifier: MIT */
/*
 * graph.h - the dependency graph of all records of a report, and the parts of it that are asked for.
 *
 * Classes are joined over processes as rdep_join_key() says; a dependency stands for all its
 * occurrences in all records. Building it is linear in what the records hold. Everything here lives
 * until rdep_graph_free(), its texts as long as the report.
 */
#ifndef RECLAIMDEP_REPORTS_GRAPH_H
#define RECLAIMDEP_REPORTS_GRAPH_H

#include "reports/cycles.h"
#include "reports/model.h"

#define RDEP_DOMAINS 3u /* by class id less one */

/* How the two sides were taken, over all occurrences. */
#define RDEP_HELD_AS_WRITER 1u
#define RDEP_HELD_AS_READER 2u
#define RDEP_TAKEN_AS_WRITER 4u
#define RDEP_TAKEN_AS_READER 8u

struct rdep_gclass {
	const struct rdep_mclass *cls;
	struct rdep_process *process; /* of the first record that has it */
	const char *key;	      /* of this class alone: a second one of a key has its number behind it */
	uint32_t in, out;	      /* dependencies to it and from it */
	uint32_t processes;	      /* that know it; a merged record counts as one */
	uint8_t shared;		      /* bit n: reachable from domain n + 1 */
	uint8_t severity;	      /* of the weightiest finding through it, plus 1 */
	bool cyclic, chosen;
};

struct rdep_gedge {
	uint32_t from, to; /* indices of classes */
	uint8_t types;	   /* RDEP_TYPE_* */
	uint8_t modes;	   /* RDEP_HELD_AS_*, RDEP_TAKEN_AS_* */
	uint8_t flags;	   /* RDEP_EDGE_*, of the occurrence that is shown */
	uint8_t severity : 4; /* of the weightiest finding through it, plus 1 */
	bool cyclic : 1, chosen : 1;
	uint32_t finding; /* that finding's number, 0: none */
	uint32_t count;	  /* occurrences that were kept */
	uint32_t process; /* the occurrence that is shown, the first that is exclusive on both sides: whose, which */
	uint32_t id, sample;
};

struct rdep_graph {
	struct rdep_report *report;
	struct rdep_gclass *classes;
	size_t class_count;
	struct rdep_gedge *edges; /* in the order of paths' edges */
	size_t edge_count;
	struct rdep_cgraph paths;
	struct rdep_reach reach[RDEP_DOMAINS]; /* from each domain that is a class of the graph */
	uint32_t domain[RDEP_DOMAINS];	       /* its class plus 1; 0: no record has it */
	size_t chosen_classes, chosen_edges;
	size_t trimmed_classes, trimmed_edges; /* that rdep_graph_trim() left out */
	struct rdep_map *ids; /* by process: class id -> class + 1 */
	struct rdep_map by_key, names;
	struct rdep_map places; /* process << 32 | stack -> what that place is called */
};

/* Of the report as it was joined last. All of it is chosen. */
struct rdep_graph *rdep_graph_new(struct rdep_report *r);
void rdep_graph_free(struct rdep_graph *g);

/* The class that a record's class is, as an index; SIZE_MAX: none. */
size_t rdep_graph_class(const struct rdep_graph *g, const struct rdep_process *p, uint32_t cls);

/*
 * Chooses what o asks for: classes and dependencies that all of its filters leave. 0, or -1 with *err
 * when a class is named that is not there; the message names some that are.
 */
int rdep_graph_select(struct rdep_graph *g, const struct rdep_graph_options *o, struct rdep_error *err);

/*
 * Leaves no more chosen than that: dependencies of findings first, then those on cycles, of reclaim, and the others
 * as they came; and classes in the same order. What is left out is counted.
 */
void rdep_graph_trim(struct rdep_graph *g, size_t classes, size_t edges);

/*
 * The last dependencies of a shortest way from domain n + 1 to the class, as indices, in order. Returns how
 * long the whole way is; 0: there is none, or the class is that domain.
 */
#define RDEP_WAY_MAX 64u
size_t rdep_graph_way(const struct rdep_graph *g, unsigned n, uint32_t class, uint32_t way[RDEP_WAY_MAX]);

/* The occurrence that is shown: its classes and stacks. */
bool rdep_graph_edge(const struct rdep_graph *g, const struct rdep_gedge *e, struct rdep_medge *m);
/* Whose that is; where it was acquired: "lock_it at cache.c:12". */
struct rdep_process *rdep_graph_process(const struct rdep_graph *g, const struct rdep_gedge *e);
const char *rdep_graph_where(struct rdep_graph *g, const struct rdep_gedge *e);
/* "held as a reader, acquired as a reader": how the two sides were taken; "" when both were exclusive. */
const char *rdep_graph_modes(struct rdep_report *r, unsigned modes);
/* Does the dependency lead into a domain, or out of one? */
bool rdep_graph_is_reclaim(const struct rdep_graph *g, const struct rdep_gedge *e);

/* ---- the writers; each returns 0, or -1 when writing failed, or with *err ---- */

int rdep_graph_dot(struct rdep_graph *g, FILE *out);
int rdep_graph_text(struct rdep_graph *g, FILE *out, const struct rdep_graph_options *o);
int rdep_graph_json(struct rdep_graph *g, FILE *out, const struct rdep_graph_options *o);
int rdep_graph_svg(struct rdep_graph *g, FILE *out, struct rdep_error *err);
int rdep_graph_html(struct rdep_graph *g, FILE *out, const struct rdep_graph_options *o);

/* ---- join.c: when classes of two records are one ---- */

/*
 * The key under which the class is one with those of other records: what names it, its module, and
 * the how manieth of the two it is in its own record (ordinals: of that record, zeroed at first). 0: it
 * has no name that means anything elsewhere, and stays a class of its own.
 */
uint64_t rdep_join_key(const struct rdep_mclass *c, struct rdep_map *ordinals);

#endif
