/* SPDX-License-Identifier: MIT */
/*
 * audit_test.c - the audit's graph against a naive search, and its verdicts on made records.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "reports/audit.h"
#include "tests/unit/record_maker.h"
#include "tests/unit/tap.h"

/* ---- strong paths ---- */

#define NODES 9u
#define FAR 1000u

static uint64_t state = 0x9e3779b97f4a7c15u;

static uint64_t roll(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* types[from][to][level]: as the graph under test has them. */
static uint8_t types[NODES][NODES][2];

static void random_graph(struct rdep_cgraph *g)
{
	unsigned i, n = 4 + roll() % 24;

	memset(types, 0, sizeof(types));
	for (i = 0; i < n; i++) {
		uint32_t from = roll() % NODES, to = roll() % NODES;
		uint8_t level = roll() % 4 == 0, type = (uint8_t)(1u << roll() % 4);

		types[from][to][level] |= type;
		rdep_cgraph_edge(g, from, to, level)->types |= type;
	}
}

/* Distances by relaxing every single type of every edge until nothing changes. */
static void naive(uint32_t source, uint8_t level, unsigned distance[NODES][2])
{
	bool changed = true;
	unsigned from, to, bit, way, l;

	for (from = 0; from < NODES; from++)
		distance[from][0] = distance[from][1] = FAR;
	distance[source][0] = 0;
	while (changed) {
		changed = false;
		for (from = 0; from < NODES; from++)
			for (to = 0; to < NODES; to++)
				for (bit = 0; bit < 4; bit++)
					for (way = 0; way < 2; way++)
						for (l = 0; l <= level; l++) {
							uint8_t t = (uint8_t)(1u << bit);
							bool held_shared =
								t & (RDEP_TYPE_SN | RDEP_TYPE_SR);
							bool recursive =
								t & (RDEP_TYPE_ER | RDEP_TYPE_SR);

							if (!(types[from][to][l] & t) ||
							    (way && held_shared) ||
							    distance[from][way] + 1 >=
								    distance[to][recursive])
								continue;
							distance[to][recursive] =
								distance[from][way] + 1;
							changed = true;
						}
	}
}

/* Can types be chosen along the path so that it is strong, and may be left by one who holds its
 * end? */
static bool is_strong(const struct rdep_cgraph *g, const uint32_t *path, size_t n, uint32_t source,
		      uint32_t node, bool shared)
{
	bool ways[2] = {true, false};
	uint32_t at = source;
	size_t i;

	for (i = 0; i < n; i++) {
		const struct rdep_cedge *e = &g->edges[path[i]];
		uint8_t open = (ways[0] ? e->types : 0) |
			       (ways[1] ? e->types & (RDEP_TYPE_EN | RDEP_TYPE_ER) : 0);

		if (e->from != at)
			return false;
		at = e->to;
		ways[0] = open & (RDEP_TYPE_EN | RDEP_TYPE_SN);
		ways[1] = open & (RDEP_TYPE_ER | RDEP_TYPE_SR);
	}
	return at == node && (ways[0] || (ways[1] && !shared));
}

static bool agrees(const struct rdep_cgraph *g, uint32_t source, uint8_t level)
{
	struct rdep_reach r = rdep_reach(g, source, level);
	unsigned distance[NODES][2], node, shared, wanted;
	bool good = true;
	uint32_t *path;
	size_t n;

	naive(source, level, distance);
	for (node = 0; node < NODES; node++) {
		for (shared = 0; shared < 2; shared++) {
			wanted = distance[node][0];
			if (!shared && distance[node][1] < wanted)
				wanted = distance[node][1];
			if (node >= g->node_count)
				wanted = FAR;
			good &= rdep_reach_has(&r, node, shared) == (wanted < FAR);
			if (!rdep_reach_path(&r, node, shared, &path, &n))
				continue;
			good &= n == wanted && is_strong(g, path, n, source, node, shared);
			free(path);
		}
	}
	rdep_reach_free(&r);
	return good;
}

static void test_paths(void)
{
	unsigned i, bad = 0;

	for (i = 0; i < 3000; i++) {
		struct rdep_cgraph g = {0};

		random_graph(&g);
		bad += g.node_count && !agrees(&g, roll() % g.node_count, roll() % 2);
		rdep_cgraph_free(&g);
	}
	tap_ok(!bad,
	       "3000 random graphs: the shortest strong paths are those of a naive search (%u "
	       "differ)",
	       bad);
}

/* ---- verdicts ---- */

/* A record in the making: a few places, each a stack of one call. */
struct scene {
	struct maker m;
	uint32_t stacks[16];
	char path[64];
};

#define PC(n) (0x401100u + 0x100u * (n))

static void begin(struct scene *s, uint32_t pid)
{
	unsigned i;

	maker_init(&s->m, pid);
	maker_exe(&s->m, "/nowhere/bin/minifs", "minifs", 7);
	maker_module(&s->m, "/nowhere/bin/minifs", 0x400000, 0x500000, 0);
	for (i = 0; i < 16; i++) {
		uint64_t pc = PC(i);

		s->stacks[i] = maker_stack(&s->m, 1, &pc);
	}
	maker_thread(&s->m, "main");
}

/* `to` acquired at place `at` while `from` was held, taken at place `held`. */
static void edge(struct scene *s, uint32_t from, uint32_t to, unsigned held, unsigned at)
{
	maker_edge(&s->m, from, to, s->stacks[held], s->stacks[at], 1);
}

static struct rdep_site_held holding(struct scene *s, uint32_t cls, unsigned at, unsigned mode)
{
	return (struct rdep_site_held){
		.cls = cls, .stack = s->stacks[at], .site = PC(at), .mode = (uint8_t)mode};
}

/* An allocation at place `at`; held: ended by class 0. scope: an id, or 0. */
static void allocation(struct scene *s, unsigned at, uint32_t gfp, uint32_t bits, uint32_t scope,
		       const struct rdep_site_held *held, uint64_t count)
{
	struct maker_site w = {
		.pc = PC(at), .stack = s->stacks[at], .raw_gfp = gfp, .gfp = gfp, .scope = bits};
	size_t n = 0;

	if (bits & RDEP_SCOPE_NOFS)
		w.gfp &= ~(uint32_t)RDEP_GFP_FS;
	w.scopes[0] = scope;
	while (held && held[n].cls)
		n++;
	maker_site(&s->m, &w, n, held, count);
}

static void finish(struct scene *s)
{
	int fd;

	snprintf(s->path, sizeof(s->path), "/tmp/audit_test.XXXXXX");
	fd = mkstemp(s->path);
	if (fd < 0)
		abort();
	close(fd);
	maker_write(&s->m, s->path);
	maker_free(&s->m);
}

static struct rdep_audit *audit(struct scene *scenes, size_t n)
{
	struct rdep_report *r = rdep_report_new();
	struct rdep_error err;
	size_t i;

	for (i = 0; i < n; i++) {
		finish(&scenes[i]);
		if (rdep_report_add(r, scenes[i].path, &err) < 0)
			printf("# %s\n", err.text);
		unlink(scenes[i].path);
	}
	return rdep_audit(r, true);
}

static void over(struct rdep_audit *a)
{
	struct rdep_report *r = a->report;

	rdep_audit_free(a);
	rdep_report_free(r);
}

static const struct audit_site *site_at(const struct rdep_audit *a, unsigned at)
{
	char where[32];
	size_t i;

	snprintf(where, sizeof(where), "minifs+0x%x", PC(at));
	for (i = 0; i < a->site_count; i++)
		if (!strcmp(a->sites[i]->place.where, where))
			return a->sites[i];
	return NULL;
}

static bool is(const struct rdep_audit *a, unsigned at, enum audit_verdict verdict,
	       enum audit_reason reason)
{
	const struct audit_site *s = site_at(a, at);

	if (s && s->restricted && s->verdict == verdict && s->reason == reason)
		return true;
	printf("# place %u: %s verdict %d, reason %d\n", at, s ? s->place.where : "none",
	       s ? (int)s->verdict : -1, s ? (int)s->reason : -1);
	return false;
}

static void test_verdicts(void)
{
	struct scene s;
	struct rdep_audit *a;
	uint32_t shared, deep, own, scope;

	begin(&s, 1);
	shared = maker_class_named(&s.m, "shared");
	deep = maker_class_named(&s.m, "deep");
	own = maker_class_named(&s.m, "own");
	edge(&s, RDEP_CLASS_FS_RECLAIM, shared, 0, 1);
	edge(&s, shared, deep, 2, 3);
	edge(&s, own, shared, 4, 5);
	scope = maker_scope(&s.m, RDEP_SCOPE_NOFS, PC(6), s.stacks[6], 0, NULL, "", 1);

	struct rdep_site_held under_shared[] = {holding(&s, shared, 2, RDEP_WRITE), {0}};
	struct rdep_site_held under_deep[] = {holding(&s, deep, 3, RDEP_WRITE), {0}};
	struct rdep_site_held under_own[] = {holding(&s, own, 4, RDEP_WRITE), {0}};

	allocation(&s, 7, RDEP_GFP_NOFS, 0, 0, under_shared, 5);
	allocation(&s, 8, RDEP_GFP_NOFS, 0, 0, under_deep, 1);
	allocation(&s, 9, RDEP_GFP_NOFS, 0, 0, under_own, 1);
	allocation(&s, 10, RDEP_GFP_NOFS, RDEP_SCOPE_NOFS, scope, under_shared, 1);
	allocation(&s, 11, RDEP_GFP_NOIO, 0, 0, under_own, 1);
	allocation(&s, 12, RDEP_GFP_NOIO, 0, 0, NULL, 1);
	allocation(&s, 13, RDEP_GFP_NOFS | RDEP_GFP_NOLOCKDEP, 0, 0, under_own, 1);
	allocation(&s, 14, RDEP_GFP_NOIO, RDEP_SCOPE_NOFS, scope, NULL, 1);
	allocation(&s, 15, RDEP_GFP_KERNEL, 0, 0, under_own, 1);
	allocation(&s, 0, RDEP_GFP_KSWAPD_RECLAIM, 0, 0, under_shared, 1);
	/* Once in the scope, once outside of it. */
	allocation(&s, 1, RDEP_GFP_NOFS, RDEP_SCOPE_NOFS, scope, under_shared, 3);
	allocation(&s, 1, RDEP_GFP_NOFS, 0, 0, under_shared, 1);
	a = audit(&s, 1);
	tap_ok(is(a, 7, AUDIT_KEEP, AUDIT_SHARED) && site_at(a, 7)->need.step_count == 1 &&
		       site_at(a, 7)->count == 5,
	       "under a lock that reclaim takes: keep");
	tap_ok(is(a, 8, AUDIT_KEEP, AUDIT_SHARED) && site_at(a, 8)->need.step_count == 2,
	       "under a lock that is taken under one that reclaim takes: keep, with the whole "
	       "path");
	tap_ok(is(a, 9, AUDIT_DROP, AUDIT_UNSHARED),
	       "under a lock that is taken outside of reclaim alone: drop");
	tap_ok(is(a, 10, AUDIT_DROP, AUDIT_IN_SCOPE), "in a scope that gives it: drop");
	tap_ok(is(a, 11, AUDIT_UNKNOWN, AUDIT_UNSEEN),
	       "a domain that was never entered tells nothing");
	tap_ok(is(a, 12, AUDIT_DROP, AUDIT_UNSHARED), "but holding no lock does");
	tap_ok(is(a, 13, AUDIT_KEEP, AUDIT_NOLOCKDEP), "NOLOCKDEP: keep");
	tap_ok(is(a, 14, AUDIT_DROP, AUDIT_UNSHARED), "NOIO in a NOFS scope is not given by it");
	tap_ok(!site_at(a, 15)->restricted && !site_at(a, 0)->restricted,
	       "GFP_KERNEL and GFP_NOWAIT are no question");
	tap_ok(is(a, 1, AUDIT_KEEP, AUDIT_SHARED) && site_at(a, 1)->row_count == 2 &&
		       site_at(a, 1)->count == 4,
	       "once outside of the scope is enough to keep it");
	tap_ok(a->shared_count == 2 && !strcmp(a->shared[0].cls->name, "shared") &&
		       !strcmp(a->shared[1].cls->name, "deep") && a->shared[1].step_count == 2,
	       "the locks shared with reclaim, the nearest first");
	tap_ok(a->missing_count == 2 && !strcmp(a->missing[0]->scope, "memalloc_nofs") &&
		       a->missing[0]->site_count == 2 && a->missing[0]->count == 6,
	       "one scope per place that takes the lock, for all the masks that it would replace");
	over(a);
}

/* A lock that reclaim takes as a recursive reader does not wait for readers. */
static void test_readers(void)
{
	struct rdep_edge e = {.id = 1, .from = RDEP_CLASS_FS_RECLAIM, .type = RDEP_TYPE_ER};
	struct rdep_edge both = {.id = 2, .from = RDEP_CLASS_FS_RECLAIM, .type = RDEP_TYPE_ER};
	struct scene s;
	struct rdep_audit *a;

	begin(&s, 1);
	e.to = maker_class_named(&s.m, "rw");
	maker_put(&s.m, RDEP_EDGE, &e, sizeof(e), sizeof(e));
	both.to = maker_class_named(&s.m, "both");
	maker_put(&s.m, RDEP_EDGE, &both, sizeof(both), sizeof(both));
	both.type = RDEP_TYPE_EN;
	maker_put(&s.m, RDEP_SAMPLE, &both, sizeof(both), sizeof(both));

	struct rdep_site_held reader[] = {holding(&s, e.to, 2, RDEP_READ_REC), {0}};
	struct rdep_site_held writer[] = {holding(&s, e.to, 3, RDEP_WRITE), {0}};

	allocation(&s, 7, RDEP_GFP_NOFS, 0, 0, reader, 1);
	allocation(&s, 8, RDEP_GFP_NOFS, 0, 0, writer, 1);
	reader[0] = holding(&s, both.to, 4, RDEP_READ_REC);
	allocation(&s, 9, RDEP_GFP_NOFS, 0, 0, reader, 1);
	a = audit(&s, 1);
	tap_ok(is(a, 7, AUDIT_DROP, AUDIT_UNSHARED), "reclaim reads, and so does the holder: drop");
	tap_ok(is(a, 8, AUDIT_KEEP, AUDIT_SHARED), "reclaim reads, and the holder writes: keep");
	tap_ok(is(a, 9, AUDIT_KEEP, AUDIT_SHARED), "reclaim reads once and writes once: keep");
	over(a);
}

/* Two masks of which either may be dropped, but not both. */
static void test_together(void)
{
	struct scene s;
	struct rdep_audit *a;
	uint32_t p, q, scope;

	begin(&s, 1);
	p = maker_class_named(&s.m, "p");
	q = maker_class_named(&s.m, "q");
	edge(&s, RDEP_CLASS_FS_RECLAIM, q, 0, 1);
	edge(&s, RDEP_CLASS_IO_RECLAIM, p, 2, 3);
	scope = maker_scope(&s.m, RDEP_SCOPE_NOFS, PC(6), s.stacks[6], 0, NULL, "", 1);

	struct rdep_site_held under_p[] = {holding(&s, p, 4, RDEP_WRITE), {0}};
	struct rdep_site_held under_q[] = {holding(&s, q, 5, RDEP_WRITE), {0}};

	allocation(&s, 7, RDEP_GFP_NOFS, 0, 0, under_p, 1);
	allocation(&s, 8, RDEP_GFP_NOIO, RDEP_SCOPE_NOFS, scope, under_q, 1);
	a = audit(&s, 1);
	tap_ok(is(a, 7, AUDIT_KEEP, AUDIT_SHARED) && is(a, 8, AUDIT_KEEP, AUDIT_SHARED),
	       "masks that may not be dropped together are kept");
	tap_ok(site_at(a, 7)->need.steps[1].hypothetical &&
		       !site_at(a, 7)->need.steps[0].hypothetical,
	       "and the step that was not seen is told from those that were");
	over(a);
}

/* Inside of reclaim an allocation adds nothing, whatever is held. */
static void test_in_reclaim(void)
{
	struct maker_site w = {.pc = PC(7),
			       .raw_gfp = RDEP_GFP_NOFS,
			       .gfp = RDEP_GFP_NOFS,
			       .flags = RDEP_SITE_IN_CONTEXT};
	struct scene s;
	struct rdep_audit *a;
	uint32_t lock;

	begin(&s, 1);
	lock = maker_class_named(&s.m, "lock");
	edge(&s, RDEP_CLASS_IO_RECLAIM, lock, 0, 1);
	edge(&s, RDEP_CLASS_FS_RECLAIM, lock, 0, 1);

	struct rdep_site_held held[] = {holding(&s, RDEP_CLASS_FS_RECLAIM, 0, RDEP_WRITE),
					holding(&s, lock, 1, RDEP_WRITE)};

	held[0].flags = RDEP_HELD_CONTEXT;
	w.stack = s.stacks[7];
	maker_site(&s.m, &w, 2, held, 1);
	a = audit(&s, 1);
	tap_ok(is(a, 7, AUDIT_KEEP, AUDIT_IN_CONTEXT) && !site_at(a, 7)->insufficient &&
		       !a->missing_count && !a->standing,
	       "inside reclaim: keep, and no inversion is made of it");
	tap_ok(site_at(a, 7)->rows[0]->held_count == 1, "a context is no lock held");
	over(a);
}

/* The reclaim side in one run, the allocation in another. */
static void test_records(void)
{
	struct scene s[2];
	struct rdep_audit *a;
	uint32_t other;

	begin(&s[0], 1);
	maker_class_named(&s[0].m, "first in this one");
	edge(&s[0], RDEP_CLASS_FS_RECLAIM, maker_class_named(&s[0].m, "lock"), 0, 1);
	begin(&s[1], 2);
	other = maker_class_named(&s[1].m, "lock");

	struct rdep_site_held held[] = {holding(&s[1], other, 2, RDEP_WRITE), {0}};

	allocation(&s[1], 7, RDEP_GFP_NOFS, 0, 0, held, 4);
	held[0] = holding(&s[0], RDEP_FIRST_CLASS + 1, 2, RDEP_WRITE);
	allocation(&s[0], 7, RDEP_GFP_NOFS, 0, 0, held, 3);
	a = audit(s, 2);
	tap_ok(is(a, 7, AUDIT_KEEP, AUDIT_SHARED), "classes are joined over records");
	tap_ok(site_at(a, 7)->row_count == 1 && site_at(a, 7)->rows[0]->count == 7,
	       "and counts added up");
	over(a);
	begin(&s[0], 1);
	edge(&s[0], RDEP_CLASS_FS_RECLAIM, maker_class_init(&s[0].m, 0), 0, 1);
	begin(&s[1], 2);
	other = maker_class_init(&s[1].m, 0);
	held[0] = holding(&s[1], other, 2, RDEP_WRITE);
	allocation(&s[1], 7, RDEP_GFP_NOFS, 0, 0, held, 4);
	a = audit(s, 2);
	tap_ok(is(a, 7, AUDIT_DROP, AUDIT_UNSHARED), "classes without a key are not");
	over(a);
}

static const struct audit_scope *scope_at(const struct rdep_audit *a, unsigned at)
{
	char where[32];
	size_t i;

	snprintf(where, sizeof(where), "minifs+0x%x", PC(at));
	for (i = 0; i < a->scope_count; i++)
		if (!strcmp(a->scopes[i]->place.where, where))
			return a->scopes[i];
	return NULL;
}

static void test_scopes(void)
{
	struct scene s;
	struct rdep_audit *a;
	uint32_t shared, own, needed, idle, empty, inner;
	struct maker_site w = {
		.raw_gfp = RDEP_GFP_KERNEL, .gfp = RDEP_GFP_NOFS, .scope = RDEP_SCOPE_NOFS};

	begin(&s, 1);
	shared = maker_class_named(&s.m, "shared");
	own = maker_class_named(&s.m, "own");
	edge(&s, RDEP_CLASS_FS_RECLAIM, shared, 0, 1);

	struct rdep_site_held under_shared[] = {holding(&s, shared, 2, RDEP_WRITE), {0}};
	struct rdep_site_held under_own[] = {holding(&s, own, 4, RDEP_WRITE), {0}};

	needed = maker_scope(&s.m, RDEP_SCOPE_NOFS, PC(6), s.stacks[6], 1, under_shared,
			     "a transaction", 3);
	idle = maker_scope(&s.m, RDEP_SCOPE_NOFS, PC(7), s.stacks[7], 1, under_own, "", 1);
	empty = maker_scope(&s.m, RDEP_SCOPE_NOFS, PC(8), s.stacks[8], 0, NULL, "", 1);
	inner = maker_scope(&s.m, RDEP_SCOPE_NOFS, PC(9), s.stacks[9], 0, NULL, "", 1);
	maker_scope(&s.m, RDEP_SCOPE_PIN, PC(10), s.stacks[10], 0, NULL, "", 1);
	(void)empty;
	/* A mask of its own does not make the scope less needed: the scope is what allows to drop
	 * it. */
	allocation(&s, 11, RDEP_GFP_NOFS, RDEP_SCOPE_NOFS, needed, under_shared, 2);
	allocation(&s, 12, RDEP_GFP_KERNEL, RDEP_SCOPE_NOFS, idle, under_own, 2);
	w.pc = PC(13);
	w.stack = s.stacks[13];
	w.scopes[0] = needed;
	w.scopes[1] = inner;
	maker_site(&s.m, &w, 1, under_shared, 1);
	/* Under the same acquisition, outside of the scope. */
	allocation(&s, 14, RDEP_GFP_NOFS, 0, 0, under_shared, 1);
	a = audit(&s, 1);
	tap_ok(scope_at(a, 6)->verdict == SCOPE_NEEDED && scope_at(a, 6)->needing == 1 &&
		       !strcmp(scope_at(a, 6)->reason, "a transaction") &&
		       scope_at(a, 6)->count == 3,
	       "a scope over an allocation under a lock that reclaim takes is needed");
	tap_ok(scope_at(a, 6)->outside_count == 1 &&
		       !strcmp(scope_at(a, 6)->outside[0].place.where, "minifs+0x401f00"),
	       "an allocation under the same acquisition, outside of it, is told");
	tap_ok(scope_at(a, 7)->verdict == SCOPE_NOT_NEEDED && !scope_at(a, 7)->outside_count,
	       "one over none is not");
	tap_ok(scope_at(a, 8)->verdict == SCOPE_UNKNOWN,
	       "of one in which nothing was allocated nothing is known");
	tap_ok(scope_at(a, 9)->verdict == SCOPE_NOT_NEEDED &&
		       scope_at(a, 9)->within == scope_at(a, 6),
	       "one that is always within another is not needed");
	tap_ok(scope_at(a, 10)->verdict == SCOPE_APART, "pinning keeps nothing out of reclaim");
	over(a);
}

/* Wider, stronger than needed. */
static void test_width(void)
{
	struct maker_site w = {
		.raw_gfp = RDEP_GFP_KERNEL, .gfp = RDEP_GFP_NOFS, .scope = RDEP_SCOPE_NOFS};
	struct scene s;
	struct rdep_audit *a;
	uint32_t shared, other, scope;

	begin(&s, 1);
	shared = maker_class_named(&s.m, "shared");
	other = maker_class_named(&s.m, "other");
	edge(&s, RDEP_CLASS_FS_RECLAIM, shared, 0, 1);
	edge(&s, RDEP_CLASS_IO_RECLAIM, other, 0, 1);
	scope = maker_scope(&s.m, RDEP_SCOPE_NOIO, PC(6), s.stacks[6], 0, NULL, "", 1);

	struct rdep_site_held under_shared[] = {holding(&s, shared, 2, RDEP_WRITE), {0}};

	allocation(&s, 7, RDEP_GFP_KERNEL, RDEP_SCOPE_NOIO, scope, under_shared, 1);
	allocation(&s, 8, RDEP_GFP_KERNEL, RDEP_SCOPE_NOIO, scope, NULL, 1);
	allocation(&s, 9, RDEP_GFP_NOIO, 0, 0, under_shared, 1);
	/* Opened where the lock is held, and once more inside of itself. */
	w.scopes[0] = w.scopes[1] =
		maker_scope(&s.m, RDEP_SCOPE_NOFS, PC(10), s.stacks[10], 1, under_shared, "", 1);
	w.pc = PC(11);
	w.stack = s.stacks[11];
	maker_site(&s.m, &w, 1, under_shared, 1);
	w.scopes[1] = 0;
	w.pc = PC(12);
	w.stack = s.stacks[12];
	maker_site(&s.m, &w, 0, NULL, 1);
	/* Opened before the lock is taken, and nothing else is allocated in it. */
	w.scopes[0] = maker_scope(&s.m, RDEP_SCOPE_NOFS, PC(13), s.stacks[13], 0, NULL, "", 1);
	w.pc = PC(14);
	w.stack = s.stacks[14];
	maker_site(&s.m, &w, 1, under_shared, 1);
	a = audit(&s, 1);
	tap_ok(scope_at(a, 6)->verdict == SCOPE_NEEDED && scope_at(a, 6)->weaker,
	       "a NOIO scope that only locks of fs_reclaim need could be NOFS");
	tap_ok(scope_at(a, 6)->narrower,
	       "one that opens long before the lock is taken could be narrower");
	tap_ok(scope_at(a, 10)->idle == 1 && !scope_at(a, 10)->narrower,
	       "but not one that opens where the lock is held");
	tap_ok(scope_at(a, 13)->verdict == SCOPE_NEEDED && !scope_at(a, 13)->narrower,
	       "nor one in which all needs it");
	tap_ok(scope_at(a, 10)->inside_count == 2,
	       "an allocation is in a scope once, however often that is open");
	tap_ok(is(a, 9, AUDIT_KEEP, AUDIT_SHARED) && site_at(a, 9)->weaker,
	       "and so could a mask be NOFS");
	over(a);
}

/* Nothing ran in reclaim: of a scope over locks nothing can be said. */
static void test_nothing_entered(void)
{
	struct scene s;
	struct rdep_audit *a;
	uint32_t lock, scope;

	begin(&s, 1);
	lock = maker_class_named(&s.m, "lock");
	scope = maker_scope(&s.m, RDEP_SCOPE_NOFS, PC(6), s.stacks[6], 0, NULL, "", 1);

	struct rdep_site_held held[] = {holding(&s, lock, 2, RDEP_WRITE), {0}};

	allocation(&s, 7, RDEP_GFP_KERNEL, RDEP_SCOPE_NOFS, scope, held, 1);
	a = audit(&s, 1);
	tap_ok(scope_at(a, 6)->verdict == SCOPE_UNKNOWN,
	       "without reclaim in the record a scope is not called needless");
	over(a);
}

int main(void)
{
	test_paths();
	test_verdicts();
	test_readers();
	test_together();
	test_in_reclaim();
	test_records();
	test_scopes();
	test_width();
	test_nothing_entered();
	return tap_done();
}
