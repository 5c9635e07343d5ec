/* SPDX-License-Identifier: MIT */
/*
 * merge_test.c - merging records: in any order and grouping the same bytes; nothing lost, nothing made up; and what of
 * two processes' edges is a cycle, and what is not.
 *
 * merge_test [SEED]: the random records of that seed alone. merge_test --make DIR N: N such records, to measure with.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "reports/merge.h"
#include "reports/model.h"
#include "tests/unit/record_maker.h"
#include "tests/unit/tap.h"

/* In memory, where that can be: what is merged is synced to the disk. */
static char dir[64];

/* ---- chance ---- */

static uint64_t chance;

static uint32_t below(uint32_t n)
{
	chance = chance * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(chance >> 33) % n;
}

/* ---- files ---- */

static const char *file(const char *name)
{
	static char paths[16][300];
	static unsigned next;

	snprintf(paths[next % 16], sizeof(*paths), "%s/%s", dir, name);
	return paths[next++ % 16];
}

static char *slurp(const char *path, size_t *n)
{
	FILE *f = fopen(path, "r");
	char *data;
	struct stat st;

	if (!f || fstat(fileno(f), &st) < 0)
		return NULL;
	data = malloc((size_t)st.st_size + 1);
	*n = fread(data, 1, (size_t)st.st_size, f);
	fclose(f);
	return data;
}

static bool same_bytes(const char *a, const char *b)
{
	size_t n = 0, m = 0;
	char *x = slurp(a, &n), *y = slurp(b, &m);
	bool same = x && y && n == m && memcmp(x, y, n) == 0;

	free(x);
	free(y);
	return same;
}

static void keep_quiet(void *arg, const char *text)
{
	(void)text;
	++*(size_t *)arg;
}

static struct rdep_merge_counts last;

/* Merges n records into `out`; how many could not be read. */
static size_t merge(const char *out, size_t n, const char **in)
{
	struct rdep_merge *m = rdep_merge_new(NULL);
	struct rdep_error err = {""};
	size_t bad = 0, i;

	for (i = 0; i < n; i++)
		if (rdep_merge_name(m, in[i], keep_quiet, &bad, &err) < 0)
			bad++;
	rdep_merge_read(m, keep_quiet, &bad);
	last = rdep_merge_counts(m);
	if (rdep_merge_write(m, out, false, &err) < 0)
		printf("# %s\n", err.text);
	rdep_merge_free(m);
	return bad;
}

/* ---- records by chance, from a small world ---- */

#define MODULES 4u
#define PLACES 24u
#define CLASSES 14u

/* What the worlds of a seed are like: all sorts of things; few, and each often; few, of very many sorts. */
enum { MIXED, ALIKE, MANY_SORTS, LIKES };
static unsigned like;

struct world {
	struct maker m;
	uint64_t base[MODULES];
	uint32_t module[MODULES]; /* ids; 0: not there */
	uint32_t cls[CLASSES];
	uint32_t thread[3];
	uint32_t edges[24], froms[24], tos[24];
	unsigned edge_count;
};

static uint32_t put_module(struct maker *m, unsigned which, uint64_t base)
{
	char path[64];
	struct rdep_module mod = {.id = ++m->next[RDEP_MODULE], .build_id_len = 20, .start = base, .end = base + 0x10000, .bias = base};
	char payload[sizeof(mod) + sizeof(path)];

	memset(mod.build_id, (int)which + 1, 20);
	/* One build-id may lie at several paths; the last module has none. */
	mod.path_len = (uint32_t)snprintf(path, sizeof(path), "%s/module%u", below(2) && which < 2 ? "/a" : "/b", which);
	if (which == MODULES - 1)
		mod.build_id_len = 0;
	memcpy(payload, &mod, sizeof(mod));
	memcpy(payload + sizeof(mod), path, mod.path_len);
	maker_put(m, RDEP_MODULE, payload, sizeof(mod) + mod.path_len, sizeof(mod) + mod.path_len);
	return mod.id;
}

static uint64_t pc_in(const struct world *w, unsigned place)
{
	unsigned m = place % MODULES;

	return w->base[m] + 0x1000 + place * 16;
}

static uint32_t some_stack(struct world *w, unsigned first)
{
	uint64_t pcs[6];
	unsigned n = like == ALIKE ? 3 : 1 + below(5), i;

	pcs[0] = pc_in(w, first);
	for (i = 1; i < n; i++)
		pcs[i] = like == ALIKE ? pc_in(w, i)
			 : below(10)  ? pc_in(w, below(6))
				      : 0x7f0000000000u + below(1000);
	return maker_stack(&w->m, n, pcs);
}

static void put_class(struct world *w, unsigned i)
{
	struct rdep_class c = {.id = ++w->m.next[RDEP_CLASS], .kind = RDEP_MUTEX, .address = 0x5000 + below(9999)};
	char payload[sizeof(c) + 16] = {0};
	size_t n = 0;

	w->cls[i] = c.id;
	if (i < 4) {
		c.origin = RDEP_BY_NAME;
		n = (size_t)snprintf(payload + sizeof(c), 16, "lock%u", i);
	} else if (i < 8) {
		c.origin = RDEP_BY_STATIC;
		c.module = w->module[i % MODULES];
		c.offset = 0x8000;
	} else {
		c.origin = i & 1 ? RDEP_BY_INIT : RDEP_BY_FIRST;
		c.stack = some_stack(w, i);
		c.kind = i < 11 ? RDEP_MUTEX : RDEP_RWLOCK;
	}
	c.name_len = (uint32_t)n;
	memcpy(payload, &c, sizeof(c));
	maker_put(&w->m, RDEP_CLASS, payload, sizeof(c) + n, offsetof(struct rdep_class, acquisitions));
}

static void put_edge(struct world *w, unsigned from, unsigned to, uint32_t id, unsigned type)
{
	struct rdep_edge e = {.id = id,
			      .from = w->cls[from],
			      .to = to == CLASSES ? RDEP_CLASS_FS_RECLAIM : w->cls[to],
			      .type = (uint8_t)(1u << type),
			      .from_inst = {.address = 0x100u * (1 + from) + below(4) * 16, .generation = 1},
			      .to_inst = {.address = 0x100u * (1 + to) + below(4) * 16, .generation = 1},
			      .held_site = pc_in(w, below(PLACES)),
			      .held_stack = below(3) ? some_stack(w, below(PLACES)) : 0,
			      .acquire_stack = some_stack(w, below(PLACES)),
			      .thread = w->thread[like == ALIKE ? 1 : below(3)],
			      .clock = below(5)};
	unsigned i;

	e.gate_count = (uint16_t)(like == ALIKE ? 0 : like == MANY_SORTS ? below(4) : below(3) ? 0 : below(4));
	for (i = 0; i < e.gate_count; i++)
		e.gates[i] = (struct rdep_instance){.address = 0x100u * (1 + below(CLASSES)), .generation = 1};
	maker_put(&w->m, w->m.next[RDEP_EDGE] < id ? RDEP_EDGE : RDEP_SAMPLE, &e,
		  offsetof(struct rdep_edge, gates) + e.gate_count * sizeof(e.gates[0]),
		  offsetof(struct rdep_edge, gates) + e.gate_count * sizeof(e.gates[0]));
	w->m.next[RDEP_EDGE] = id;
}

static void put_edges(struct world *w)
{
	unsigned n = 4 + below(20), i, k, classes = like == MIXED ? CLASSES : 3;

	for (i = 0; i < n; i++) {
		unsigned from = below(classes), to = below(classes + (like == MIXED));

		for (k = 0; k < w->edge_count && (w->froms[k] != from || w->tos[k] != to); k++)
			;
		if (k < w->edge_count)
			continue;
		w->froms[k] = from;
		w->tos[k] = to;
		w->edges[k] = ++w->edge_count;
		put_edge(w, from, to, w->edges[k], like == ALIKE ? 0 : below(4));
		while (below(3) == 0 || (like == MANY_SORTS && below(6)))
			put_edge(w, from, to, w->edges[k], like == ALIKE ? 0 : below(4));
	}
}

static void put_findings(struct world *w)
{
	uint32_t edges[3];
	unsigned n = below(4), i;

	for (i = 0; i < n; i++) {
		edges[0] = w->edges[below(w->edge_count)];
		edges[1] = w->edges[below(w->edge_count)];
		edges[2] = w->edges[below(w->edge_count)];
		maker_cycle(&w->m, 0, 0, RDEP_K_LOCK_INVERSION, like == ALIKE ? RDEP_POSSIBLE : 1 + below(5),
			    2 + below(2), edges);
	}
	if (below(2))
		maker_self_deadlock(&w->m, w->cls[below(CLASSES)], some_stack(w, 3), some_stack(w, 4 + below(2)));
}

static void put_sites(struct world *w)
{
	struct rdep_site_held held = {.cls = w->cls[below(3)], .stack = some_stack(w, 2), .site = pc_in(w, below(3))};
	struct maker_site site = {.pc = pc_in(w, below(4)), .stack = some_stack(w, 1), .raw_gfp = RDEP_GFP_KERNEL, .gfp = RDEP_GFP_NOFS};

	site.scopes[0] = maker_scope(&w->m, RDEP_SCOPE_NOFS, pc_in(w, below(3)), some_stack(w, 5), 1, &held, "why", below(9));
	site.scope = RDEP_SCOPE_NOFS;
	maker_site(&w->m, &site, 1, &held, 1 + below(20));
	maker_domain_site(&w->m, RDEP_CLASS_FS_RECLAIM, pc_in(w, below(4)), some_stack(w, 6));
	maker_domain_site(&w->m, w->cls[9], pc_in(w, below(4)), some_stack(w, 6));
}

static void random_record(const char *path, uint32_t pid)
{
	static const char *const exes[] = {"/a/module0", "/b/module0", "/a/module1", "/nowhere/other"};
	struct world w = {.edge_count = 0};
	unsigned i, first;

	maker_init(&w.m, pid);
	maker_exe(&w.m, exes[like == ALIKE ? 0 : below(4)], "x\0y\0", 4);
	maker_text(&w.m, RDEP_OPTIONS, below(2) ? "output=/tmp/o:stat=0" : "output=/tmp/o:stat=0:fail_on=certain");
	maker_text(&w.m, RDEP_NOTE, below(2) ? "one note" : "another note");
	for (i = 0; i < MODULES; i++) {
		w.base[i] = 0x10000000ull * (1 + i) + below(64) * 0x20000;
		w.module[i] = put_module(&w.m, i, w.base[i]);
	}
	for (i = 0; i < 3; i++)
		w.thread[i] = maker_thread(&w.m, i ? "worker" : "main");
	/* In any order: what is the same is told by nothing but itself. */
	first = below(CLASSES);
	for (i = 0; i < CLASSES; i++)
		put_class(&w, (first + 5 * i) % CLASSES);
	put_edges(&w);
	put_findings(&w);
	put_sites(&w);
	w.m.header.counters[RDEP_C_EDGES_DROPPED] = below(3);
	w.m.header.state = below(4) ? RDEP_EXITING : RDEP_RUNNING;
	maker_write(&w.m, path);
	maker_free(&w.m);
}

/* ---- the same bytes, whatever the order ---- */

#define RECORDS 8u

static const char *record_name(unsigned i)
{
	char name[32];

	snprintf(name, sizeof(name), "r%u.rdep", i);
	return strdup(file(name));
}

static void shuffle(const char **list, unsigned n)
{
	unsigned i;

	for (i = n; i > 1; i--) {
		unsigned k = below(i);
		const char *t = list[i - 1];

		list[i - 1] = list[k];
		list[k] = t;
	}
}

/* Merges some of them into one, until one is left. */
static void merge_in_groups(const char *out, const char **records, unsigned n)
{
	const char *left[RECORDS], *some[RECORDS];
	unsigned step = 0, i, k;
	char name[32];

	memcpy(left, records, n * sizeof(*left));
	while (n > 1) {
		shuffle(left, n);
		k = 2 + below(n - 1);
		memcpy(some, left, k * sizeof(*some));
		snprintf(name, sizeof(name), "step%u.rdep", step++);
		left[0] = n == k ? out : strdup(file(name));
		merge(left[0], k, some);
		for (i = k; i < n; i++)
			left[i - k + 1] = left[i];
		n -= k - 1;
	}
}

static bool orders_agree(uint64_t seed)
{
	const char *records[RECORDS], *again[RECORDS + 3], *part = strdup(file("part.rdep")), *whole = strdup(file("whole.rdep")),
				       *other = strdup(file("other.rdep"));
	unsigned i, round;
	bool same = true;

	chance = seed;
	like = (unsigned)(seed % LIKES);
	for (i = 0; i < RECORDS; i++) {
		records[i] = record_name(i);
		random_record(records[i], 100 + i);
	}
	merge(whole, RECORDS, records);
	for (round = 0; round < 4 && same; round++) {
		shuffle(records, RECORDS);
		merge(other, RECORDS, records);
		same = same_bytes(whole, other);
		if (same)
			merge_in_groups(other, records, RECORDS);
		same = same && same_bytes(whole, other);
	}
	memcpy(again, records, sizeof(records));
	again[RECORDS] = records[below(RECORDS)];
	again[RECORDS + 1] = whole;
	again[RECORDS + 2] = part;
	merge(part, 3, records);
	merge(other, RECORDS + 3, again);
	same = same && same_bytes(whole, other) && last.again == RECORDS + 2;
	return same;
}

/* ---- nothing lost, nothing made up ---- */

/* What a class is, in words that hold for every record. */
static char *class_words(const struct rdep_record *r, uint32_t id)
{
	const struct rdep_rclass *c = rdep_record_class(r, id);
	const struct rdep_rstack *s = c ? rdep_record_stack(r, c->raw->stack) : NULL;
	const struct rdep_rmodule *m = NULL;
	char *text = NULL;
	size_t i;

	if (id < RDEP_FIRST_CLASS || !c)
		return asprintf(&text, "domain %u", id) < 0 ? NULL : text;
	for (i = 0; i < r->module_count; i++)
		if (r->modules[i].raw->id == c->raw->module)
			m = &r->modules[i];
	if (c->raw->origin == RDEP_BY_NAME)
		return asprintf(&text, "name %s", c->name) < 0 ? NULL : text;
	if (c->raw->origin == RDEP_BY_STATIC)
		return asprintf(&text, "static %d+%llx", m ? m->path[strlen(m->path) - 1] : 0, (unsigned long long)c->raw->offset) < 0 ? NULL : text;
	m = s && s->modules[0] ? &r->modules[s->modules[0] - 1] : NULL;
	return asprintf(&text, "made %u %u %d+%llx", c->raw->origin, c->raw->kind, m ? m->path[strlen(m->path) - 1] : 0,
			(unsigned long long)(m ? s->raw->pcs[0] - m->raw->bias : 0)) < 0 ? NULL : text;
}

struct lines {
	char **list;
	size_t count;
	bool too_many; /* occurrences of an edge */
};

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_record(struct lines *l, const char *path)
{
	struct rdep_error err;
	struct rdep_record *r = rdep_record_open(path, &err);
	size_t i;

	for (i = 0; r && i < r->class_count; i++) {
		RDEP_GROW(l->list, l->count);
		l->list[l->count++] = class_words(r, r->classes[i].raw->id);
	}
	for (i = 0; r && i < r->edge_count; i++) {
		const struct rdep_redge *e = &r->edges[i];
		char *from = class_words(r, e->first.raw->from), *to = class_words(r, e->first.raw->to);

		/* Of 16 sorts two, and what findings rest on. */
		if (r->header.merged && e->sample_count >= 32 + r->finding_count * 3)
			l->too_many = true;
		RDEP_GROW(l->list, l->count);
		if (asprintf(&l->list[l->count++], "%s -> %s", from, to) < 0)
			abort();
		free(from);
		free(to);
	}
	rdep_record_close(r);
}

static void settle(struct lines *l)
{
	size_t i, n = 0;

	qsort(l->list, l->count, sizeof(*l->list), by_text);
	for (i = 0; i < l->count; i++)
		if (!n || strcmp(l->list[n - 1], l->list[i]) != 0)
			l->list[n++] = l->list[i];
	l->count = n;
}

static bool union_holds(uint64_t seed)
{
	struct lines want = {0}, got = {0};
	size_t i, distinct;
	bool same;

	(void)seed;
	for (i = 0; i < RECORDS; i++)
		add_record(&want, record_name((unsigned)i));
	add_record(&got, file("whole.rdep"));
	settle(&want);
	distinct = got.count;
	settle(&got);
	/* Each is there once, but for those that nothing tells apart. */
	same = want.count == got.count && distinct == got.count && !got.too_many;
	for (i = 0; same && i < want.count; i++)
		same = strcmp(want.list[i], got.list[i]) == 0;
	if (!same)
		printf("# %zu lines wanted, %zu there, %zu of them distinct; first: %s, %s\n", want.count, distinct,
		       got.count, i ? want.list[i - 1] : "", i ? got.list[i - 1] : "");
	return same;
}

/* ---- what is a cycle of two processes ---- */

struct half {
	const char *exe; /* "/bin/one", "/bin/two" */
	const char *name; /* of an annotated class; NULL: a library's variables */
	unsigned from, to; /* variables of the library, by number; 9: fs_reclaim */
	unsigned type; /* RDEP_TYPE_*; 0: EN */
	unsigned gate; /* a variable; 0: none */
	bool first_thread, in_program, of_files, unknown_gate;
};

static uint32_t variable(struct maker *m, const struct half *h, uint32_t lib, unsigned n)
{
	char name[64];
	struct rdep_class c = {.origin = RDEP_BY_NAME, .kind = RDEP_FILE};
	char payload[sizeof(c) + sizeof(name)] = {0};

	if (n == 9)
		return RDEP_CLASS_FS_RECLAIM;
	if (!h->name && !h->of_files)
		return maker_class_static(m, lib, 0x100 * n);
	c.name_len = (uint32_t)snprintf(name, sizeof(name), "%s%u", h->name ? h->name : "/run/file", n);
	if (!h->of_files)
		return maker_class_named(m, name);
	c.id = ++m->next[RDEP_CLASS];
	memcpy(payload, &c, sizeof(c));
	memcpy(payload + sizeof(c), name, c.name_len);
	maker_put(m, RDEP_CLASS, payload, sizeof(c) + c.name_len, sizeof(c) + c.name_len);
	return c.id;
}

static void write_half(const char *path, uint32_t pid, const struct half *h)
{
	struct maker m;
	uint64_t pcs[2], held[2], base = 0x100000ull * pid;
	uint32_t lib, stack, gate = 0;
	struct rdep_edge e = {.id = 1, .type = RDEP_TYPE_EN, .gate_count = h->gate != 0};

	maker_init(&m, pid);
	maker_exe(&m, h->exe, "x\0", 2);
	maker_module(&m, h->exe, base, base + 0x1000, base);
	lib = maker_module(&m, "/lib/shared.so", base + 0x10000, base + 0x18000, base + 0x10000);
	pcs[0] = (h->in_program ? base : base + 0x10000) + 0x100;
	pcs[1] = base + 0x200;
	stack = maker_stack(&m, 2, pcs);
	maker_thread(&m, "main");
	maker_thread(&m, "worker");
	e.from = variable(&m, h, lib, h->from);
	e.to = variable(&m, h, lib, h->to);
	if (h->gate)
		gate = variable(&m, h, lib, h->gate);
	e.type = (uint8_t)(h->type ? h->type : RDEP_TYPE_EN);
	e.flags = RDEP_EDGE_HELD_LIVE;
	e.held_site = pcs[0] - 0x40;
	held[0] = pcs[0] - 0x40;
	held[1] = pcs[1];
	e.acquire_stack = stack;
	e.held_stack = maker_stack(&m, 2, held);
	e.thread = h->first_thread ? 1 : 2;
	e.from_inst.address = 0x1000 + h->from;
	e.to_inst.address = 0x1000 + h->to;
	e.gates[0] = (struct rdep_instance){.address = 0x77};
	maker_put(&m, RDEP_EDGE, &e, offsetof(struct rdep_edge, gates) + e.gate_count * sizeof(e.gates[0]),
		  offsetof(struct rdep_edge, gates) + e.gate_count * sizeof(e.gates[0]));
	if (gate && !h->unknown_gate) {
		/* What tells the gate's class: it is the end of another edge. */
		e = (struct rdep_edge){.id = 2, .from = gate, .to = e.from, .type = RDEP_TYPE_EN, .thread = 2, .from_inst = {.address = 0x77}};
		maker_put(&m, RDEP_EDGE, &e, offsetof(struct rdep_edge, gates), offsetof(struct rdep_edge, gates));
	}
	maker_write(&m, path);
	maker_free(&m);
}

/* The verdict of the one cycle that is found; 0: none. */
static unsigned verdict_of(const struct half *a, const struct half *b)
{
	const char *in[2] = {strdup(file("half1.rdep")), strdup(file("half2.rdep"))}, *out = strdup(file("halves.rdep"));
	struct rdep_error err;
	struct rdep_record *r;
	unsigned verdict = 0;

	write_half(in[0], 1, a);
	write_half(in[1], 2, b);
	merge(out, 2, in);
	r = rdep_record_open(out, &err);
	if (r && r->finding_count > 1)
		verdict = 99;
	else if (r && r->finding_count && r->findings[0].raw->flags & RDEP_FINDING_ACROSS)
		verdict = r->findings[0].raw->verdict;
	if (r && (r->places_damaged || r->items_bad || r->items_unknown))
		verdict = 98;
	rdep_record_close(r);
	return verdict;
}

static void test_verdicts(void)
{
	static const struct {
		const char *what;
		unsigned verdict;
		struct half a, b;
	} cases[] = {
		{"two runs, one order each", RDEP_POSSIBLE, {.exe = "/bin/one", .from = 1, .to = 2}, {.exe = "/bin/one", .from = 2, .to = 1}},
		{"one order", 0, {.exe = "/bin/one", .from = 1, .to = 2}, {.exe = "/bin/one", .from = 1, .to = 2}},
		{"other locks", 0, {.exe = "/bin/one", .from = 1, .to = 2}, {.exe = "/bin/one", .from = 2, .to = 3}},
		{"two programs, in their library's own code", RDEP_POSSIBLE, {.exe = "/bin/one", .from = 1, .to = 2}, {.exe = "/bin/two", .from = 2, .to = 1}},
		{"two programs, one side in a program's code", RDEP_POSSIBLE, {.exe = "/bin/one", .from = 1, .to = 2, .in_program = true}, {.exe = "/bin/two", .from = 2, .to = 1}},
		{"two programs, each side in its own code", 0, {.exe = "/bin/one", .from = 1, .to = 2, .in_program = true}, {.exe = "/bin/two", .from = 2, .to = 1, .in_program = true}},
		{"one program, each side in its own code", RDEP_POSSIBLE, {.exe = "/bin/one", .from = 1, .to = 2, .in_program = true}, {.exe = "/bin/one", .from = 2, .to = 1, .in_program = true}},
		{"a gate of one class on both sides", RDEP_GUARDED, {.exe = "/bin/one", .from = 1, .to = 2, .gate = 5}, {.exe = "/bin/one", .from = 2, .to = 1, .gate = 5}},
		{"a gate that one record does not tell the class of", RDEP_GUARDED, {.exe = "/bin/one", .from = 1, .to = 2, .gate = 5}, {.exe = "/bin/one", .from = 2, .to = 1, .gate = 6, .unknown_gate = true}},
		{"a gate of another class", RDEP_POSSIBLE, {.exe = "/bin/one", .from = 1, .to = 2, .gate = 5}, {.exe = "/bin/one", .from = 2, .to = 1, .gate = 6}},
		{"a gate on one side", RDEP_POSSIBLE, {.exe = "/bin/one", .from = 1, .to = 2, .gate = 5}, {.exe = "/bin/one", .from = 2, .to = 1}},
		{"the first threads of two runs", RDEP_SINGLE_THREAD, {.exe = "/bin/one", .from = 1, .to = 2, .first_thread = true}, {.exe = "/bin/one", .from = 2, .to = 1, .first_thread = true}},
		{"the first thread and another one", RDEP_POSSIBLE, {.exe = "/bin/one", .from = 1, .to = 2, .first_thread = true}, {.exe = "/bin/one", .from = 2, .to = 1}},
		{"the first threads of two programs", RDEP_POSSIBLE, {.exe = "/bin/one", .from = 1, .to = 2, .first_thread = true}, {.exe = "/bin/two", .from = 2, .to = 1, .first_thread = true}},
		{"reclaim, by first threads", RDEP_POSSIBLE, {.exe = "/bin/one", .from = 1, .to = 9, .first_thread = true}, {.exe = "/bin/one", .from = 9, .to = 1, .first_thread = true}},
		{"files, by first threads", RDEP_POSSIBLE, {.exe = "/bin/one", .from = 1, .to = 2, .first_thread = true, .of_files = true}, {.exe = "/bin/one", .from = 2, .to = 1, .first_thread = true, .of_files = true}},
		{"files, in two programs' own code", RDEP_POSSIBLE, {.exe = "/bin/one", .from = 1, .to = 2, .in_program = true, .of_files = true}, {.exe = "/bin/two", .from = 2, .to = 1, .in_program = true, .of_files = true}},
		{"names that two programs happen to share", 0, {.exe = "/bin/one", .from = 1, .to = 2, .name = "lock", .in_program = true}, {.exe = "/bin/two", .from = 2, .to = 1, .name = "lock"}},
		{"names that their library gave", RDEP_POSSIBLE, {.exe = "/bin/one", .from = 1, .to = 2, .name = "lock"}, {.exe = "/bin/two", .from = 2, .to = 1, .name = "lock"}},
		{"recursive readers", 0, {.exe = "/bin/one", .from = 1, .to = 2, .type = RDEP_TYPE_SR}, {.exe = "/bin/one", .from = 2, .to = 1, .type = RDEP_TYPE_SR}},
		{"a writer that holds, readers that wait", RDEP_POSSIBLE, {.exe = "/bin/one", .from = 1, .to = 2, .type = RDEP_TYPE_ER}, {.exe = "/bin/one", .from = 2, .to = 1, .type = RDEP_TYPE_ER}},
		{"a reader that waits for a reader", 0, {.exe = "/bin/one", .from = 1, .to = 2, .type = RDEP_TYPE_ER}, {.exe = "/bin/one", .from = 2, .to = 1, .type = RDEP_TYPE_SN}},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		unsigned v = verdict_of(&cases[i].a, &cases[i].b);

		tap_ok(v == cases[i].verdict, "%s: %u (%u wanted)", cases[i].what, v, cases[i].verdict);
	}
}

/* ---- hostile input ---- */

static void test_hostile(void)
{
	const char *whole = strdup(file("whole.rdep")), *bad = strdup(file("bad.rdep")), *out = strdup(file("out.rdep"));
	const char *both[2] = {bad, record_name(0)};
	size_t n = 0, i, k;
	char *data = slurp(whole, &n), *copy = malloc(n + 1);
	time_t start = time(NULL);
	struct rusage usage;

	for (i = 0; i < 150; i++) {
		FILE *f;
		size_t size = below(5) ? n : below((uint32_t)n);

		memcpy(copy, data, n);
		for (k = 0; k < 1 + below(12); k++)
			copy[RDEP_HEADER_SIZE + below((uint32_t)(n - RDEP_HEADER_SIZE))] = (char)below(256);
		if (below(4))
			maker_repair(copy, size);
		f = fopen(bad, "w");
		fwrite(copy, 1, size, f);
		fclose(f);
		merge(out, 2, both);
		merge(out, 1, (const char *[]){out});
	}
	getrusage(RUSAGE_SELF, &usage);
	tap_ok(time(NULL) - start < 60 && usage.ru_maxrss < 1000000, "forged merged records: %ld s, %ld kB",
	       (long)(time(NULL) - start), usage.ru_maxrss);
	free(data);
	free(copy);
}

static void test_bad_inputs(void)
{
	const char *in[3] = {record_name(0), strdup(file("none.rdep")), record_name(1)}, *out = strdup(file("out.rdep"));
	const char *good[2] = {in[0], in[2]}, *other = strdup(file("other.rdep"));
	FILE *f = fopen(in[1], "w");
	struct stat st;

	fputs("no record", f);
	fclose(f);
	tap_ok(merge(out, 3, in) == 1, "a file that is no record is counted");
	merge(other, 2, good);
	tap_ok(same_bytes(out, other), "and the others are merged");
	tap_ok(stat(out, &st) == 0 && (st.st_mode & 0777) == 0600, "the result is its owner's alone");
	in[0] = out;
	in[1] = record_name(2);
	merge(out, 2, in);
	in[0] = good[0];
	in[2] = good[1];
	merge(other, 3, in);
	tap_ok(same_bytes(out, other), "the result may be one of those that are read");
}

static void clean(void)
{
	struct dirent *d;
	DIR *all = opendir(dir);

	while (all && (d = readdir(all)))
		if (d->d_name[0] != '.')
			unlink(file(d->d_name));
	tap_ok(all != NULL, "the directory is there");
	if (all) {
		closedir(all);
		tap_ok(rmdir(dir) == 0, "nothing is left beside the results");
	}
}

static int make_records(const char *where, unsigned n)
{
	char path[4096];
	unsigned i;

	chance = 1;
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/r%u.rdep", where, i);
		random_record(path, 1000 + i);
	}
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : (uint64_t)time(NULL);
	unsigned i, rounds = argc > 1 ? 1 : 12;
	bool same = true, whole = true;

	if (argc == 4 && !strcmp(argv[1], "--make"))
		return make_records(argv[2], (unsigned)atoi(argv[3]));
	snprintf(dir, sizeof(dir), "%s/merge_test.XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (!mkdtemp(dir))
		return 1;
	for (i = 0; i < rounds && same && whole; i++) {
		printf("# seed %llu\n", (unsigned long long)(seed + i));
		same = orders_agree(seed + i);
		whole = same && union_holds(seed + i);
	}
	tap_ok(same, "any order and any grouping give the same bytes");
	tap_ok(whole, "all classes and edges are there, once, and no others");
	test_hostile();
	test_bad_inputs();
	test_verdicts();
	clean();
	return tap_done();
}
