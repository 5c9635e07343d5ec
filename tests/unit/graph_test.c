/* SPDX-License-Identifier: MIT */
/*
 * graph_test.c - the graph against a naive search: every simple cycle of a small
 * graph is enumerated, with every choice of types, and the shortest compared.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "../../runtime/graph.h"
#include "../../runtime/mem.h"
#include "../../runtime/record_layout.h"
#include "tap.h"

#define EN RDEP_TYPE_EN
#define ER RDEP_TYPE_ER
#define SN RDEP_TYPE_SN
#define SR RDEP_TYPE_SR

static uint64_t seed;

static uint32_t rnd(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)((seed * 0x2545f4914f6cdd1dull) >> 33) % n;
}

/* ---- the naive search ---- */

#define SMALL 9

struct model {
	uint32_t n;
	uint8_t types[SMALL][SMALL];
};

static bool joins(uint8_t in, uint8_t out)
{
	return !((in & (ER | SR)) && (out & (SN | SR)));
}

/* Edges of a shortest simple strong path at -> goal that begins after a step of type `in`, and is
 * followed by one of type `closing`; 0: none. */
static int naive(const struct model *m, uint32_t at, uint32_t goal, uint8_t in, uint8_t closing,
		 uint32_t passed)
{
	int best = 0;

	if (at == goal)
		return joins(in, closing) ? 1 : 0;
	for (uint32_t to = 0; to < m->n; to++) {
		if (passed & (1u << to))
			continue;
		for (uint8_t t = EN; t <= SR; t <<= 1) {
			int rest;

			if (!(m->types[at][to] & t) || !joins(in, t))
				continue;
			rest = naive(m, to, goal, t, closing, passed | 1u << to);
			if (rest && (!best || rest + 1 < best))
				best = rest + 1;
		}
	}
	return best;
}

/* 1 + the length, so that 0 is "none"; naive() counts the closing edge. */
static int naive_cycle(const struct model *m, uint32_t from, uint32_t to, uint8_t type)
{
	int n = from == to ? 0 : naive(m, to, from, type, type, 1u << to);

	return n ? n - 1 : 0;
}

/* Is path[0..n) a strong, simple path to -> from over edges of g, at both joints too? */
static bool strong(const struct rd_graph *g, uint32_t from, uint32_t to, uint8_t type,
		   const uint32_t *path, int n)
{
	uint8_t in = type; /* the set of types by which the path may have come in */
	uint32_t at = to;
	uint32_t passed = 1u << to;

	for (int i = 0; i < n; i++) {
		uint32_t a, b;
		uint8_t types, can = 0;

		if (path[i] < 1 || path[i] > rd_graph_edges(g))
			return false;
		rd_graph_edge(g, path[i], &a, &b, &types);
		for (uint8_t t = EN; t <= SR; t <<= 1) {
			for (uint8_t before = EN; before <= SR; before <<= 1) {
				if ((types & t) && (in & before) && joins(before, t))
					can |= t;
			}
		}
		if (a != at || !can || (b < 32 && (passed & (1u << b))))
			return false;
		passed |= 1u << b;
		in = can;
		at = b;
	}
	for (uint8_t before = EN; before <= SR; before <<= 1) {
		if ((in & before) && joins(before, type))
			return at == from;
	}
	return false;
}

static uint8_t random_types(int flavour)
{
	static const uint8_t one[] = {EN, ER, SN, SR};

	switch (flavour) {
	case 0:
		return one[rnd(4)];
	case 1:
		return rnd(3) ? EN : one[rnd(4)];
	case 2: /* R and S only now and then together with the rest: walks that pass a node twice */
		return rnd(4) ? (rnd(2) ? ER : SN) : SR;
	default:
		return (uint8_t)(1 + rnd(15));
	}
}

struct tally {
	long asked, cycles, wrong_none, wrong_some, wrong_path, wrong_length, wrong_graph,
		wrong_find;
};

static void compare(struct rd_graph *g, const struct model *m, struct tally *t)
{
	for (uint32_t from = 0; from < m->n; from++) {
		for (uint32_t to = 0; to < m->n; to++) {
			for (uint8_t type = EN; type <= SR; type <<= 1) {
				uint32_t path[SMALL];
				int want = naive_cycle(m, from, to, type);
				int got = rd_graph_cycle(g, from, to, type, path, SMALL);

				t->asked++;
				t->cycles += want != 0;
				if (!got && want)
					t->wrong_none++;
				else if (got && !want)
					t->wrong_some++;
				else if (got && (got < 0 || got >= RD_GRAPH_LONG))
					t->wrong_length++;
				else if (got && !strong(g, from, to, type, path, got))
					t->wrong_path++;
				else if (got != want)
					t->wrong_length++;
			}
		}
	}
}

/* A graph that grows edge by edge, whatever cycles it gets. Asked at every few steps. */
static void grow(struct tally *t, uint32_t n, int edges, int flavour, bool reject_cycles)
{
	struct rd_graph *g = rd_graph_new();
	struct model m = {.n = n};

	for (int i = 0; i < edges; i++) {
		uint32_t from = rnd(n), to = rnd(n), path[SMALL];
		uint8_t types = random_types(flavour), known;
		uint32_t e;

		if (reject_cycles) {
			types &= (uint8_t)-types;
			if (from == to || rd_graph_cycle(g, from, to, types, path, SMALL))
				continue;
		}
		m.types[from][to] |= types;
		e = rd_graph_add(g, from, to, types);
		if (!e || rd_graph_find(g, from, to, &known) != e || known != m.types[from][to])
			t->wrong_find++;
		if (rd_graph_check(g))
			t->wrong_graph++;
		if (i % 4 == 3 || i == edges - 1)
			compare(g, &m, t);
	}
	for (uint32_t a = 0; a < n; a++) {
		for (uint32_t b = 0; b < n; b++) {
			uint8_t known;

			rd_graph_find(g, a, b, &known);
			t->wrong_find += known != m.types[a][b];
		}
	}
	rd_graph_free(g);
}

static void random_graphs(bool reject_cycles)
{
	static const char *const flavour[] = {"one type of four", "mostly EN", "ER, SN, SR only",
					      "any set of types"};
	const char *what = reject_cycles ? "graphs without cycles" : "graphs with cycles";

	for (int f = 0; f < 4; f++) {
		struct tally t = {0};

		for (int run = 0; run < 700; run++) {
			uint32_t n = 2 + rnd(5);

			seed = 0x9e3779b97f4a7c15ull * (uint64_t)(run + 1 + f * 10000);
			grow(&t, n, (int)(n + rnd(n * 2)), f, reject_cycles);
		}
		for (int run = 0; run < 4; run++)
			grow(&t, SMALL, 20, f, reject_cycles);
		tap_note("%s, %s: %ld questions, %ld cycles", what, flavour[f], t.asked, t.cycles);
		tap_ok(!t.wrong_none && t.cycles, "%s, %s: none is missed (%ld)", what, flavour[f],
		       t.wrong_none);
		tap_ok(!t.wrong_some, "%s, %s: none is made up (%ld)", what, flavour[f],
		       t.wrong_some);
		tap_ok(!t.wrong_path, "%s, %s: every path is simple and strong (%ld)", what,
		       flavour[f], t.wrong_path);
		tap_ok(!t.wrong_length, "%s, %s: every path is a shortest (%ld)", what, flavour[f],
		       t.wrong_length);
		tap_ok(!t.wrong_graph && !t.wrong_find, "%s, %s: the structures agree (%ld, %ld)",
		       what, flavour[f], t.wrong_graph, t.wrong_find);
	}
}

/* ---- cases by name ---- */

static void self_edges(void)
{
	struct rd_graph *g = rd_graph_new();
	uint32_t path[4], e = rd_graph_add(g, 5, 5, EN);
	uint8_t types;

	tap_ok(e == 1 && rd_graph_find(g, 5, 5, &types) == 1 && types == EN, "a self edge is kept");
	tap_ok(rd_graph_cycle(g, 5, 5, EN, path, 4) == 0, "a self question has no path");
	rd_graph_add(g, 5, 6, EN);
	tap_ok(rd_graph_cycle(g, 6, 5, EN, path, 4) == 1 && path[0] == 2,
	       "a self edge is no part of a longer cycle");
	tap_ok(!rd_graph_check(g), "self edge: the structures agree");
	rd_graph_free(g);
}

static void limits(void)
{
	struct rd_graph *g = rd_graph_new();
	uint32_t path[10] = {0};
	uint8_t types;

	tap_ok(rd_graph_cycle(g, 1, 2, EN, path, 10) == 0 && rd_graph_find(g, 1, 2, &types) == 0 &&
		       types == 0 && rd_graph_edges(g) == 0 && !rd_graph_check(g),
	       "an empty graph");
	for (uint32_t i = 0; i < 500; i++)
		rd_graph_add(g, i, i + 1, EN);
	tap_ok(rd_graph_cycle(g, 500, 0, EN, path, 10) == RD_GRAPH_LONG + 500 && path[0] == 0,
	       "a path longer than the room is told and not written");
	tap_ok(rd_graph_cycle(g, 10, 0, EN, path, 10) == 10 && path[0] == 1 && path[9] == 10,
	       "a path that just fits is written in order");
	tap_ok(rd_graph_cycle(g, 10, 0, EN, path, 9) == RD_GRAPH_LONG + 10, "one less does not");
	tap_ok(rd_graph_add(g, 1, 2, 0) == 0 && rd_graph_add(g, UINT32_MAX, 2, EN) == 0 &&
		       rd_graph_edges(g) == 500,
	       "no types and a wild node are refused");
	rd_graph_free(g);
	rd_graph_free(NULL);
}

/* The kernel's chains of three locks, by how each is taken: W writer, R recursive reader. */
static void chains_of_three(void)
{
	static const struct {
		const char *name;
		uint8_t one_two, two_three, three_one;
		bool cycle;
	} chain[] = {
		{"W1R2/W2R3/W3R1", ER, ER, ER, true},
		{"W1W2/R2R3/W3R1", EN, SR, ER, true},
		{"W1W2/R2R3/R3W1", EN, SR, SN, false},
		{"W1R2/R2R3/W3W1", ER, SR, EN, false},
	};

	for (size_t i = 0; i < sizeof(chain) / sizeof(chain[0]); i++) {
		struct rd_graph *g = rd_graph_new();
		uint32_t path[3];
		int got;

		rd_graph_add(g, 1, 2, chain[i].one_two);
		rd_graph_add(g, 2, 3, chain[i].two_three);
		got = rd_graph_cycle(g, 3, 1, chain[i].three_one, path, 3);
		tap_ok(got == (chain[i].cycle ? 2 : 0), "%s %s", chain[i].name,
		       chain[i].cycle ? "is a cycle" : "is none");
		rd_graph_free(g);
	}
}

static void hidden_edges(void)
{
	struct rd_graph *g = rd_graph_new();
	uint32_t path[4], shorter = rd_graph_add(g, 1, 3, EN);
	uint8_t types;

	rd_graph_add(g, 1, 2, EN);
	rd_graph_add(g, 2, 3, EN);
	rd_graph_hide(g, shorter, true);
	tap_ok(rd_graph_cycle(g, 3, 1, EN, path, 4) == 2, "a hidden edge is gone round");
	tap_ok(rd_graph_find(g, 1, 3, &types) == shorter && types == EN, "it is there all the same");
	rd_graph_hide(g, shorter, false);
	tap_ok(rd_graph_cycle(g, 3, 1, EN, path, 4) == 1 && path[0] == shorter, "and shown again");
	tap_ok(!rd_graph_check(g), "hidden edges: the structures agree");
	rd_graph_free(g);
}

static int count_edge(void *arg, uint32_t edge)
{
	uint32_t *sum = arg;

	*sum += edge;
	return edge == 4 ? 77 : 0;
}

static void each(void)
{
	struct rd_graph *g = rd_graph_new();
	uint32_t sum = 0;

	rd_graph_add(g, 1, 2, EN); /* 1 */
	rd_graph_add(g, 3, 2, SN); /* 2 */
	rd_graph_add(g, 1, 3, SR); /* 3 */
	tap_ok(rd_graph_each(g, 2, 1, count_edge, &sum) == 0 && sum == 3, "each edge in");
	sum = 0;
	tap_ok(rd_graph_each(g, 1, 0, count_edge, &sum) == 0 && sum == 4, "each edge out");
	rd_graph_add(g, 1, 9, SR); /* 4 */
	tap_ok(rd_graph_each(g, 1, 0, count_edge, &sum) == 77, "a walk is ended by its function");
	tap_ok(rd_graph_each(g, 1000, 0, count_edge, &sum) == 0, "an unknown node has none");
	rd_graph_free(g);
}

/* A walk must not pass a node twice: 1 is entered by R, left by E to 2, entered again by N. */
static void not_simple(void)
{
	struct rd_graph *g = rd_graph_new();
	uint32_t path[8];

	rd_graph_add(g, 0, 1, ER);
	rd_graph_add(g, 1, 2, EN);
	rd_graph_add(g, 2, 1, EN);
	rd_graph_add(g, 1, 3, SN);
	tap_ok(rd_graph_cycle(g, 3, 0, EN, path, 8) == 0,
	       "an older cycle on the way makes no new one");
	for (uint32_t i = 0; i < 6; i++)
		rd_graph_add(g, i ? 9 + i : 0, i == 5 ? 3 : 10 + i, EN);
	tap_ok(rd_graph_cycle(g, 3, 0, EN, path, 8) == 6, "a longer way round it is found");
	tap_ok(!rd_graph_check(g), "older cycle: the structures agree");
	rd_graph_free(g);
}

/* ---- scale: figures only ---- */

static double ns_since(const struct timespec *from)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - from->tv_sec) * 1e9 + (double)(now.tv_nsec - from->tv_nsec);
}

/* As programs have them: locks nest a dozen levels at most, the inner a level the more classes it
 * has, and a few classes of each level have most edges. */
static void lock_like(uint32_t nodes, uint32_t *from, uint32_t *to)
{
	uint32_t a = rnd(11), b = a + 1 + rnd(11 - a);
	uint32_t first[13];

	for (uint32_t l = 0; l <= 12; l++)
		first[l] = (uint32_t)((uint64_t)nodes * l * l * l / (12 * 12 * 12));
	*from = first[a] +
		rnd(rnd(2) ? first[a + 1] - first[a] : (first[a + 1] - first[a]) / 50 + 1);
	*to = first[b] + rnd(first[b + 1] - first[b]);
}

/* Two nodes at random, in their order. */
static void random_dag(uint32_t nodes, uint32_t *from, uint32_t *to)
{
	uint32_t a = rnd(nodes), b = rnd(nodes);

	*from = a < b ? a : b;
	*to = a < b ? b : a;
}

/*
 * Edges that go against the order in which their nodes were met. It takes looking at some more: at most so many for each.
 */
static void against(const char *what, uint32_t edges, unsigned most, void (*edge)(uint32_t i, uint32_t edges, uint32_t *from, uint32_t *to))
{
	struct rd_graph *g = rd_graph_new();
	const char *wrong = NULL;
	uint32_t from, to, i;

	for (i = 0; i < edges; i++) {
		edge(i, edges, &from, &to);
		rd_graph_add(g, from, to, EN);
		if (!wrong && edges <= 5000 && i % 64 == 0)
			wrong = rd_graph_check(g);
	}
	tap_note("%s: %.1f edges looked at for each", what, (double)rd_graph_reordering(g) / edges);
	tap_ok(!wrong && !rd_graph_check(g), "%s: the structures agree (%s)", what, wrong ? wrong : "");
	tap_ok(rd_graph_reordering(g) <= (uint64_t)edges * most, "%s: it takes looking at no more than %u edges for each", what,
	       most);
	rd_graph_free(g);
}

/* All are met in pairs, from the lowest up; then each leads down to those that were met before it. */
static void downward(uint32_t i, uint32_t edges, uint32_t *from, uint32_t *to)
{
	bool met = i >= edges / 4;

	*from = met ? i - edges / 4 + 2 : 2 * i;
	*to = met ? (i - edges / 4) & ~1u : 2 * i + 1;
}

/* The same, each led to by all that were met before it. */
static void upward(uint32_t i, uint32_t edges, uint32_t *from, uint32_t *to)
{
	uint32_t last = edges / 4 * 2;
	bool met = i >= edges / 4;

	*from = met ? last - (i - edges / 4) / 2 * 2 - 1 : 2 * i;
	*to = met ? last - (i - edges / 4) / 2 * 2 - 4 + i % 2 : 2 * i + 1;
	if (met && (last < (i - edges / 4) / 2 * 2 + 4 || *from == *to))
		*to = *from = 0;
}

/* All between the same two: there is soon no room for the next rank. */
static void between(uint32_t i, uint32_t edges, uint32_t *from, uint32_t *to)
{
	(void)edges;
	*from = 2 + i / 2 * 2;
	*to = i % 2 ? 1 : 3 + i / 2 * 2;
}

/* All next above the same one. */
static void above(uint32_t i, uint32_t edges, uint32_t *from, uint32_t *to)
{
	uint32_t half = edges / 2;

	*from = i < half ? 2 * i : edges + 5 + (i > half);
	*to = i < half ? 2 * i + 1 : i == half ? edges + 6 : 2 * (i - half) + 1;
}

static void at_random(uint32_t i, uint32_t edges, uint32_t *from, uint32_t *to)
{
	(void)i;
	*from = rnd(edges / 3);
	*to = rnd(edges / 3);
}

static void scale(const char *what, void (*draw)(uint32_t, uint32_t *, uint32_t *), uint32_t nodes,
		  uint32_t edges)
{
	struct rd_graph *g = rd_graph_new();
	uint32_t path[64], asked = 0, from, to;
	double ask = 0, worst = 0;
	struct timespec t;

	seed = 42;
	while (rd_graph_edges(g) < edges) {
		uint8_t type = rnd(10) ? EN : random_types(0);

		draw(nodes, &from, &to);
		if (from == to || rd_graph_find(g, from, to, NULL))
			continue;
		if (edges - rd_graph_edges(g) <= 20000) {
			double ns;

			clock_gettime(CLOCK_MONOTONIC, &t);
			rd_graph_cycle(g, from, to, type, path, 64);
			ns = ns_since(&t);
			ask += ns;
			worst = ns > worst ? ns : worst;
			asked++;
		}
		rd_graph_add(g, from, to, type);
	}
	tap_note("%s, %u nodes, %u edges: search for each of the last %u edges %.0f ns (worst %.0f "
		 "us), "
		 "%zu MiB",
		 what, nodes, edges, asked, ask / asked, worst / 1e3, rd_mem_mapped() >> 20);
	tap_ok(!rd_graph_check(g), "%s, %u nodes, %u edges: the structures agree", what, nodes,
	       edges);
	rd_graph_free(g);
}

int main(void)
{
	seed = 88172645463325252ull;
	self_edges();
	limits();
	chains_of_three();
	hidden_edges();
	each();
	not_simple();
	random_graphs(false);
	random_graphs(true);
	against("downward", 4000, 4, downward);
	against("downward, many", 100000, 4, downward);
	against("upward", 4000, 20, upward);
	against("upward, many", 100000, 20, upward);
	against("between the same two", 4000, 4, between);
	against("between the same two, many", 400000, 4, between);
	against("above the same one", 4000, 4, above);
	against("above the same one, many", 400000, 4, above);
	against("at random", 3000, 1000, at_random);
	scale("lock-like", lock_like, 5000, 40000);
	scale("lock-like", lock_like, 100000, 1000000);
	scale("random DAG", random_dag, 100000, 1000000);
	return tap_done();
}
