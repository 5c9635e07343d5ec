// SPDX-License-Identifier: MIT
/* finding.c - see finding.h. */
#include "finding.h"
#include "chain.h"
#include "class.h"
#include "depend.h"
#include "kin.h"
#include "nesting.h"
#include "map.h"
#include "mem.h"
#include "options.h"
#include "print.h"
#include "record.h"
#include "split.h"
#include "stack.h"
#include "sys.h"
#include "thread_tell.h"
#include "threads.h"
#include "verdict.h"

#include <string.h>

#define LONGEST 256

enum weight { NOTE, WARNING, ERROR };
enum { FAIL_ON_CERTAIN, FAIL_ON_POSSIBLE, FAIL_ON_WARNING, FAIL_ON_NEVER };

static struct rd_finding *cycles; /* the ones whose verdict may rise, and all others */
static uint32_t last_id;
static uint32_t failing;
/* Cycles that are kept in mind beside others. */
static uint32_t untold;
#define UNTOLD_MAX 4096u
static struct rd_map_of known_locks; /* findings about one lock: (site, class and kind) */

bool rd_finding_fails(void)
{
	return __atomic_load_n(&failing, __ATOMIC_RELAXED) != 0;
}

uint32_t rd_finding_count(void)
{
	return __atomic_load_n(&last_id, __ATOMIC_RELAXED);
}

/* As the reports weigh it: verdict and flags can only make a kind milder. */
static enum weight weight(const struct rdep_finding *f)
{
	static const uint8_t of_kind[256] = {
#define KIND(sym, num, id, severity, help) [num] = severity,
#include "kinds.def"
#undef KIND
	};
	enum weight of_verdict = f->verdict <= RDEP_GUARDED ? NOTE : f->verdict < RDEP_POSSIBLE ? WARNING : ERROR;
	enum weight of_flags = f->flags & RDEP_FINDING_NOTE ? NOTE : f->flags & RDEP_FINDING_WARNING ? WARNING : ERROR;
	enum weight w = of_kind[f->kind];

	if (of_verdict < w)
		w = of_verdict;
	return of_flags < w ? of_flags : w;
}

static bool fails(const struct rdep_finding *f)
{
	switch (rd_options.fail_on) {
	case FAIL_ON_CERTAIN:
		return weight(f) == ERROR && f->verdict >= RDEP_CERTAIN;
	case FAIL_ON_POSSIBLE:
		return weight(f) == ERROR;
	case FAIL_ON_WARNING:
		return weight(f) >= WARNING;
	default:
		return false;
	}
}

/* The finding as the record has it, with room for its edges. */
union published {
	struct rdep_finding f;
	char room[sizeof(struct rdep_finding) + LONGEST * sizeof(struct rdep_finding_edge)];
};

static void publish_circle(struct rd_thread *t, union published *p, uint64_t site, const struct rdep_circle *circle)
{
	struct rdep_header *h = rd_record_header();

	p->f.thread = t->id;
	p->f.monotonic_ns = rd_now_monotonic();
	rd_thread_tell(t->id);
	if (p->f.kind >= RDEP_K_UNLOCK_FOREIGN && p->f.kind <= RDEP_K_WRONG_MUTEX)
		rd_thread_tell(p->f.holder);
	if (fails(&p->f))
		__atomic_store_n(&failing, 1, __ATOMIC_RELAXED);
	rd_record_vital_begin(fails(&p->f));
	rd_class_tell(p->f.cls);
	rd_stack_tell(p->f.held_stack);
	rd_stack_tell(p->f.acquire_stack);
	if (!rd_record_put(RDEP_FINDING, p, sizeof(p->f) + p->f.edge_count * sizeof(p->f.edges[0]), NULL, 0))
		rd_count(fails(&p->f) ? RDEP_C_FAILING_UNWRITTEN : RDEP_C_FINDINGS_UNWRITTEN);
	rd_record_vital_end();
	__atomic_store_n(&h->findings, last_id, __ATOMIC_RELAXED);
	rd_record_bell();
	rd_print_finding(&p->f, site, circle);
}

static void publish(struct rd_thread *t, union published *p, uint64_t site)
{
	publish_circle(t, p, site, NULL);
}

static bool take_id(uint32_t *id)
{
	if (last_id >= (uint32_t)rd_options.max_findings) {
		rd_count(RDEP_C_FINDINGS_DROPPED);
		return false;
	}
	*id = ++last_id;
	return true;
}

/* ---- cycles ---- */

static void publish_cycle(struct rd_thread *t, const struct rd_finding *f, const uint32_t *chosen)
{
	static union published p;
	uint32_t i;

	p.f = (struct rdep_finding){
		.id = f->id, .revision = f->revision, .kind = f->kind, .verdict = f->verdict, .edge_count = f->edge_count};
	rd_record_vital_begin(fails(&p.f));
	for (i = 0; i < f->edge_count; i++) {
		rd_class_tell(rd_edge_at(f->edges[i])->to);
		p.f.edges[i] = (struct rdep_finding_edge){f->edges[i], rd_sample_told(f->edges[i], chosen[i])};
	}
	publish(t, &p, 0);
	rd_record_vital_end();
}

/* From now on occurrences of the edge come by the slow path, in every thread. */
static void watch(uint32_t id)
{
	struct rd_edge *e = rd_edge_at(id);
	struct rd_class *from = rd_class_at(e->from), *to = rd_class_at(e->to);

	rd_edge_widen(e);
	if (e->open)
		return;
	e->open = e->watched = 1;
	e->budget = RD_SAMPLE_BUDGET;
	if (id & RD_NEST_EDGE) {
		rd_threads_forget_pairs();
		return;
	}
	from->open_from++;
	from->watched_from++;
	to->open_to++;
	to->watched_to++;
	/* (Of an edge into a signal the edge before it does that.) */
	rd_threads_evict(e->to);
}

void rd_edge_unwatch(uint32_t id)
{
	struct rd_edge *e = rd_edge_at(id);

	if (!e->watched)
		return;
	e->watched = 0;
	if (id & RD_NEST_EDGE)
		return;
	rd_class_at(e->from)->watched_from--;
	rd_class_at(e->to)->watched_to--;
}

/* No further occurrence of it can tell more. */
static void settle(uint32_t id)
{
	struct rd_edge *e = rd_edge_at(id);

	rd_edge_unwatch(id);
	if (!e->open)
		return;
	e->open = 0;
	if (id & RD_NEST_EDGE)
		return;
	rd_class_at(e->from)->open_from--;
	rd_class_at(e->to)->open_to--;
}

static bool has_edge(const struct rd_finding *f, uint32_t edge)
{
	uint32_t i;

	for (i = 0; i < f->edge_count; i++) {
		if (f->edges[i] == edge)
			return true;
	}
	return false;
}

static bool open_elsewhere(uint32_t edge)
{
	const struct rd_finding *f;

	for (f = cycles; f; f = f->next) {
		if (f->verdict < RDEP_CERTAIN && !f->closed && has_edge(f, edge))
			return true;
	}
	return false;
}

static void settle_all(const struct rd_finding *f)
{
	uint32_t i;

	for (i = 0; i < f->edge_count; i++) {
		if (!open_elsewhere(f->edges[i]))
			settle(f->edges[i]);
	}
}

static uint8_t kind_of(const uint32_t *edges, uint32_t count)
{
	uint8_t kind = edges[0] & RD_NEST_EDGE ? RDEP_K_SAME_CLASS_NESTING : RDEP_K_LOCK_INVERSION;
	uint32_t i;

	for (i = 0; i < count; i++) {
		uint32_t to = rd_edge_at(edges[i])->to;

		if (rd_class_at(to)->kind == RDEP_SIGNAL)
			return RDEP_K_SIGNAL_INVERSION;
		if (to < RDEP_FIRST_CLASS)
			kind = RDEP_K_RECLAIM_INVERSION;
		else if ((rd_class_at(to)->kind == RDEP_LIFE || rd_class_at(to)->kind == RDEP_EVENT) &&
			 kind != RDEP_K_RECLAIM_INVERSION)
			kind = RDEP_K_WAIT_INVERSION;
	}
	return kind;
}

/* The same cycle, whichever edge it begins with. */
static bool is_cycle(const struct rd_finding *f, const uint32_t *edges, uint32_t count)
{
	uint32_t i, start;

	if (f->edge_count != count || f->closed)
		return false;
	for (start = 0; start < count && f->edges[start] != edges[0]; start++)
		;
	for (i = 0; start < count && i < count; i++) {
		if (f->edges[(start + i) % count] != edges[i])
			return false;
	}
	return start < count;
}

static struct rd_finding *find_cycle(const uint32_t *edges, uint32_t count)
{
	struct rd_finding *f;

	for (f = cycles; f; f = f->next) {
		if (is_cycle(f, edges, count))
			return f;
	}
	return NULL;
}

static struct rd_finding *new_cycle(const uint32_t *edges, uint32_t count)
{
	struct rd_finding *f = rd_mem_alloc(sizeof(*f));

	if (f)
		f->edges = rd_mem_alloc(count * sizeof(*edges));
	if (!f || !f->edges) {
		rd_mem_free(f, sizeof(*f));
		rd_count(RDEP_C_FINDINGS_DROPPED);
		return NULL;
	}
	memcpy(f->edges, edges, count * sizeof(*edges));
	f->edge_count = count;
	f->kind = kind_of(edges, count);
	f->instances_only = rd_kin_cycle(edges, count);
	f->next = cycles;
	cycles = f;
	return f;
}

/* Weighs it again; publishes what has become weightier. */
static void weigh(struct rd_thread *t, struct rd_finding *f)
{
	static uint32_t chosen[LONGEST];
	enum rdep_verdict v = rd_verdict(f->edges, f->edge_count, f->instances_only, chosen);

	if (v <= f->verdict || (!f->published && rd_split_explains(f->edges, f->edge_count)))
		return;
	if (f->beside && !f->beside->closed && v <= f->beside->verdict) {
		f->verdict = (uint8_t)v;
		return;
	}
	/* A fork child inherits the cycle, not the finding: raised, it is the child's own. */
	if (!f->id && !take_id(&f->id))
		return;
	f->verdict = (uint8_t)v;
	f->beside = NULL;
	f->revision += f->published;
	f->published = 1;
	publish_cycle(t, f, chosen);
}

struct rd_finding *rd_finding_cycle(struct rd_thread *t, const uint32_t *edges, uint32_t count,
				    struct rd_finding *beside)
{
	/* Known already: closed again by another type of edge. */
	struct rd_finding *f = find_cycle(edges, count);
	uint32_t i;

	if (!f && beside && untold == UNTOLD_MAX) {
		rd_count(RDEP_C_SAMPLES_CUT);
		return NULL;
	}
	if (!f) {
		f = new_cycle(edges, count);
		if (!f)
			return NULL;
		f->beside = beside;
		untold += beside != NULL;
	}
	weigh(t, f);
	for (i = 0; i < count && f->verdict < RDEP_CERTAIN; i++)
		watch(edges[i]);
	return f;
}

void rd_finding_reconsider(struct rd_thread *t, uint32_t edge)
{
	struct rd_finding *f;

	for (f = cycles; f; f = f->next) {
		if (f->verdict == RDEP_CERTAIN || f->closed || !has_edge(f, edge))
			continue;
		weigh(t, f);
		if (f->verdict == RDEP_CERTAIN)
			settle_all(f);
	}
}

void rd_finding_nested(struct rd_thread *t, uint32_t edge)
{
	const struct rd_edge *e = rd_edge_at(edge);
	static union published p;
	uint32_t id;

	if (rd_map_get(&known_locks, e->to, RDEP_K_SAME_CLASS_NESTING) || !take_id(&id))
		return;
	rd_map_set(&known_locks, e->to, RDEP_K_SAME_CLASS_NESTING, 1);
	p.f = (struct rdep_finding){
		.id = id, .kind = RDEP_K_SAME_CLASS_NESTING, .verdict = RDEP_POSSIBLE, .edge_count = 1};
	rd_record_vital_begin(fails(&p.f));
	rd_class_tell(e->to);
	p.f.edges[0] = (struct rdep_finding_edge){edge, rd_sample_told(edge, 0)};
	publish(t, &p, 0);
	rd_record_vital_end();
}

void rd_finding_close_nested(uint32_t bits)
{
	struct rd_finding *f;

	for (f = cycles; f; f = f->next)
		f->closed |= (f->edges[0] & (RD_NEST_EDGE | RD_NEST_LIFE)) == bits;
}

void rd_finding_retire(uint32_t edge)
{
	struct rd_finding *f;

	for (f = cycles; f; f = f->next)
		f->closed |= has_edge(f, edge);
	settle(edge);
}

/* ---- one lock ---- */

void rd_finding_detail(struct rd_thread *t, enum rdep_kind kind, enum rdep_verdict verdict, enum rdep_detail detail,
		       const struct rdep_held *held, const struct rdep_held *now)
{
	uint64_t what = (uint64_t)now->cls << 8 | (uint64_t)kind;
	static union published p;
	uint8_t flags = 0;
	uint32_t id;

	if (rd_map_get(&known_locks, now->site, what) || !take_id(&id))
		return;
	rd_map_set(&known_locks, now->site, what, 1);
	p.f = (struct rdep_finding){.id = id, .kind = (uint8_t)kind, .verdict = (uint8_t)verdict, .cls = now->cls};
	p.f.detail = detail;
	p.f.inst = (struct rdep_instance){now->address, now->generation, now->mode};
	p.f.acquire_stack = rd_stack_here();
	if (held) {
		p.f.held_site = held->site;
		p.f.held_stack = rd_held_stack(t, held, &flags);
		p.f.flags = flags;
	}
	publish(t, &p, now->site);
}

void rd_finding_lock(struct rd_thread *t, enum rdep_kind kind, enum rdep_verdict verdict,
		     const struct rdep_held *held, const struct rdep_held *now)
{
	rd_finding_detail(t, kind, verdict, 0, held, now);
}

/* ---- one place ---- */

void rd_finding_place(struct rd_thread *t, const struct rdep_finding *what, uint64_t site)
{
	uint64_t key = (uint64_t)what->kind | (uint64_t)what->detail << 8 | (uint64_t)what->scope << 16;
	static union published p;

	key ^= what->held_site << 24;
	/* Behind one wrapper there are many locks. */
	if (what->kind >= RDEP_K_UNLOCK_FOREIGN)
		key ^= (uint64_t)what->cls << 36;
	if (rd_map_get(&known_locks, site, key))
		return;
	p.f = *what;
	p.f.revision = 0;
	p.f.edge_count = 0;
	if (!take_id(&p.f.id))
		return;
	rd_map_set(&known_locks, site, key, 1);
	publish(t, &p, site);
}

/* ---- a circle of threads ---- */

void rd_finding_deadlock(struct rd_thread *t, const struct rdep_finding *what, struct rdep_circle *circle,
			 uint64_t site)
{
	static union published p;
	uint32_t i;

	p.f = *what;
	if (!take_id(&p.f.id))
		return;
	circle->finding = p.f.id;
	for (i = 0; i < circle->count; i++)
		rd_thread_tell(circle->legs[i].thread);
	rd_record_put(RDEP_CIRCLE, circle, sizeof(*circle) + circle->count * sizeof(circle->legs[0]), NULL, 0);
	publish_circle(t, &p, site, circle);
}

void rd_finding_reset(bool keep_known)
{
	struct rd_finding *f;

	last_id = 0;
	failing = 0;
	if (keep_known) {
		for (f = cycles; f; f = f->next)
			f->id = f->revision = f->published = 0;
		return;
	}
	cycles = NULL;
	untold = 0;
	rd_map_reset(&known_locks);
}
