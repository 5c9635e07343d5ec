/* SPDX-License-Identifier: MIT */
/*
 * merge_across.c - cycles that no process showed: each edge of one was seen, but not all of them in one process.
 *
 * Processes share no locks but those of files; so it is no deadlock of two processes that is looked for, but one of the next
 * process, which does what several did. That is possible at most, and only when one process could run all of the code:
 *
 *   - what is decided in an executable's own code happens in that program alone: a cycle may rest on that of one program, and
 *     on libraries;
 *   - a name that an annotation gave is the same class in two programs when the same module uses it in both;
 *   - a class of what makes it may lump locks of several roles (runtime/role.h): where two processes made them by different
 *     callers, and no call takes both, they are not taken for the same;
 *   - a gate lock keeps two sides apart, as within a process, by its class; creating and joining threads does not;
 *   - the first threads of two runs of one program are one thread.
 *
 * None of that but the gates matters where processes share all of the cycle's locks. What rests on one very
 * thread or on a count is not looked for: joins, conditions, signals, semaphores.
 */
#include <stdlib.h>
#include <string.h>
#include "reports/merge_data.h"

#define WORK_MAX (1ull << 27)	/* edges passed */
#define WEIGH_MAX (1ull << 24)	/* pairs of occurrences compared, in all */
#define CHOICES_MAX 20000u	/* for one cycle */
#define LONGEST 64u		/* edges of a cycle */
#define FINDINGS_MAX 1000u
#define NONE UINT32_MAX

#define HELD_SHARED (RDEP_TYPE_SN | RDEP_TYPE_SR)
#define RECURSIVE_READ (RDEP_TYPE_ER | RDEP_TYPE_SR)

struct arc {
	struct mg_edge *edge;
	uint32_t from, to;
	uint8_t types;
};

struct look {
	struct rdep_merge *m;
	struct mg_class **nodes;
	uint32_t node_count;
	struct arc *arcs; /* by `from`, and those of one in the order of the edges */
	uint32_t arc_count;
	uint32_t *first; /* of each node: its first arc; one more at the end */
	uint32_t *component; /* of each node: those of one are on cycles with each other */
	uint64_t work, weighed;
	/* Shortest ways from one node: by node and way of arriving (1: as a recursive reader). */
	uint32_t *step[2], *queue; /* the arc that was taken, and the way before it; NONE */
	struct rdep_map seen; /* keys of cycles */
	bool lumps; /* cycles were left out that only lumped classes close */
};

/* ---- the graph ---- */

static bool is_context(const struct mg_class *c)
{
	return c->kind == RDEP_DOMAIN;
}

static bool takes_part(const struct mg_class *c)
{
	return !c->has_parts && c->kind != RDEP_LIFE && c->kind != RDEP_SEM && c->kind != RDEP_EVENT &&
	       c->kind != RDEP_SIGNAL;
}

static uint32_t node_of(struct look *l, struct mg_class *c)
{
	if (!c->node) {
		RDEP_GROW(l->nodes, l->node_count);
		l->nodes[l->node_count++] = c;
		c->node = l->node_count;
	}
	return c->node - 1;
}

static int by_from(const void *a, const void *b)
{
	const struct arc *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return x->edge->hash < y->edge->hash ? -1 : x->edge->hash > y->edge->hash;
}

static void build(struct look *l)
{
	struct rdep_merge *m = l->m;
	uint32_t i;
	size_t k, o;

	for (k = 0; k < m->classes.count; k++) {
		struct mg_class *c = m->classes.items[k];

		c->node = 0;
		if (c->lump)
			c->lump->has_parts = true;
	}
	for (k = 1; k < RDEP_FIRST_CLASS; k++)
		m->domains[k]->node = 0;
	l->arcs = rdep_alloc((m->edges.count + 1) * sizeof(*l->arcs));
	for (k = 0; k < m->edges.count; k++) {
		struct mg_edge *e = m->edges.items[k];
		struct arc a = {.edge = e};

		if (e->from == e->to || !takes_part(e->from) || !takes_part(e->to))
			continue;
		for (o = 0; o < e->count; o++)
			a.types |= e->list[o]->raw.type;
		a.from = node_of(l, e->from);
		a.to = node_of(l, e->to);
		l->arcs[l->arc_count++] = a;
	}
	qsort(l->arcs, l->arc_count, sizeof(*l->arcs), by_from);
	l->first = rdep_alloc((l->node_count + 1u) * sizeof(*l->first));
	for (i = 0, k = 0; i <= l->node_count; i++) {
		while (k < l->arc_count && l->arcs[k].from < i)
			k++;
		l->first[i] = (uint32_t)k;
	}
}

/* Strongly connected components, by Tarjan's way with a stack of its own. */
static void find_components(struct look *l)
{
	uint32_t n = l->node_count, *order = rdep_alloc((n + 1u) * sizeof(*order)), *low = rdep_alloc((n + 1u) * sizeof(*low)),
		 *stack = rdep_alloc((n + 1u) * sizeof(*stack)), *path = rdep_alloc((n + 1u) * sizeof(*path)),
		 *next = rdep_alloc((n + 1u) * sizeof(*next)), clock = 0, depth = 0, top = 0, found = 0, root, v, w;
	bool *open = rdep_alloc(n + 1u);

	l->component = rdep_alloc((n + 1u) * sizeof(*l->component));
	for (root = 0; root < n; root++) {
		if (order[root])
			continue;
		path[depth++] = root;
		while (depth) {
			v = path[depth - 1];
			if (!order[v]) {
				order[v] = low[v] = ++clock;
				next[v] = l->first[v];
				stack[top++] = v;
				open[v] = true;
			}
			if (next[v] < l->first[v + 1]) {
				w = l->arcs[next[v]++].to;
				if (!order[w])
					path[depth++] = w;
				else if (open[w] && order[w] < low[v])
					low[v] = order[w];
				continue;
			}
			depth--;
			if (depth && low[v] < low[path[depth - 1]])
				low[path[depth - 1]] = low[v];
			if (low[v] != order[v])
				continue;
			found++;
			do {
				w = stack[--top];
				open[w] = false;
				l->component[w] = found;
			} while (w != v);
		}
	}
	free(order);
	free(low);
	free(stack);
	free(path);
	free(next);
	free(open);
}

/* ---- the shortest way back ---- */

/* The way of arriving over `types` by one who arrived in `way`; -1: that is no strong step. */
static int step_way(uint8_t types, unsigned way)
{
	if (way)
		types &= (uint8_t)~HELD_SHARED;
	if (!types)
		return -1;
	return types & (uint8_t)~RECURSIVE_READ ? 0 : 1;
}

static bool arrived(const struct look *l, uint32_t node, unsigned way)
{
	return l->step[way][node] != NONE;
}

/* From `source`, which was acquired in `way`, to all others of its component. */
static void reach(struct look *l, uint32_t source, unsigned way)
{
	uint32_t head = 0, tail = 0, i;
	unsigned from;
	int to;

	memset(l->step[0], 0xff, l->node_count * sizeof(*l->step[0]));
	memset(l->step[1], 0xff, l->node_count * sizeof(*l->step[1]));
	l->step[way][source] = l->arc_count << 1;
	l->queue[tail++] = source << 1 | way;
	l->work += l->node_count / 8;
	while (head < tail) {
		uint32_t node = l->queue[head] >> 1;

		from = l->queue[head++] & 1;
		for (i = l->first[node]; i < l->first[node + 1]; i++) {
			const struct arc *a = &l->arcs[i];

			l->work++;
			to = l->component[a->to] == l->component[source] ? step_way(a->types, from) : -1;
			if (to < 0 || arrived(l, a->to, 0) || arrived(l, a->to, (unsigned)to))
				continue;
			l->step[to][a->to] = i << 1 | from;
			l->queue[tail++] = a->to << 1 | (unsigned)to;
		}
	}
}

/* ---- weighing a choice of occurrences ---- */

struct choice {
	struct mg_edge *edges[LONGEST];
	uint32_t pick[LONGEST], best_pick[LONGEST];
	uint32_t count;
	bool lump; /* a choice was none because of one */
};

static const struct mg_occ *picked(const struct choice *c, uint32_t i)
{
	return c->edges[i % c->count]->list[c->pick[i % c->count]];
}

static bool is_shared(const struct mg_class *c, uint32_t flags, uint32_t mask)
{
	return is_context(c) || c->kind == RDEP_FILE || (flags & mask);
}

/* Are all the locks such as processes have in common? */
static bool all_shared(const struct choice *c)
{
	uint32_t i, locks = 0;

	for (i = 0; i < c->count; i++) {
		const struct mg_occ *o = picked(c, i);

		if (!is_shared(o->edge->from, o->flags, RDEP_OCCURRENCE_FROM_SHARED) ||
		    !is_shared(o->edge->to, o->flags, RDEP_OCCURRENCE_TO_SHARED))
			return false;
		locks += !is_context(o->edge->to);
	}
	return locks > 0;
}

/* Does every thread wait for the next? */
static bool is_strong(const struct choice *c)
{
	uint32_t i;

	for (i = 0; i < c->count; i++)
		if (picked(c, i)->raw.type & RECURSIVE_READ && picked(c, i + 1)->raw.type & HELD_SHARED)
			return false;
	return true;
}

static bool of_one_process(const struct choice *c)
{
	uint32_t i;

	for (i = 1; i < c->count; i++)
		if (picked(c, i)->thread->origin->hash != picked(c, 0)->thread->origin->hash)
			return false;
	return true;
}

/*
 * Is the order of the two locks decided in the program's own code? That is in the function that calls both, which is
 * where the two stacks part; the first lock's may have returned, and only its caller be live. Where that is not known, it
 * may be.
 */
static bool is_bound(const struct mg_occ *o)
{
	const struct mg_module *program = o->thread->origin->program;
	const struct mg_stack *a = o->acquire, *h = o->held;
	size_t i = a ? a->count : 0, k = h ? h->count : 0;

	if (!program)
		return false;
	if (!(o->raw.flags & RDEP_EDGE_HELD_LIVE) || !i || !k || (a->flags | h->flags) & RDEP_STACK_CUT)
		return true;
	if (o->raw.flags & RDEP_EDGE_HELD_CALLER)
		return k < 2 || h->places[1].module == program;
	while (i > 1 && k > 1 && mg_same_place(a->places[i - 1], h->places[k - 1]))
		i--, k--;
	/* One call took both: a loop around it, or its function was called twice. */
	if (mg_same_place(a->places[i - 1], h->places[k - 1]))
		return true;
	return a->places[i - 1].module == program;
}

/* Could one program run all of it? */
static bool one_program(const struct choice *c)
{
	uint64_t program = 0;
	uint32_t i;

	for (i = 0; i < c->count; i++) {
		const struct mg_occ *o = picked(c, i);

		if (!is_bound(o))
			continue;
		if (program && program != o->thread->origin->program_hash)
			return false;
		program = o->thread->origin->program_hash;
	}
	return true;
}

static bool share_site(const struct mg_role *a, const struct mg_role *b)
{
	const struct mg_class *c = a->cls;
	struct mg_place made = {0};
	size_t i, k;

	/* All roles of such a class were taken where it was made. */
	if (c->origin == RDEP_BY_FIRST && c->stack && c->skip < c->stack->count)
		made = c->stack->places[c->skip];
	for (i = 0; i < a->site_count; i++)
		for (k = 0; k < b->site_count; k++)
			if (mg_same_place(a->sites[i], b->sites[k]) && !mg_same_place(a->sites[i], made))
				return true;
	return false;
}

/* May the locks be of one sort? */
static bool same_role(const struct mg_role *a, const struct mg_role *b)
{
	if (!a || !b || a == b || !a->callers->count || !b->callers->count)
		return true;
	return mg_same_place(a->callers->places[0], b->callers->places[0]) || share_site(a, b);
}

/* A name in two programs. */
static bool same_name(const struct mg_occ *in, const struct mg_occ *out)
{
	const struct mg_class *c = in->edge->to;

	if (c->origin != RDEP_BY_NAME || c->kind == RDEP_DOMAIN || c->kind == RDEP_FILE || c->kind == RDEP_LOADER ||
	    in->thread->origin->program_hash == out->thread->origin->program_hash)
		return true;
	return in->acquire && in->acquire->count && out->held_site.module &&
	       in->acquire->places[0].module == out->held_site.module;
}

/* Are they the same locks, as far as two processes can tell? */
static bool joined(struct choice *c)
{
	uint32_t i;

	for (i = 0; i < c->count; i++) {
		const struct mg_occ *in = picked(c, i), *out = picked(c, i + 1);

		if (!same_name(in, out))
			return false;
		if (in->thread->origin->hash != out->thread->origin->hash && !same_role(in->to_role, out->from_role)) {
			c->lump = true;
			return false;
		}
	}
	return true;
}

/* What one thread does in a row: over a domain, whose allocation reclaims; or by holding on to the first lock. */
static bool one_step(const struct choice *c, uint32_t i)
{
	const struct mg_occ *a = picked(c, i), *b = picked(c, i + 1);
	uint32_t k;

	if (is_context(a->edge->to))
		return true;
	if (a->thread->hash != b->thread->hash)
		return false;
	for (k = 0; k < b->raw.gate_count; k++)
		if (b->gates[k].inst.address == a->raw.from_inst.address &&
		    b->gates[k].inst.generation == a->raw.from_inst.generation)
			return true;
	return b->raw.flags & RDEP_EDGE_GATES_CUT;
}

static bool one_doing(const struct choice *c, uint32_t i, uint32_t j)
{
	uint32_t k;

	for (k = i; k != j && one_step(c, k); k = (k + 1) % c->count)
		;
	if (k == j)
		return true;
	for (k = j; k != i && one_step(c, k); k = (k + 1) % c->count)
		;
	return k == i;
}

/* A record does not tell a gate's class where the lock is no end of an edge: then it may be any. */
static bool same_gate(const struct mg_gate *x, const struct mg_gate *y)
{
	if (x->cls && y->cls && x->cls != y->cls)
		return false;
	return !(x->cls && x->cls->kind == RDEP_SEM) && (x->inst.mode == RDEP_WRITE || y->inst.mode == RDEP_WRITE);
}

static bool share_gate(const struct mg_occ *a, const struct mg_occ *b)
{
	uint32_t i, k;

	for (i = 0; i < a->raw.gate_count; i++)
		for (k = 0; k < b->raw.gate_count; k++)
			if (same_gate(&a->gates[i], &b->gates[k]))
				return true;
	return false;
}

static bool is_guarded(const struct choice *c)
{
	uint32_t i, j;

	for (i = 0; i < c->count; i++)
		for (j = i + 1; j < c->count; j++)
			if (share_gate(picked(c, i), picked(c, j)) && !one_doing(c, i, j))
				return true;
	return false;
}

static bool one_first_thread(const struct choice *c)
{
	uint32_t i;

	for (i = 0; i < c->count; i++) {
		const struct mg_thread *t = picked(c, i)->thread;

		if (is_context(c->edges[i]->to) || !mg_is_first_thread(t) ||
		    t->origin->program_hash != picked(c, 0)->thread->origin->program_hash)
			return false;
	}
	return true;
}

/* 0: this choice is none. */
static unsigned weigh(struct choice *c)
{
	bool shared;

	if (of_one_process(c) || !is_strong(c))
		return 0;
	shared = all_shared(c);
	if (!shared && (!joined(c) || !one_program(c)))
		return 0;
	if (is_guarded(c))
		return RDEP_GUARDED;
	return one_first_thread(c) && !shared ? RDEP_SINGLE_THREAD : RDEP_POSSIBLE;
}

static bool turn(struct choice *c)
{
	uint32_t i;

	for (i = 0; i < c->count; i++) {
		if (++c->pick[i] < c->edges[i]->count)
			return true;
		c->pick[i] = 0;
	}
	return false;
}

static unsigned weigh_all(struct look *l, struct choice *c)
{
	unsigned best = 0, v, tries = 0;

	memset(c->pick, 0, sizeof(c->pick));
	do {
		v = weigh(c);
		l->weighed += c->count * c->count;
		if (v > best) {
			best = v;
			memcpy(c->best_pick, c->pick, sizeof(c->pick));
		}
	} while (best < RDEP_POSSIBLE && ++tries < CHOICES_MAX && turn(c));
	return best;
}

/* ---- findings ---- */

static unsigned kind_of(const struct choice *c)
{
	uint32_t i;

	for (i = 0; i < c->count; i++)
		if (is_context(c->edges[i]->to))
			return RDEP_K_RECLAIM_INVERSION;
	return RDEP_K_LOCK_INVERSION;
}

/* An allocation comes first, else the edge whose rotation is the least. */
static uint32_t first_of(const struct choice *c)
{
	uint32_t i, first = 0;

	for (i = 0; i < c->count; i++)
		if (is_context(c->edges[i]->to))
			return i;
	for (i = 1; i < c->count; i++)
		if (c->edges[i]->hash < c->edges[first]->hash)
			first = i;
	return first;
}

static size_t count_processes(const struct mg_view *v)
{
	size_t i, k, n = 0;

	for (i = 0; i < v->occ_count; i++) {
		for (k = 0; k < i && v->occs[k]->thread->origin->hash != v->occs[i]->thread->origin->hash; k++)
			;
		n += k == i;
	}
	return n;
}

static void tell(struct look *l, struct choice *c, uint64_t key, unsigned verdict)
{
	struct mg_finding *f = rdep_arena_alloc(&l->m->arena, sizeof(*f));
	struct mg_view *v = &f->best;
	uint32_t i, first = first_of(c);

	f->key = key;
	v->raw.kind = (uint8_t)kind_of(c);
	v->raw.verdict = (uint8_t)verdict;
	v->raw.flags = RDEP_FINDING_ACROSS;
	v->occs = rdep_alloc(c->count * sizeof(*v->occs));
	for (i = 0; i < c->count; i++) {
		struct mg_edge *e = c->edges[(first + i) % c->count];

		v->occs[i] = e->list[c->best_pick[(first + i) % c->count]];
		v->occs[i]->refs++;
	}
	v->occ_count = c->count;
	v->thread = v->occs[0]->thread;
	v->thread->refs++;
	f->count = 1;
	f->processes = count_processes(v);
	mg_add(&l->m->across, key, f);
}

/* What a process showed as a whole it judged by more than is known here. */
static bool is_told(const struct look *l, uint64_t key, unsigned verdict)
{
	const struct mg_finding *f = mg_get(&l->m->findings, key);

	return f && (f->best.raw.verdict > RDEP_GUARDED || verdict <= RDEP_GUARDED);
}

static void judge(struct look *l, struct choice *c)
{
	uint64_t key = mg_cycle_key(kind_of(c), c->edges, c->count), *seen = rdep_map_put(&l->seen, key);
	unsigned verdict;

	if (*seen || is_told(l, key, RDEP_POSSIBLE))
		return;
	*seen = 1;
	verdict = weigh_all(l, c);
	l->lumps |= !verdict && c->lump;
	if (verdict && !is_told(l, key, verdict))
		tell(l, c, key, verdict);
}

/* The cycle of that arc and the way back that was found; false: there is none. */
static bool make_cycle(struct look *l, const struct arc *a, uint8_t type, struct choice *c)
{
	uint32_t node = a->from, i, step, back[LONGEST], n = 0;
	unsigned way = 1;

	/* Who holds it as a reader must not have arrived as a recursive one. */
	if (type & HELD_SHARED || !arrived(l, node, 1))
		way = 0;
	if (!arrived(l, node, way))
		return false;
	while (node != a->to || (l->step[way][node] >> 1) != l->arc_count) {
		step = l->step[way][node];
		if (n + 1 >= LONGEST)
			return false;
		back[n++] = step >> 1;
		way = step & 1;
		node = l->arcs[step >> 1].from;
	}
	memset(c, 0, sizeof(*c));
	c->edges[c->count++] = a->edge;
	for (i = n; i-- > 0;)
		c->edges[c->count++] = l->arcs[back[i]].edge;
	return true;
}

static bool is_on_cycle(const struct look *l, const struct arc *a)
{
	return l->component[a->from] == l->component[a->to];
}

static int by_to(const void *a, const void *b)
{
	const struct arc *x = *(const struct arc *const *)a, *y = *(const struct arc *const *)b;

	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	return x->edge->hash < y->edge->hash ? -1 : x->edge->hash > y->edge->hash;
}

/* Of every arc that is on a cycle: the shortest one, by each way that it acquires. */
static void search(struct look *l)
{
	const struct arc **arcs = rdep_alloc((l->arc_count + 1u) * sizeof(*arcs));
	struct choice c;
	uint32_t i, n = 0, source;
	unsigned way;

	for (i = 0; i < l->arc_count; i++)
		if (is_on_cycle(l, &l->arcs[i]))
			arcs[n++] = &l->arcs[i];
	if (n)
		qsort(arcs, n, sizeof(*arcs), by_to);
	for (way = 0; way < 2; way++) {
		source = NONE;
		for (i = 0; i < n; i++) {
			uint8_t types = arcs[i]->types & (way ? RECURSIVE_READ : (uint8_t)~RECURSIVE_READ);
			bool cut = l->work > WORK_MAX || l->weighed > WEIGH_MAX || l->m->across.count >= FINDINGS_MAX;

			if (!types)
				continue;
			if (cut) {
				l->m->search_cut = true;
				break;
			}
			if (arcs[i]->to != source)
				reach(l, source = arcs[i]->to, way);
			if (make_cycle(l, arcs[i], types & (uint8_t)~HELD_SHARED ? RDEP_TYPE_EN : RDEP_TYPE_SN, &c))
				judge(l, &c);
		}
	}
	free(arcs);
}

void mg_look_across(struct rdep_merge *m)
{
	struct look l = {.m = m};

	mg_sort(&m->edges);
	build(&l);
	find_components(&l);
	l.step[0] = rdep_alloc((l.node_count + 1u) * sizeof(*l.step[0]));
	l.step[1] = rdep_alloc((l.node_count + 1u) * sizeof(*l.step[1]));
	l.queue = rdep_alloc((2u * (size_t)l.node_count + 2) * sizeof(*l.queue));
	memset(l.step[0], 0xff, (l.node_count + 1u) * sizeof(*l.step[0]));
	memset(l.step[1], 0xff, (l.node_count + 1u) * sizeof(*l.step[1]));
	search(&l);
	m->lumps_left = l.lumps;
	free(l.nodes);
	free(l.arcs);
	free(l.first);
	free(l.component);
	free(l.step[0]);
	free(l.step[1]);
	free(l.queue);
	rdep_map_free(&l.seen);
}
