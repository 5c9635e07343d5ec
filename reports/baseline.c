/* SPDX-License-Identifier: MIT */
/* baseline.c - see baseline.h. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "reports/model.h"

#define JSON_MAX (256u << 20)

static void add(struct rdep_baseline *b, const struct rdep_known *k)
{
	uint64_t *at = rdep_map_put(&b->by_fingerprint, rdep_hash_text(k->fingerprint));

	if (*at)
		return;
	RDEP_GROW(b->list, b->count);
	b->list[b->count++] = *k;
	*at = b->count;
}

/* ---- of records ---- */

static const char *keep(struct rdep_baseline *b, const char *text)
{
	return rdep_arena_text(&b->arena, text, strlen(text));
}

static void add_finding(struct rdep_baseline *b, const struct rdep_mfinding *f)
{
	add(b, &(struct rdep_known){
		       .fingerprint = keep(b, f->fingerprint),
		       .kind = f->kind_id,
		       .verdict = f->verdict_id,
		       .title = keep(b, f->title),
		       .suppression = keep(b, f->suppression),
		       .severity = rdep_severity_id(f->severity),
		       .weight = f->severity,
		       .certain = f->verdict,
		       .suppressed = f->suppressed,
	       });
}

static int read_records(struct rdep_baseline *b, const char *path, struct rdep_report *in, bool into,
			struct rdep_error *err)
{
	struct rdep_report *r = into ? in : rdep_report_new_like(in);
	int rc = rdep_report_add(r, path, err) < 0 ? -1 : 0;
	size_t i;

	if (!rc) {
		rdep_model_join(r);
		for (i = 0; i < r->finding_count; i++)
			add_finding(b, r->findings[i]);
	}
	if (!into)
		rdep_report_free(r);
	return rc;
}

/* ---- of a JSON report ---- */

static const char *text_of(struct rdep_baseline *b, json_t *o, const char *key)
{
	json_t *v = json_object_get(o, key);

	return json_is_string(v)
		       ? rdep_clean(&b->arena, json_string_value(v), json_string_length(v))
		       : "";
}

static bool is_fingerprint(const char *s)
{
	return strlen(s) == 16 && strspn(s, "0123456789abcdef") == 16;
}

/* A word that this version does not know is as heavy as can be. */
static unsigned weight_of(const char *severity)
{
	unsigned w = RDEP_NOTE_SEVERITY;

	while (w < RDEP_ERROR && strcmp(rdep_severity_id((enum rdep_severity)w), severity))
		w++;
	return w;
}

static unsigned verdict_of(const char *id)
{
	unsigned v = RDEP_GUARDED;

	while (v < RDEP_CERTAIN && strcmp(rdep_verdict_id(v), id))
		v++;
	return v;
}

static int add_object(struct rdep_baseline *b, json_t *o)
{
	struct rdep_known k = {
		.fingerprint = text_of(b, o, "fingerprint"),
		.kind = text_of(b, o, "kind"),
		.verdict = text_of(b, o, "verdict"),
		.title = text_of(b, o, "title"),
		.suppression = text_of(b, o, "suppression"),
		.severity = text_of(b, o, "severity"),
		.suppressed = json_is_object(json_object_get(o, "suppressed")),
	};

	k.weight = weight_of(k.severity);
	k.certain = verdict_of(k.verdict);
	if (!is_fingerprint(k.fingerprint))
		return -1;
	add(b, &k);
	return 0;
}

static int read_objects(struct rdep_baseline *b, const char *path, json_t *root,
			struct rdep_error *err)
{
	json_t *version = json_object_get(root, "schema_version"),
	       *findings = json_object_get(root, "findings"), *o;
	size_t i;

	if (!json_is_array(findings) || !json_is_integer(version)) {
		rdep_error_set(err, "%s: JSON, but not a report (reclaimdep report --format=json)",
			       path);
		return -1;
	}
	if (json_integer_value(version) != 1) {
		rdep_error_set(err, "%s: a report of schema_version %lld: this reclaimdep reads 1",
			       path, (long long)json_integer_value(version));
		return -1;
	}
	json_array_foreach (findings, i, o) {
		if (add_object(b, o) < 0) {
			rdep_error_set(err, "%s: findings[%zu] has no fingerprint of 16 hex digits",
				       path, i);
			return -1;
		}
	}
	return 0;
}

static int read_json(struct rdep_baseline *b, const char *path, FILE *f, struct rdep_error *err)
{
	json_error_t bad;
	json_t *root;
	struct stat st;
	struct rdep_arena scratch = {0};
	int rc = -1;

	if (fstat(fileno(f), &st) || st.st_size > (off_t)JSON_MAX) {
		rdep_error_set(err, "%s: larger than %u MiB: this is no report", path,
			       JSON_MAX >> 20);
		return -1;
	}
	root = json_loadf(f, 0, &bad);
	if (root)
		rc = read_objects(b, path, root, err);
	else
		rdep_error_set(err, "%s:%d: neither a record nor a JSON report: %s", path, bad.line,
			       rdep_clean(&scratch, bad.text, strlen(bad.text)));
	json_decref(root);
	rdep_arena_free(&scratch);
	return rc;
}

/* ---- both ---- */

int rdep_baseline_read(struct rdep_baseline *b, const char *path, struct rdep_report *in, bool into,
		       struct rdep_error *err)
{
	char magic[sizeof(RDEP_MAGIC) - 1];
	struct stat st;
	FILE *f;
	int fd, rc;

	b->given = true;
	if (!stat(path, &st) && S_ISDIR(st.st_mode))
		return read_records(b, path, in, into, err);
	fd = rdep_open_regular(path);
	f = fd < 0 ? NULL : fdopen(fd, "r");
	if (!f) {
		rdep_error_set(err, "%s: can't open: %s", path,
			       errno == EINVAL ? "not a regular file" : strerror(errno));
		return -1;
	}
	if (fread(magic, 1, sizeof(magic), f) == sizeof(magic) &&
	    !memcmp(magic, RDEP_MAGIC, sizeof(magic))) {
		fclose(f);
		return read_records(b, path, in, into, err);
	}
	rewind(f);
	rc = read_json(b, path, f, err);
	fclose(f);
	return rc;
}

void rdep_baseline_free(struct rdep_baseline *b)
{
	free(b->list);
	rdep_map_free(&b->by_fingerprint);
	rdep_arena_free(&b->arena);
	memset(b, 0, sizeof(*b));
}

struct rdep_known *rdep_baseline_find(const struct rdep_baseline *b, const char *fingerprint)
{
	uint64_t *at = b->count ? rdep_map_get(&b->by_fingerprint, rdep_hash_text(fingerprint)) : NULL;

	return at && *at ? &b->list[*at - 1] : NULL;
}

bool rdep_baseline_meet(struct rdep_baseline *b, const char *fingerprint)
{
	struct rdep_known *k = rdep_baseline_find(b, fingerprint);

	if (k)
		k->met = true;
	return k;
}

size_t rdep_baseline_gone(const struct rdep_baseline *b)
{
	size_t i, n = 0;

	for (i = 0; i < b->count; i++)
		n += !b->list[i].met;
	return n;
}

int rdep_report_baseline(struct rdep_report *r, const char *path, struct rdep_error *err)
{
	size_t i;

	if (rdep_baseline_read(&r->baseline, path, r, false, err) < 0)
		return -1;
	for (i = 0; i < r->finding_count; i++)
		r->findings[i]->known =
			rdep_baseline_meet(&r->baseline, r->findings[i]->fingerprint);
	return 0;
}
