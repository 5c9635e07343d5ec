/* SPDX-License-Identifier: MIT */
/*
 * select_test.c - the graph of records: classes joined over them, which cycles count where readers are in
 * them, and the parts that can be asked for. --big FILE CLASSES DEPENDENCIES writes a record as big as that.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "reports/graph.h"
#include "tests/unit/record_maker.h"
#include "tests/unit/tap.h"

static char path[64];

static struct rdep_report *read_one(struct maker *m)
{
	struct rdep_report *r = rdep_report_new();
	struct rdep_error err = {""};

	maker_write(m, path);
	if (rdep_report_add(r, path, &err) != 1)
		tap_note("%s", err.text);
	maker_free(m);
	rdep_model_join(r);
	return r;
}

static void edge(struct maker *m, uint32_t from, uint32_t to, unsigned type)
{
	struct rdep_edge e = {.id = ++m->next[RDEP_EDGE],
			      .from = from,
			      .to = to,
			      .type = (uint8_t)type,
			      .from_inst.mode = type & (RDEP_TYPE_SN | RDEP_TYPE_SR) ? RDEP_READ : RDEP_WRITE,
			      .to_inst.mode = type & (RDEP_TYPE_ER | RDEP_TYPE_SR) ? RDEP_READ_REC : RDEP_WRITE,
			      .thread = 1};

	maker_put(m, RDEP_EDGE, &e, sizeof(e), sizeof(e));
}

/* How many edges of a ring with these types lie on a cycle that counts. */
static size_t cyclic_of_ring(size_t n, const unsigned *types)
{
	struct maker m;
	struct rdep_report *r;
	struct rdep_graph *g;
	uint32_t cls[8];
	size_t i, cyclic = 0;

	maker_init(&m, 5);
	maker_thread(&m, "t");
	for (i = 0; i < n; i++) {
		char name[8];

		snprintf(name, sizeof(name), "c%zu", i);
		cls[i] = maker_class_named(&m, name);
	}
	for (i = 0; i < n; i++)
		edge(&m, cls[i], cls[(i + 1) % n], types[i]);
	r = read_one(&m);
	g = rdep_graph_new(r);
	for (i = 0; i < g->edge_count; i++)
		cyclic += g->edges[i].cyclic;
	rdep_graph_free(g);
	rdep_report_free(r);
	return cyclic;
}

static void test_cycles(void)
{
	enum { EN = RDEP_TYPE_EN, ER = RDEP_TYPE_ER, SN = RDEP_TYPE_SN, SR = RDEP_TYPE_SR };
	static const struct {
		size_t n;
		unsigned types[4];
		size_t cyclic;
		const char *what;
	} cases[] = {
		{2, {EN, EN}, 2, "two writers"},
		{2, {ER, SN}, 0, "a recursive reader before one who held as a reader"},
		{2, {SN, ER}, 0, "the same, turned"},
		{2, {ER, EN}, 2, "a recursive reader before a writer"},
		{2, {EN, SN}, 2, "who held as a reader behind a writer"},
		{3, {ER, SN, EN}, 0, "open at one place"},
		{3, {ER, EN, SN}, 3, "closed at all"},
		{3, {SR, SR, SR}, 0, "readers alone"},
		{1, {EN}, 1, "onto itself"},
		{1, {SR}, 0, "a reader onto itself"},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t cyclic = cyclic_of_ring(cases[i].n, cases[i].types);

		tap_ok(cyclic == cases[i].cyclic, "cycles: %s (%zu)", cases[i].what, cyclic);
	}
}

/* Two occurrences of one dependency, of types that only together close the cycle. */
static void test_types_join(void)
{
	struct maker m;
	struct rdep_report *r;
	struct rdep_graph *g;
	uint32_t a, b;

	maker_init(&m, 5);
	maker_thread(&m, "t");
	a = maker_class_named(&m, "a");
	b = maker_class_named(&m, "b");
	edge(&m, a, b, RDEP_TYPE_ER);
	edge(&m, b, a, RDEP_TYPE_SN);
	edge(&m, b, a, RDEP_TYPE_EN);
	r = read_one(&m);
	g = rdep_graph_new(r);
	tap_ok(g->edge_count == 2 && g->edges[1].count == 2, "two occurrences are one dependency");
	tap_ok(g->edges[0].cyclic && g->edges[1].cyclic, "and what either of them closes is closed");
	tap_ok(g->edges[1].modes == (RDEP_HELD_AS_READER | RDEP_HELD_AS_WRITER | RDEP_TAKEN_AS_WRITER),
	       "it was held both ways");
	tap_ok(strcmp(rdep_graph_modes(r, g->edges[1].modes), "held as a writer or as a reader") == 0, "in words");
	rdep_graph_free(g);
	rdep_report_free(r);
}

/* fs_reclaim -> a -> b -> c, b -> fs_reclaim, and far -> farther apart from it. */
static struct rdep_report *reclaim_record(void)
{
	struct maker m;
	uint32_t a, b, c, far, farther;

	maker_init(&m, 6);
	maker_thread(&m, "t");
	a = maker_class_named(&m, "a");
	b = maker_class_named(&m, "b");
	c = maker_class_named(&m, "c");
	far = maker_class_named(&m, "far");
	farther = maker_class_named(&m, "farther");
	maker_class_named(&m, "alone");
	edge(&m, RDEP_CLASS_FS_RECLAIM, a, RDEP_TYPE_EN);
	edge(&m, a, b, RDEP_TYPE_EN);
	edge(&m, b, c, RDEP_TYPE_EN);
	edge(&m, b, RDEP_CLASS_FS_RECLAIM, RDEP_TYPE_EN);
	edge(&m, far, farther, RDEP_TYPE_EN);
	edge(&m, far, a, RDEP_TYPE_EN);
	return read_one(&m);
}

static void check_part(struct rdep_graph *g, const struct rdep_graph_options *o, size_t classes, size_t edges,
		       const char *what)
{
	struct rdep_error err = {""};

	tap_ok(rdep_graph_select(g, o, &err) == 0 && g->chosen_classes == classes && g->chosen_edges == edges,
	       "%s: %zu classes, %zu dependencies", what, g->chosen_classes, g->chosen_edges);
}

static void test_parts(void)
{
	const char *const a = "a", *const alone = "alone", *const f = "f*", *const wrong = "fahr";
	struct rdep_report *r = reclaim_record();
	struct rdep_graph *g = rdep_graph_new(r);
	struct rdep_error err = {""};
	uint32_t way[RDEP_WAY_MAX];

	check_part(g, &(struct rdep_graph_options){0}, 7, 6, "all");
	check_part(g, &(struct rdep_graph_options){.cycles = true}, 3, 3, "cycles");
	check_part(g, &(struct rdep_graph_options){.reclaim = true}, 4, 4, "reclaim");
	check_part(g, &(struct rdep_graph_options){.around = &a, .around_count = 1, .distance = 1}, 4, 3, "around, one away");
	check_part(g, &(struct rdep_graph_options){.around = &a, .around_count = 1}, 6, 6, "around, the usual distance");
	check_part(g, &(struct rdep_graph_options){.around = &alone, .around_count = 1}, 1, 0, "around what stands alone");
	check_part(g, &(struct rdep_graph_options){.around = &f, .around_count = 1, .distance = 1}, 5, 4, "around a pattern");
	check_part(g, &(struct rdep_graph_options){.around = &a, .around_count = 1, .distance = 1, .cycles = true}, 3, 2,
		   "around, on cycles");
	tap_ok(rdep_graph_select(g, &(struct rdep_graph_options){.around = &wrong, .around_count = 1}, &err) == -1 &&
		       strstr(err.text, "'far'"),
	       "a wrong name: %s", err.text);
	tap_ok(rdep_graph_way(g, 2, 2, way) == 3 && g->edges[way[2]].to == 2, "the way to c has three steps");
	tap_ok(rdep_graph_way(g, 0, 2, way) == 0, "and there is none from a domain that is not there");
	rdep_graph_free(g);
	rdep_report_free(r);
}

static void test_trim(void)
{
	struct rdep_report *r = reclaim_record();
	struct rdep_graph *g = rdep_graph_new(r);

	rdep_graph_trim(g, 7, 6);
	tap_ok(g->chosen_classes == 7 && g->chosen_edges == 6 && !g->trimmed_edges, "what has room is not trimmed");
	rdep_graph_trim(g, 100, 3);
	tap_ok(g->chosen_edges == 3 && g->trimmed_edges == 3 && g->edges[0].chosen && g->edges[1].chosen && g->edges[3].chosen,
	       "dependencies on cycles stay");
	tap_ok(g->chosen_classes == 7, "and classes that there is room for");
	rdep_graph_trim(g, 2, 100);
	tap_ok(g->chosen_classes == 2 && g->chosen_edges == 1, "few classes leave few dependencies (%zu, %zu)", g->chosen_classes,
	       g->chosen_edges);
	rdep_graph_trim(g, 0, 0);
	tap_ok(g->chosen_classes == 0 && g->chosen_edges == 0, "and none leave none");
	rdep_graph_free(g);
	rdep_report_free(r);
}

static void test_join(void)
{
	struct rdep_report *r = reclaim_record();
	struct rdep_graph *g;
	struct rdep_error err = {""};
	struct maker m;

	maker_init(&m, 7);
	maker_thread(&m, "t");
	edge(&m, maker_class_named(&m, "b"), maker_class_named(&m, "d"), RDEP_TYPE_EN);
	maker_class_named(&m, "b");
	maker_write(&m, path);
	maker_free(&m);
	rdep_report_add(r, path, &err);
	rdep_model_join(r);
	g = rdep_graph_new(r);
	tap_ok(g->class_count == 9 && g->edge_count == 7, "classes of two records are one by name, and two of one record stay two");
	tap_ok(g->classes[1].processes == 2 && strcmp(g->classes[8].key, "b (2)") == 0, "their keys differ");
	rdep_graph_free(g);
	rdep_report_free(r);
}

/* ---- a big record: modules of fifty classes, locks taken in one order mostly, some inversions ---- */

static uint64_t state = 88172645463325252u;

static uint32_t roll(uint32_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 33) % n;
}

static uint32_t big_stack(struct maker *m, uint32_t n)
{
	uint64_t pcs[12];
	size_t i;

	for (i = 0; i < 12; i++)
		pcs[i] = 0x400000 + (n * 37u + i * 1021u) % 60000u * 16u;
	return maker_stack(m, 12, pcs);
}

struct big {
	struct maker m;
	uint32_t classes, *cls;
	uint8_t *seen; /* a bit for each pair */
	uint32_t edges, cycles;
};

/* The dependency's id; 0: it is there already. */
static uint32_t big_edge(struct big *b, uint32_t from, uint32_t to)
{
	size_t bit = (size_t)from * b->classes + to;
	uint32_t stack;

	if (b->seen[bit / 8] >> bit % 8 & 1)
		return 0;
	b->seen[bit / 8] |= (uint8_t)(1u << bit % 8);
	stack = big_stack(&b->m, b->edges++ % 20000);
	return maker_edge(&b->m, b->cls[from], b->cls[to], stack, stack, 1 + roll(2));
}

/* Now and then the other way round, too, with the finding. */
static void big_cycle(struct big *b, uint32_t from, uint32_t to, uint32_t id)
{
	uint32_t cycle[2] = {0, id};

	if (!from || !to || b->cycles >= 12 || b->edges % 97)
		return;
	cycle[0] = big_edge(b, to, from);
	if (cycle[0])
		maker_cycle(&b->m, 0, 0, RDEP_K_LOCK_INVERSION, b->cycles++ % 3 ? RDEP_CERTAIN : RDEP_SINGLE_THREAD, 2,
			    cycle);
}

static int write_big(const char *file, uint32_t classes, uint32_t edges)
{
	struct big b = {.classes = classes};
	uint32_t i;

	if (classes < 50 || classes > 20000 || edges > classes * 20u)
		return 2;
	b.cls = calloc(classes, sizeof(*b.cls));
	b.seen = calloc((size_t)classes * classes / 8 + 1, 1);
	maker_init(&b.m, 4242);
	b.m.chunk_size = 1u << 20;
	maker_exe(&b.m, "/usr/bin/big", "big\0--all", 9);
	maker_thread(&b.m, "main");
	maker_thread(&b.m, "worker");
	b.cls[0] = RDEP_CLASS_FS_RECLAIM;
	for (i = 1; i < classes; i++) {
		char name[64];

		snprintf(name, sizeof(name), i % 50 == 7 ? "class %u" : "module_%u::object_%u->lock",
			 i % 50 == 7 ? i : i / 50, i);
		b.cls[i] = maker_class_named(&b.m, name);
	}
	while (b.edges < edges) {
		bool back = b.edges % 500 == 499; /* an allocation */
		uint32_t from = roll(classes), to = back ? 0 : from + 1 + roll(roll(8) ? 60 : classes), id;

		if (to >= classes || from == to)
			continue;
		id = big_edge(&b, from, to);
		if (id && b.edges < edges)
			big_cycle(&b, from, to, id);
	}
	maker_write(&b.m, file);
	maker_free(&b.m);
	free(b.cls);
	free(b.seen);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "--big") == 0)
		return write_big(argv[2], (uint32_t)strtoul(argv[3], NULL, 10), (uint32_t)strtoul(argv[4], NULL, 10));
	snprintf(path, sizeof(path), "/tmp/select_test.XXXXXX");
	close(mkstemp(path));
	test_cycles();
	test_types_join();
	test_parts();
	test_trim();
	test_join();
	unlink(path);
	return tap_done();
}
