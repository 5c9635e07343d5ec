/* SPDX-License-Identifier: MIT */
/* core_source.c - where the record of a core's process is got from. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "reports/core_record.h"
#include "reports/record_items.h"
#include "runtime/crc32c.h"

#define PIECE (1u << 20)

static bool write_failed(struct rdep_core_made *m, struct rdep_error *err)
{
	rdep_error_set(err, "%s: can't write: %s", m->path, strerror(errno));
	return false;
}

static bool same_image(const struct rdep_core_made *m, const struct rdep_header *h)
{
	return !memcmp(h->image_id, m->state.header.image_id, sizeof(h->image_id));
}

/* ---- the record's mappings, where the core has them ---- */

static bool mapped_header(struct rdep_core_made *m, struct rdep_header *h)
{
	struct rdep_core *c = m->core;
	uint64_t at, variable = m->state.root.address[RD_CORE_HEADER];

	return variable && rdep_core_get(c, variable, &at, sizeof(at)) &&
	       rdep_core_get(c, at, h, sizeof(*h)) && !memcmp(h->magic, RDEP_MAGIC, 8) &&
	       same_image(m, h) && h->header_crc == rdep_header_crc(h);
}

/* The chunks lie behind each other in the file, and each is all there. */
static bool chunks_are_mapped(struct rdep_core_made *m)
{
	const struct rdep_core_state *s = &m->state;
	uint64_t at = RDEP_HEADER_SIZE, left = m->core->size;
	struct rdep_chunk c;
	size_t i;
	char last;

	for (i = 0; i < s->chunk_count; i++) {
		const struct rd_core_chunk *k = &s->chunks[i];

		if (k->offset != at || k->size > left || k->size <= sizeof(c) ||
		    !rdep_core_get(m->core, k->base, &c, sizeof(c)) ||
		    c.magic != RDEP_CHUNK_MAGIC ||
		    !rdep_core_get(m->core, k->base + k->size - 1, &last, 1))
			return false;
		at += k->size;
		left -= k->size;
	}
	return s->chunk_count > 0;
}

static bool copy_mapped(struct rdep_core_made *m, struct rdep_header *h, struct rdep_error *err)
{
	char *piece = rdep_alloc(PIECE);
	bool good = true;
	size_t i;

	for (i = 0; i < m->state.chunk_count && good; i++) {
		const struct rd_core_chunk *k = &m->state.chunks[i];
		uint64_t done = 0;

		while (done < k->size && good) {
			size_t n = k->size - done < PIECE ? (size_t)(k->size - done) : PIECE;

			n = rdep_core_read(m->core, k->base + done, piece, n);
			if (!n)
				break;
			good = rdep_write_at(m->fd, piece, n, k->offset + done);
			done += n;
		}
	}
	free(piece);
	good = good && rdep_write_at(m->fd, h, sizeof(*h), 0);
	m->source = RDEP_CORE_MAPPED;
	rdep_core_say(m, "record: as it is in the core, mapped");
	return good || write_failed(m, err);
}

/* ---- its file ---- */

/* n bytes of the file, as much of them as there is. False with errno. */
static bool copy_bytes(struct rdep_core_made *m, int from, uint64_t n)
{
	char *piece = rdep_alloc(PIECE);
	uint64_t done = 0;
	bool good = true;

	while (done < n && good) {
		ssize_t got = rdep_record_read(from, piece,
					       n - done < PIECE ? (size_t)(n - done) : PIECE, done);

		if (got <= 0)
			break;
		good = rdep_write_at(m->fd, piece, (size_t)got, done);
		done += (uint64_t)got;
	}
	free(piece);
	return good;
}

static bool copy_file(struct rdep_core_made *m, const char *path, struct rdep_header *h,
		      struct rdep_error *err)
{
	int fd = rdep_record_file(path, err);
	bool good;

	if (fd < 0)
		return false;
	if (m->state.journal_end && m->state.journal_end < h->journal_end) {
		h->journal_end = m->state.journal_end;
		rdep_core_say(m, "record: the process went on after the core; what it wrote later "
				 "is left out, but for what it counted");
	}
	good = copy_bytes(m, fd, h->journal_end) && rdep_write_at(m->fd, h, sizeof(*h), 0);
	close(fd);
	m->source = RDEP_CORE_FILE;
	return good || write_failed(m, err);
}

static bool is_another(struct rdep_core_made *m, const char *path, const struct rdep_header *h,
		       struct rdep_error *err)
{
	const uint64_t *its = m->state.header.image_id;

	if (same_image(m, h))
		return false;
	rdep_error_set(err,
		       "%s: of another process than %s: it is of image %016llx%016llx, the core of "
		       "%016llx%016llx, whose "
		       "record was %s",
		       path, m->core->path, (unsigned long long)h->image_id[0],
		       (unsigned long long)h->image_id[1], (unsigned long long)its[0],
		       (unsigned long long)its[1],
		       *m->state.record ? rdep_clean(&m->core->arena, m->state.record,
						     strlen(m->state.record))
					: "never a file");
	return true;
}

/* One that the caller names has to be the process's. */
static bool copy_named(struct rdep_core_made *m, const char *path, struct rdep_error *err)
{
	struct rdep_header h;

	if (rdep_record_header(path, &h, err) < 0 || is_another(m, path, &h, err) ||
	    !copy_file(m, path, &h, err))
		return false;
	rdep_core_say(m, "record: %s", path);
	return true;
}

static int is_record(const struct dirent *d)
{
	size_t n = strlen(d->d_name), suffix = strlen(RDEP_SUFFIX);

	return n > suffix && !strcmp(d->d_name + n - suffix, RDEP_SUFFIX);
}

/* Of a directory, the one that is the process's. */
static bool copy_of_directory(struct rdep_core_made *m, const char *dir, struct rdep_error *err)
{
	struct dirent **names;
	int i, n = scandir(dir, &names, is_record, alphasort);
	struct rdep_error ignored;
	struct rdep_header h;
	char *found = NULL;

	for (i = 0; i < n; i++) {
		char *path;

		if (!found && asprintf(&path, "%s/%s", dir, names[i]->d_name) >= 0) {
			if (rdep_record_header(path, &h, &ignored) == 0 && same_image(m, &h))
				found = path;
			else
				free(path);
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	if (found) {
		bool good = copy_named(m, found, err);

		free(found);
		return good;
	}
	rdep_error_set(err, "%s: none of the %d records in it is of the process of %s", dir,
		       n < 0 ? 0 : n, m->core->path);
	return false;
}

static bool is_there(struct rdep_core_made *m, struct rdep_header *h)
{
	struct rdep_error ignored;

	return m->state.record[0] == '/' && rdep_record_header(m->state.record, h, &ignored) == 0 &&
	       same_image(m, h);
}

/* ---- what the runtime keeps of it ---- */

struct rebuilding {
	struct rdep_core_writer w;
	struct rdep_map met; /* type << 32 | id */
};

static bool has_id(unsigned type)
{
	return type == RDEP_MODULE || type == RDEP_CLASS || type == RDEP_STACK ||
	       type == RDEP_EDGE || type == RDEP_THREAD || type == RDEP_SITE || type == RDEP_SCOPE;
}

/* What found no room in a record is tried again, and kept again. */
static void put_item(void *arg, unsigned type, const void *payload, size_t fixed, size_t more)
{
	struct rebuilding *b = arg;
	uint64_t *met;
	uint32_t id;

	if (has_id(type) && fixed >= sizeof(id)) {
		memcpy(&id, payload, sizeof(id));
		met = rdep_map_put(&b->met, (uint64_t)type << 32 | id);
		if (*met)
			return;
		*met = 1;
	}
	rdep_writer_item(&b->w, type, payload, fixed, more);
}

static bool rebuild(struct rdep_core_made *m, struct rdep_error *err)
{
	struct rdep_header h, with_counters;
	struct rebuilding b = {0};
	uint64_t lost;
	size_t n;
	bool bad;

	memcpy(&h, &m->state.header, sizeof(h));
	/* Where no file could be made the header is in private memory. */
	if (mapped_header(m, &with_counters))
		memcpy(h.counters, with_counters.counters, sizeof(h.counters));
	else
		rdep_core_miss(m, "the record was not at hand: its counters are not known");
	rdep_writer_begin(&b.w, m->fd, RDEP_HEADER_SIZE, 0);
	n = rdep_core_kept(&m->state, put_item, &b, &lost, &bad);
	rdep_map_free(&b.met);
	m->source = RDEP_CORE_REBUILT;
	rdep_core_say(m, "record: none at hand (it was %s): rebuilt from the process's memory",
		      *m->state.record ? m->state.record : "never a file");
	if (!n)
		rdep_core_miss(m, "nothing of the record was kept in memory: core_max=0, or that "
				  "memory is not in the core");
	if (lost)
		rdep_core_miss(m,
			       "what the record has behind its first %zu items was not kept in "
			       "memory: core_max= was too small",
			       n);
	if (bad)
		rdep_core_miss(m, "what is kept of the record in memory makes no sense from some "
				  "point on, or is not in the core");
	return rdep_writer_end(&b.w, &h) || write_failed(m, err);
}

bool rdep_core_copy(struct rdep_core_made *m, const char *record, struct rdep_error *err)
{
	struct rdep_header h;
	struct stat st;
	bool good;

	if (record) {
		good = stat(record, &st) == 0 && S_ISDIR(st.st_mode)
			       ? copy_of_directory(m, record, err)
			       : copy_named(m, record, err);
	} else if (mapped_header(m, &h) && chunks_are_mapped(m)) {
		good = copy_mapped(m, &h, err);
	} else if (is_there(m, &h)) {
		good = copy_file(m, m->state.record, &h, err);
		rdep_core_say(m, "record: %s, where the process wrote it", m->state.record);
	} else {
		good = rebuild(m, err);
	}
	return good && rdep_core_reread(m, err);
}

bool rdep_core_reread(struct rdep_core_made *m, struct rdep_error *err)
{
	rdep_record_close(m->record);
	m->record = rdep_record_open(m->path, err);
	return m->record != NULL;
}

/* The last chunk ends where its last item does, so that another one may come there. */
void rdep_core_append(struct rdep_core_made *m, struct rdep_core_writer *w)
{
	struct rdep_record *r = m->record;
	uint64_t at = (r->next + 7) & ~7ull, start = r->chunk_start - sizeof(struct rdep_chunk);
	struct rdep_chunk c;

	if (r->chunk_start && r->chunk_end != UINT64_MAX && r->chunk_end > at && start < at &&
	    rdep_record_read(m->fd, &c, sizeof(c), start) == (ssize_t)sizeof(c)) {
		if (at == r->chunk_start) {
			at = start;
		} else {
			c.size = at - start;
			c.crc = rdep_chunk_crc(&c);
			rdep_write_at(m->fd, &c, sizeof(c), start);
		}
	}
	if (at < RDEP_HEADER_SIZE)
		at = RDEP_HEADER_SIZE;
	rdep_writer_begin(w, m->fd, at, (uint32_t)(at >> 12));
}
