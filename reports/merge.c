/* SPDX-License-Identifier: MIT */
/* merge.c - which records are merged, and reading them one after the other; see merge.h. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "reports/merge_data.h"
#include "reports/progress.h"

struct rdep_merge *rdep_merge_new(struct rdep_report *names)
{
	struct rdep_merge *m = rdep_alloc(sizeof(*m));
	uint32_t id;

	m->by_name = names != NULL;
	m->names = names;
	/* Ids that no domain has yet belong to later versions. */
	for (id = 1; id < RDEP_FIRST_CLASS; id++) {
		struct mg_class *c = rdep_arena_alloc(&m->arena, sizeof(*c));

		*c = (struct mg_class){
			.hash = mg_mix(1, id), .id = id, .kind = RDEP_DOMAIN, .origin = RDEP_BY_NAME, .name = ""};
		m->domains[id] = c;
	}
	return m;
}

static void free_edges(struct rdep_merge *m)
{
	size_t i, k;

	for (i = 0; i < m->edges.count; i++) {
		struct mg_edge *e = m->edges.items[i];

		for (k = 0; k < e->count; k++)
			mg_occ_put(e->list[k]);
		free(e->list);
		free(e->written);
	}
}

static void free_findings(struct mg_set *s)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		mg_view_put(&((struct mg_finding *)s->items[i])->best);
	mg_set_free(s);
}

void rdep_merge_free(struct rdep_merge *m)
{
	size_t i;

	if (!m)
		return;
	free_findings(&m->findings);
	free_findings(&m->across);
	free_edges(m);
	for (i = 0; i < m->options.count; i++)
		mg_texts_free(&((struct mg_option *)m->options.items[i])->values);
	mg_texts_free(&m->notes);
	mg_texts_free(&m->programs);
	for (i = 0; i < m->input_count; i++)
		free(m->inputs[i].path);
	free(m->inputs);
	free(m->image_list);
	mg_set_free(&m->modules);
	mg_set_free(&m->stacks);
	mg_set_free(&m->classes);
	mg_set_free(&m->roles);
	mg_set_free(&m->edges);
	mg_set_free(&m->sites);
	mg_set_free(&m->scopes);
	mg_set_free(&m->domain_sites);
	mg_set_free(&m->options);
	rdep_map_free(&m->images);
	rdep_arena_free(&m->arena);
	free(m);
}

static void tell(rdep_merge_bad *bad, void *arg, const char *text)
{
	if (bad)
		bad(arg, text);
}

/* ---- naming ---- */

static int name_file(struct rdep_merge *m, const char *path, struct rdep_error *err)
{
	struct rdep_header h;
	struct mg_input_name *n;

	if (rdep_record_header(path, &h, err) < 0)
		return -1;
	RDEP_GROW(m->inputs, m->input_count);
	n = &m->inputs[m->input_count++];
	*n = (struct mg_input_name){.path = rdep_strdup(path), .journal_end = h.journal_end, .merged = h.merged};
	memcpy(n->id, h.image_id, sizeof(n->id));
	return 1;
}

static int is_record(const struct dirent *d)
{
	size_t n = strlen(d->d_name), suffix = strlen(RDEP_SUFFIX);

	return n > suffix && strcmp(d->d_name + n - suffix, RDEP_SUFFIX) == 0;
}

static int name_directory(struct rdep_merge *m, const char *path, rdep_merge_bad *bad, void *arg,
			  struct rdep_error *err)
{
	struct dirent **names;
	int i, read = 0, n = scandir(path, &names, is_record, alphasort);
	struct rdep_error one = {""};

	if (n < 0) {
		rdep_error_set(err, "%s: can't read the directory: %s", path, strerror(errno));
		return -1;
	}
	for (i = 0; i < n; i++) {
		char *file;

		if (asprintf(&file, "%s/%s", path, names[i]->d_name) >= 0) {
			if (name_file(m, file, &one) > 0)
				read++;
			else
				tell(bad, arg, one.text);
			free(file);
		}
		free(names[i]);
	}
	free(names);
	if (!read && one.text[0])
		*err = one;
	else if (!read)
		rdep_error_set(err, "%s: no records (*%s) in this directory", path, RDEP_SUFFIX);
	return read ? read : -1;
}

int rdep_merge_name(struct rdep_merge *m, const char *path, rdep_merge_bad *bad, void *arg, struct rdep_error *err)
{
	struct stat st;

	if (stat(path, &st) < 0) {
		rdep_error_set(err, "%s: can't open: %s", path, strerror(errno));
		return -1;
	}
	return S_ISDIR(st.st_mode) ? name_directory(m, path, bad, arg, err) : name_file(m, path, err);
}

/* ---- which processes are in it ---- */

static uint64_t image_key(const uint64_t id[2])
{
	return rdep_hash(2, id, 2 * sizeof(*id));
}

static bool has_image(const struct rdep_merge *m, const uint64_t id[2])
{
	return rdep_map_get(&m->images, image_key(id)) != NULL;
}

static void add_image(struct rdep_merge *m, const uint64_t id[2], uint64_t journal_end)
{
	struct rdep_merged_image *i;
	uint64_t *known = rdep_map_put(&m->images, image_key(id));

	if (*known) {
		i = &m->image_list[*known - 1];
		if (journal_end > i->journal_end)
			i->journal_end = journal_end;
		return;
	}
	RDEP_GROW(m->image_list, m->image_count);
	i = &m->image_list[m->image_count++];
	*i = (struct rdep_merged_image){.id = {id[0], id[1]}, .journal_end = journal_end};
	*known = m->image_count;
}

/* How many of a merged record's processes are in it already. */
static size_t images_known(const struct rdep_merge *m, const struct rdep_record *r)
{
	size_t i, n = 0;

	for (i = 0; i < r->image_count; i++)
		n += has_image(m, r->images[i].id);
	return n;
}

static void add_images(struct rdep_merge *m, const struct rdep_record *r)
{
	size_t i;

	if (!r->header.merged)
		add_image(m, r->header.image_id, r->header.journal_end);
	for (i = 0; r->header.merged && i < r->image_count; i++)
		add_image(m, r->images[i].id, r->images[i].journal_end);
}

/* ---- reading ---- */

static void take_all(struct mg_input *in)
{
	mg_take_modules(in);
	mg_take_classes(in);
	mg_take_roles(in);
	mg_take_edges(in);
	mg_take_findings(in);
	mg_take_rest(in);
}

/* by_name: as the model names them, with symbols that are kept over all records. */
static void take_record(struct rdep_merge *m, struct rdep_record *r)
{
	struct rdep_report names = {0};
	struct rdep_process process = {.record = r, .report = &names, .name = "?", .cmdline = ""};
	struct mg_input in;

	add_images(m, r);
	mg_open(&in, m, r);
	if (m->by_name) {
		names.symbols = m->names->symbols;
		in.process = &process;
	}
	take_all(&in);
	mg_close(&in);
	rdep_map_free(&process.classes);
	rdep_map_free(&process.stacks);
	rdep_map_free(&process.findings);
	rdep_arena_free(&names.arena);
}

/* False when it can't be read; a merged record that names none of its processes was never one. */
static bool read_input(struct rdep_merge *m, const struct mg_input_name *n, rdep_merge_bad *bad, void *arg)
{
	struct rdep_error err = {""};
	struct rdep_record *r;
	size_t known;

	if (!n->merged && has_image(m, n->id)) {
		m->counts.again++;
		return true;
	}
	r = rdep_record_open(n->path, &err);
	if (!r) {
		tell(bad, arg, err.text);
		return false;
	}
	known = n->merged ? images_known(m, r) : 0;
	if (r->header.merged && !r->image_count) {
		rdep_error_set(&err, "%s: damaged: a merged record that does not say of which processes it is", n->path);
		tell(bad, arg, err.text);
		rdep_record_close(r);
		return false;
	}
	if (known && known == r->image_count) {
		m->counts.again++;
	} else {
		m->counts.overlapping += known != 0;
		m->overlapped |= known != 0;
		take_record(m, r);
	}
	rdep_record_close(r);
	return true;
}

/* Those of most processes first, so that what is in them is known; of one process's, the one that was read furthest. */
static int by_content(const void *a, const void *b)
{
	const struct mg_input_name *x = a, *y = b;
	int i;

	if (x->merged != y->merged)
		return x->merged > y->merged ? -1 : 1;
	for (i = 0; i < 2; i++)
		if (x->id[i] != y->id[i])
			return x->id[i] < y->id[i] ? -1 : 1;
	if (x->journal_end != y->journal_end)
		return x->journal_end > y->journal_end ? -1 : 1;
	return strcmp(x->path, y->path);
}

size_t rdep_merge_read(struct rdep_merge *m, rdep_merge_bad *bad, void *arg)
{
	size_t i, failed = 0;

	if (m->input_count)
		qsort(m->inputs, m->input_count, sizeof(*m->inputs), by_content);
	for (i = 0; i < m->input_count; i++) {
		rdep_progress("merging records", i, m->input_count);
		failed += !read_input(m, &m->inputs[i], bad, arg);
	}
	rdep_progress("merging records", i, m->input_count);
	mg_look_across(m);
	return failed;
}

bool rdep_merge_says(const struct rdep_merge *m)
{
	return m->search_cut || m->lumps_left;
}

struct rdep_merge_counts rdep_merge_counts(const struct rdep_merge *m)
{
	struct rdep_merge_counts c = m->counts;

	c.processes = m->image_count;
	c.classes = m->classes.count;
	c.edges = m->edges.count;
	c.findings = m->findings.count;
	c.across = m->across.count;
	return c;
}
