/* SPDX-License-Identifier: MIT */
/*
 * audit.h - what the masks and scopes of a run were good for, over any number of records.
 *
 * Classes are joined across records by their keys and modules, call sites by function, file
 * and line. Each question is asked of the joined graph (cycles.h):
 *
 *   a class is reclaim-shared with a domain when a strong path leads to it from there;
 *   a restricted mask (or a scope) avoids the domains that it takes away; it is needed at an
 *   allocation when a lock held there is shared with a domain that it avoids.
 *
 * Masks that may be dropped are judged together: all may be, at once. Text here is clean.
 */
#ifndef RECLAIMDEP_REPORTS_AUDIT_H
#define RECLAIMDEP_REPORTS_AUDIT_H

#include "reports/cycles.h"
#include "reports/model.h"

#define AUDIT_DOMAINS 3u /* by class id less one */
#define AUDIT_ENTRIES 4u
/*
 * Input may be forged: what grows with the square of it has a bound, and what is left out is told.
 */
#define AUDIT_SHARED_MAX 10000u
#define AUDIT_HELD_MAX 256u   /* of one scope */
#define AUDIT_OUTSIDE_MAX 64u /* of one scope */
#define AUDIT_SITES_MAX 1024u /* of one missing scope */
#define AUDIT_BUDGET 50000000u
#define AUDIT_DOMAIN(cls) (1u << ((cls)-1))

/* Levels of the graph. */
enum audit_level {
	AUDIT_SEEN,    /* as recorded */
	AUDIT_DROPPED, /* and every mask dropped that is not needed */
	AUDIT_ASSUMED, /* and the others, too */
	AUDIT_LEVELS,
};

enum audit_verdict { AUDIT_DROP, AUDIT_UNKNOWN, AUDIT_KEEP };

/* Why. In the order of their weight: of a group of allocations the weightiest stands. */
enum audit_reason {
	AUDIT_IN_SCOPE,	  /* drop: a scope gives the restriction */
	AUDIT_UNSHARED,	  /* drop: no reclaim-shared lock held */
	AUDIT_UNSEEN,	  /* unknown: the domain that is avoided was never entered */
	AUDIT_NOLOCKDEP,  /* keep: told not to be looked at */
	AUDIT_IN_CONTEXT, /* keep: inside reclaim, where locks do not decide it */
	AUDIT_SHARED,	  /* keep: a reclaim-shared lock was held */
	AUDIT_REASONS,
};

struct audit_place {
	const char *key;	     /* of function, file and line: what makes it one */
	const char *where;	     /* "FUNCTION at FILE:LINE" */
	const char *function, *file; /* NULL: unknown */
	unsigned line;
	struct rdep_mstack stack; /* of its first time */
};

/* A lock held at a place. */
struct audit_held {
	uint32_t node;
	const struct rdep_mclass *cls;
	bool shared; /* as a reader */
	struct audit_place taken;
	uint32_t stack; /* of the record; 0: only the call is known */
};

/* A step of a path, seen or supposed; shown with both stacks. */
struct audit_step {
	struct rdep_medge edge;
	bool hypothetical;
};

/* Why a restriction is needed: this lock, which the domain reaches by this path. */
struct audit_need {
	const struct audit_held *held;
	uint32_t domain; /* class id */
	enum audit_level level;
	size_t length;		  /* of the path; 0: it is the domain itself that is held */
	struct audit_step *steps; /* once audit_load_steps() was called */
	size_t step_count;
};

/* Allocations at one place with one mask, in the same scopes under the same locks. */
struct audit_row {
	uint64_t count;
	uint32_t scope; /* RDEP_SCOPE_* in force */
	uint32_t gfp;	/* effective */
	uint32_t flags; /* RDEP_SITE_* */
	struct audit_held *held;
	size_t held_count;
	struct audit_scope **scopes; /* open then, outermost first, where known */
	size_t scope_count;
	unsigned avoids; /* domains that the mask alone takes away here */
	enum audit_reason reason;
	struct audit_need need; /* SHARED */
	struct audit_site *site;
	struct audit_place place; /* as the site's, with the row's own stack */
	uint32_t stack;		  /* of the record */
};

struct audit_site {
	struct audit_place place;
	uint32_t raw_gfp;
	bool restricted; /* by its own mask */
	bool plain;	 /* no mask of its own */
	unsigned avoids; /* domains that the mask takes away */
	struct audit_row **rows;
	size_t row_count;
	uint64_t count;
	enum audit_verdict verdict;
	enum audit_reason reason;
	const struct audit_row *why; /* the row that decides */
	struct audit_need need;	     /* SHARED: that row's, with its steps */
	size_t index;		     /* of rdep_audit.sites */
	const char *callee;
	bool weaker;	   /* KEEP: GFP_NOFS would do */
	unsigned unseen;   /* UNSEEN: domains that were not entered */
	bool insufficient; /* what the mask still enters takes a lock held: an inversion stands */
};

enum audit_scope_verdict {
	SCOPE_NOT_NEEDED, /* nothing seen inside needs it */
	SCOPE_UNKNOWN,	  /* nothing was seen that could tell */
	SCOPE_NEEDED,
	SCOPE_APART, /* of a kind that masks no domain */
};

/* An allocation under a lock that the scope is for, outside of it. */
struct audit_outside {
	const struct audit_held *held;
	uint32_t domain;
	struct audit_place place;
	int when; /* -1: before the save, 1: after the restore, 0: not known */
};

struct audit_scope {
	struct audit_place place;
	uint32_t bit;	    /* RDEP_SCOPE_* */
	const char *reason; /* "" when none was told */
	uint64_t count;
	unsigned avoids, unseen;
	struct audit_held *held; /* at the save, over all times */
	size_t held_count;
	struct audit_row **inside;
	size_t inside_count;
	size_t needing, idle; /* rows inside that need it; that it restricts for nothing */
	const struct audit_row *needed_by;
	struct audit_need need;
	enum audit_scope_verdict verdict;
	const struct audit_scope
		*within; /* always inside this one, which gives as much; NULL: no */
	bool weaker;	 /* a NOFS scope would do */
	bool narrower;	 /* needed only under a lock that is taken inside */
	struct audit_outside *outside;
	size_t outside_count;
	size_t index; /* of rdep_audit.scopes */
};

struct audit_shared {
	const struct rdep_mclass *cls;
	uint32_t domain;
	struct audit_step *steps;
	size_t step_count;
};

/* An inversion that would be there with GFP_KERNEL. */
struct audit_missing {
	struct rdep_mfinding finding; /* edges[0] is the allocation's */
	const char *scope;	      /* "memalloc_nofs" */
	struct audit_place taken;     /* of the lock: where the scope is missing */
	struct audit_site **sites;    /* that would need it */
	size_t site_count;
	size_t more; /* inversions that the same allocations would close, by other locks held */
	uint64_t count;
};

struct audit_node {
	const struct rdep_mclass *cls;
	struct rdep_process *process;
};

struct rdep_audit {
	struct rdep_report *report;
	struct rdep_cgraph graph;
	struct audit_node *nodes;
	size_t node_count;
	struct rdep_map by_key; /* hash of key, module and ordinal -> node + 1 */
	struct rdep_map *ids;	/* by process: class id -> node + 1 */
	struct rdep_reach reach[AUDIT_LEVELS][AUDIT_DOMAINS];
	bool reached[AUDIT_LEVELS];
	unsigned entered; /* domains that were entered by what runs as reclaim */
	const char *entries[AUDIT_DOMAINS][AUDIT_ENTRIES]; /* in these places, among others */
	size_t entry_count[AUDIT_DOMAINS];

	struct audit_site **sites;
	size_t site_count;
	struct audit_row **rows;
	size_t row_count;
	struct audit_scope **scopes;
	size_t scope_count;
	struct audit_shared *shared;
	size_t shared_count, shared_more; /* more than AUDIT_SHARED_MAX */
	struct audit_missing **missing;
	size_t missing_count;
	bool assumed;
	size_t standing;       /* that are there already: another allocation made them */
	uint64_t budget;       /* comparisons that are left for scopes' outsides */
	struct rdep_map known; /* hashes of places, rows, scopes, findings -> pointer */
};

/* audit_graph.c: nodes, edges, paths. Nodes 0 to 2 are the domains. */
void audit_graph_build(struct rdep_audit *a);
uint32_t audit_node(struct rdep_audit *a, struct rdep_process *p, uint32_t cls);
void audit_reach(struct rdep_audit *a, enum audit_level level);
void audit_suppose(struct rdep_audit *a, const struct audit_row *row, const struct audit_held *held,
		   uint32_t domain, enum audit_level level);
/* Is a lock held there shared with one of the domains? Fills *need when it is: the domain that
 * leaves the mask least, the lock that is the shortest way from it, the outermost. */
bool audit_needs(struct rdep_audit *a, const struct audit_row *row, unsigned domains,
		 enum audit_level level, struct audit_need *need);
void audit_load_steps(struct rdep_audit *a, struct audit_need *need);
/*
 * The path to a node with its stacks, its first AUDIT_STEPS_MAX steps; 0: none, or none is needed.
 */
#define AUDIT_STEPS_MAX 64u
size_t audit_steps(struct rdep_audit *a, const struct rdep_reach *reach, uint32_t node, bool shared,
		   struct audit_step **steps);
/* The step that an allocation in that row would be if its mask were GFP_KERNEL. */
struct rdep_medge audit_supposed_edge(struct rdep_audit *a, const struct audit_row *row,
				      const struct audit_held *held, uint32_t domain);

/* audit_places.c: places, sites and scopes as joined. */
void audit_places_build(struct rdep_audit *a);
struct audit_place audit_place(struct rdep_process *p, uint32_t stack, uint64_t pc);

/* audit.c: the verdicts. */
unsigned audit_domains(uint32_t raw_gfp, uint32_t scope);
void audit_sites_judge(struct rdep_audit *a);
/* audit_scope.c */
void audit_scopes_judge(struct rdep_audit *a);
/* audit_assume.c */
void audit_assume(struct rdep_audit *a);

const char *audit_domains_text(struct rdep_report *r, unsigned domains);
const char *audit_scope_name(uint32_t bit);
/* The lock's last step on the way from the domain: the acquisition that made it shared. */
const struct audit_step *audit_last(const struct audit_step *steps, size_t count);

#endif
