/* SPDX-License-Identifier: MIT */
/*
 * pages.c - records of which pages never reached the disk, read by everything that reads them.
 *
 *	pages ROUNDS RECORD...
 *
 * Of real records, by a fixed sequence, pages are dropped, or the file ends at one, or each page is as it was at some
 * earlier moment, as after a loss of power. What is held against what comes of it:
 *
 * - nothing crashes, hangs, or goes without a word;
 * - every item is kept that is whole, those behind a lost page too, and where the header is older than they are or lost;
 * - nothing is there that the record as it was does not have.
 */
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "reports/record.h"
#include "tests/unit/tap.h"

#define PAGE 4096u
#define TYPES 32u

struct item {
	size_t at, end; /* of what its checksum covers, and itself */
	uint16_t type;
	uint32_t id; /* an edge's, a sample's, a thread's */
};

struct original {
	const char *path;
	char *data;
	size_t size, journal_end;
	struct item *items;
	size_t count;
	struct rdep_record *record;
};

static uint64_t state = 0x2545f4914f6cdd1du;

static uint64_t roll(uint64_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % n;
}

/* ---- a record as it was ---- */

static void walk(struct original *o)
{
	const struct rdep_header *h = (const void *)o->data;
	size_t at = h->header_size, chunk_end = at;

	o->journal_end = h->journal_end;
	while (at < h->journal_end) {
		const struct rdep_item *item = (const void *)(o->data + at);
		const struct rdep_chunk *c = (const void *)(o->data + at);

		if (at == chunk_end) {
			chunk_end = at + c->size;
			at += sizeof(*c);
			continue;
		}
		if (chunk_end - at < sizeof(*item) || !item->magic) {
			at = chunk_end;
			continue;
		}
		o->items = realloc(o->items, (o->count + 1) * sizeof(*o->items));
		o->items[o->count++] = (struct item){.at = at,
						     .end = at + sizeof(*item) + item->fixed,
						     .type = item->type,
						     .id = *(const uint32_t *)(item + 1)};
		at += item->size;
	}
}

static bool load(struct original *o, const char *path)
{
	struct rdep_error err;
	FILE *f = fopen(path, "r");

	memset(o, 0, sizeof(*o));
	o->path = path;
	if (!f)
		return false;
	fseek(f, 0, SEEK_END);
	o->size = (size_t)ftell(f);
	rewind(f);
	o->data = malloc(o->size);
	if (fread(o->data, 1, o->size, f) != o->size)
		return false;
	fclose(f);
	walk(o);
	o->record = rdep_record_open(path, &err);
	return o->record && !o->record->places_damaged;
}

/* ---- what happens to it ---- */

enum harm { DROPPED, CUT, OLDER, HARMS };

static const char *const harms[] = {"dropped pages", "cut", "older pages"};

static void drop(const struct original *o, char *p)
{
	/* Those that are in use more often than those that are not. */
	size_t pages = (roll(4) ? o->journal_end : o->size) / PAGE, n = 1 + roll(roll(4) ? 4 : 1 + pages / 2);

	while (n--)
		memset(p + roll(pages + 1) % (o->size / PAGE) * PAGE, 0, PAGE);
}

/* Each page on its own is as it was when the journal ended at some item. */
static void make_older(const struct original *o, char *p)
{
	struct rdep_header *h = (void *)p;
	size_t page, then;

	for (page = 0; page < o->size / PAGE; page++) {
		if (roll(3))
			continue;
		then = o->items[roll(o->count)].at;
		if (page == 0) {
			h->journal_end = then;
			h->state = RDEP_RUNNING;
		}
		if (page && then <= page * PAGE)
			memset(p + page * PAGE, 0, PAGE);
		else if (page && then < (page + 1) * PAGE)
			memset(p + then, 0, (page + 1) * PAGE - then);
	}
}

/* ---- what is to come of it ---- */

struct expected {
	size_t of[TYPES];
	size_t edges, occurrences;
	bool all; /* nothing is lost, of what can be known: up to where the header knows, or something whole is */
};

static bool is_whole(const struct original *o, const struct item *item, const char *p, size_t size)
{
	return item->end <= size && memcmp(p + item->at, o->data + item->at, item->end - item->at) == 0;
}

static struct expected expect(const struct original *o, const char *p, size_t size)
{
	size_t i, known = ((const struct rdep_header *)p)->journal_end;
	struct expected e = {.all = true};
	struct rdep_map edges = {0}, threads = {0};

	for (i = 0; i < o->count; i++)
		if (is_whole(o, &o->items[i], p, size) && o->items[i].end > known)
			known = o->items[i].end;

	for (i = 0; i < o->count; i++) {
		const struct item *item = &o->items[i];

		if (!is_whole(o, item, p, size)) {
			e.all &= item->at >= known;
			continue;
		}
		if (item->type == RDEP_THREAD && (*rdep_map_put(&threads, item->id))++)
			continue;
		if (item->type < TYPES)
			e.of[item->type]++;
		if (item->type != RDEP_EDGE && item->type != RDEP_SAMPLE)
			continue;
		e.occurrences++;
		e.edges += !(*rdep_map_put(&edges, item->id))++;
	}
	rdep_map_free(&edges);
	rdep_map_free(&threads);
	return e;
}

static bool same(const char *harm, const char *what, size_t is, size_t wanted)
{
	if (is == wanted)
		return true;
	tap_note("%s: %zu %s, %zu wanted", harm, is, what, wanted);
	return false;
}

static bool kept(const char *harm, const struct rdep_record *r, const struct expected *e)
{
	size_t i, occurrences = r->edge_count;
	bool ok;

	for (i = 0; i < r->edge_count; i++)
		occurrences += r->edges[i].sample_count;
	ok = same(harm, "modules", r->module_count, e->of[RDEP_MODULE]);
	ok &= same(harm, "stacks", r->stack_count, e->of[RDEP_STACK]);
	ok &= same(harm, "classes", r->class_count, e->of[RDEP_CLASS]);
	ok &= same(harm, "edges", r->edge_count, e->edges);
	ok &= same(harm, "occurrences", occurrences, e->occurrences);
	ok &= same(harm, "threads", r->thread_count, e->of[RDEP_THREAD]);
	ok &= same(harm, "joins", r->join_count, e->of[RDEP_JOIN]);
	ok &= same(harm, "boards", r->board_count, e->of[RDEP_BOARD]);
	ok &= same(harm, "deeper held stacks", r->helds_count, e->of[RDEP_HELDS]);
	ok &= same(harm, "tables of counters", r->stats_count, e->of[RDEP_STATS]);
	ok &= same(harm, "sites", r->site_count, e->of[RDEP_SITE]);
	ok &= same(harm, "scopes", r->scope_count, e->of[RDEP_SCOPE]);
	ok &= same(harm, "circles", r->circle_count, e->of[RDEP_CIRCLE]);
	ok &= same(harm, "notes", r->note_count, e->of[RDEP_NOTE]);
	return ok;
}

static bool same_edge(const struct rdep_edge *a, const struct rdep_edge *b)
{
	return a->gate_count == b->gate_count &&
	       !memcmp(a, b, offsetof(struct rdep_edge, gates) + a->gate_count * sizeof(a->gates[0]));
}

static bool is_an_occurrence(const struct rdep_redge *of, const struct rdep_edge *e)
{
	size_t i;

	if (same_edge(of->first.raw, e))
		return true;
	for (i = 0; i < of->sample_count; i++)
		if (same_edge(of->samples[i].raw, e))
			return true;
	return false;
}

/* All that is there was there. */
static bool invents_nothing(const struct original *o, const struct rdep_record *r)
{
	const struct rdep_rclass *c;
	const struct rdep_rstack *s;
	const struct rdep_redge *e;
	size_t i, k;
	bool ok = true;

	for (i = 0; i < r->class_count; i++) {
		c = rdep_record_class(o->record, r->classes[i].raw->id);
		ok &= c && !memcmp(c->raw, r->classes[i].raw, offsetof(struct rdep_class, acquisitions)) &&
		      c->name_len == r->classes[i].name_len;
	}
	for (i = 0; i < r->stack_count; i++) {
		s = rdep_record_stack(o->record, r->stacks[i].raw->id);
		ok &= s && s->raw->count == r->stacks[i].raw->count &&
		      !memcmp(s->raw->pcs, r->stacks[i].raw->pcs, s->raw->count * sizeof(uint64_t));
	}
	for (i = 0; i < r->edge_count; i++) {
		e = rdep_record_edge(o->record, r->edges[i].first.raw->id);
		ok &= e && is_an_occurrence(e, r->edges[i].first.raw);
		for (k = 0; e && k < r->edges[i].sample_count; k++)
			ok &= is_an_occurrence(e, r->edges[i].samples[k].raw);
	}
	return ok;
}

/* ---- reading ---- */

static char *text_of(struct rdep_report *r, bool info)
{
	struct rdep_text_options all = {.verbosity = 2};
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	if (info)
		rdep_report_info(r, out, &all);
	else
		rdep_report_text(r, out, &all);
	fclose(out);
	return text;
}

static void write_all(struct rdep_report *r, const char *path, const char *base)
{
	static FILE *null;
	struct rdep_text_options all = {.verbosity = 2};
	const struct rdep_format_options options = {.text = all};
	const struct rdep_graph_options whole = {0};
	const struct rdep_format *format;
	struct rdep_report *in = rdep_report_new();
	struct rdep_error err;
	struct rdep_audit *a;
	struct rdep_diff *d;
	size_t i;

	if (!null)
		null = fopen("/dev/null", "w");
	for (i = 0; (format = rdep_format(i)); i++)
		rdep_report_write(r, null, format, &options);
	for (i = 0; i <= RDEP_GRAPH_TEXT; i++)
		rdep_report_graph(r, null, (enum rdep_graph_format)i, &whole, &err);
	a = rdep_audit(r, true);
	rdep_audit_text(a, null, &all);
	rdep_audit_json(a, null);
	rdep_audit_free(a);
	d = rdep_diff(base, path, in, &err);
	if (d) {
		rdep_diff_text(d, null, &all);
		rdep_diff_json(d, null);
		rdep_diff_free(d);
	}
	rdep_report_free(in);
}

/* The damage is told by both, and where it is. */
static bool says_so(struct rdep_report *r)
{
	char *info = text_of(r, true), *report = text_of(r, false);
	bool ok = strstr(info, "DAMAGE") && strstr(info, "offset") &&
		  (strstr(report, "damaged in") || strstr(report, "cut short") || strstr(report, "is lost"));

	if (!ok)
		tap_note("%.3000s", info);
	free(info);
	free(report);
	return ok;
}

static bool try_one(const struct original *o, enum harm harm, const char *path, bool in_full)
{
	struct rdep_report *report;
	struct rdep_error err = {""};
	struct rdep_record *r;
	struct expected e;
	size_t size = o->size;
	char *p = malloc(o->size);
	bool ok;
	int fd;

	memcpy(p, o->data, size);
	if (harm == DROPPED)
		drop(o, p);
	else if (harm == OLDER)
		make_older(o, p);
	else
		size = (1 + roll(o->size / PAGE - 1)) * PAGE;
	e = expect(o, p, size);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, p, size) != (ssize_t)size)
		return false;
	close(fd);
	free(p);
	alarm(60);
	r = rdep_record_open(path, &err);
	if (!r) {
		/* The first chunk is gone with the header: nothing tells that it is one. */
		tap_note("%s: %s", harms[harm], err.text);
		return err.text[0] && strstr(err.text, path);
	}
	ok = kept(harms[harm], r, &e) && invents_nothing(o, r);
	rdep_record_close(r);
	if (!ok || !in_full)
		return ok;
	report = rdep_report_new();
	ok = rdep_report_add(report, path, &err) > 0;
	if (ok && !e.all && !says_so(report)) {
		tap_note("%s: no word about it", harms[harm]);
		ok = false;
	}
	if (ok)
		write_all(report, path, o->path);
	rdep_report_free(report);
	alarm(0);
	return ok;
}

static void try(const struct original *o, unsigned long rounds)
{
	size_t bad[HARMS] = {0}, n[HARMS] = {0};
	char path[4096];
	unsigned long i;
	unsigned harm;

	snprintf(path, sizeof(path), "harmed.4711.rdep");
	for (i = 0; i < rounds; i++) {
		harm = (unsigned)(i % HARMS);
		n[harm]++;
		/* Names and lines take their time. */
		bad[harm] += !try_one(o, (enum harm)harm, path, i / HARMS % 8 == 0);
	}
	for (harm = 0; harm < HARMS; harm++)
		tap_ok(!bad[harm], "%s: %zu times %s: what is whole is kept, and the rest is told (%zu failed)",
		       rdep_basename(o->path), n[harm], harms[harm], bad[harm]);
}

int main(int argc, char **argv)
{
	struct original o;
	int i;

	if (argc < 3)
		return 1;
	for (i = 2; i < argc; i++) {
		bool whole = load(&o, argv[i]);

		if (!tap_ok(whole, "%s is whole, and has %zu items", rdep_basename(argv[i]), o.count))
			continue;
		try(&o, strtoul(argv[1], NULL, 10));
		rdep_record_close(o.record);
		free(o.data);
		free(o.items);
	}
	return tap_done();
}
