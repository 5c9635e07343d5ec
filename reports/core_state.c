/* SPDX-License-Identifier: MIT */
/* core_state.c - see core_state.h. */
#include "reports/core_state.h"

#include <stdlib.h>
#include <string.h>
#include "reports/progress.h"
#include "reports/record_items.h"
#include "runtime/crc32c.h"

#define PIECE (64u << 10)
#define THREADS_MAX (1u << 20)
#define CHUNKS_MAX (1u << 20)
#define CHAIN_LONGEST 4096u
#define NEAR                                                                                       \
	(4ull << 20) /* the object's data lie behind its last mapping, where they are not from the \
			file */

/* ---- the root ---- */

static bool root_at(struct rdep_core *c, uint64_t address, struct rd_core_root *r)
{
	size_t from = offsetof(struct rd_core_root, segment_first),
	       end = offsetof(struct rd_core_root, header);

	return rdep_core_get(c, address, r, sizeof(*r)) && r->self == address &&
	       (r->version != RD_CORE_VERSION ||
		r->crc == rdep_crc32c(0, (const char *)r + from, end - from));
}

/* Looks at [start, end) of the memory; *left: bytes that may be read for that. */
static bool scan(struct rdep_core *c, uint64_t start, uint64_t end, uint64_t *left,
		 struct rd_core_root *r)
{
	char *piece = rdep_alloc(PIECE);
	bool found = false;
	uint64_t at = start;

	while (at < end && !found && *left) {
		size_t n = rdep_core_read(c, at, piece,
					  end - at < PIECE ? (size_t)(end - at) : PIECE),
		       i;

		if (!n)
			break;
		*left -= n < *left ? n : *left;
		rdep_progress("searching the core", c->size - *left, c->size);
		for (i = (size_t)(-at % RD_CORE_ALIGN); i + 16 <= n && !found; i += RD_CORE_ALIGN)
			found = !memcmp(piece + i, RD_CORE_MAGIC, 16) && root_at(c, at + i, r);
		at += n;
	}
	free(piece);
	return found;
}

static bool is_runtime(const struct rdep_core_module *m)
{
	return strncmp(rdep_basename(m->path), "libreclaimdep.so", 16) == 0;
}

static bool scan_segments(struct rdep_core *c, uint64_t low, uint64_t high, uint64_t *left,
			  struct rd_core_root *r)
{
	size_t i;

	for (i = 0; i < c->segment_count; i++) {
		const struct rdep_core_segment *g = &c->segments[i];

		if (g->writable && g->start < high && low < g->end &&
		    scan(c, g->start, g->end, left, r))
			return true;
	}
	return false;
}

/* *loaded: the object is mapped, whatever is found. */
static bool find_root(struct rdep_core *c, struct rd_core_root *r, bool *loaded)
{
	uint64_t left = c->size;
	size_t i;

	*loaded = false;
	for (i = 0; i < c->module_count; i++) {
		const struct rdep_core_module *m = &c->modules[i];

		if (!is_runtime(m))
			continue;
		*loaded = true;
		if (scan_segments(c, m->start, m->end + NEAR, &left, r))
			return true;
	}
	left = c->size;
	return scan_segments(c, 0, UINT64_MAX, &left, r);
}

static bool no_root(const struct rdep_core *c, bool loaded, struct rdep_error *err)
{
	if (loaded && c->cut)
		rdep_error_set(err,
			       "%s: cut short (%llu of %llu bytes), and what reclaimdep knew lies "
			       "in what is missing: "
			       "was there room for it, and did `ulimit -c` allow it?",
			       c->path, (unsigned long long)c->size,
			       (unsigned long long)c->should_be);
	else if (loaded)
		rdep_error_set(err,
			       "%s: libreclaimdep.so was loaded, but there is no state of it: it "
			       "had not come up, was "
			       "told to skip this program, is older than this command, or its "
			       "memory was left out of "
			       "the core (/proc/PID/coredump_filter)",
			       c->path);
	else if (c->cut)
		rdep_error_set(err,
			       "%s: cut short (%llu of %llu bytes), and no reclaimdep in what is "
			       "there: was there room "
			       "for it, and did `ulimit -c` allow it?",
			       c->path, (unsigned long long)c->size,
			       (unsigned long long)c->should_be);
	else
		rdep_error_set(err,
			       "%s: the process%s%s did not run under reclaimdep: there is nothing "
			       "of it in the core. "
			       "Start the program with `reclaimdep COMMAND`",
			       c->path, *c->name ? " " : "", c->name);
	return false;
}

/* ---- numbers in it ---- */

bool rdep_core_member(const struct rdep_core_state *s, uint64_t address,
		      enum rd_core_field_number f, uint64_t *value)
{
	const struct rd_core_field *field = &s->root.field[f];

	*value = 0;
	return field->size && field->size <= sizeof(*value) &&
	       address <= UINT64_MAX - field->offset &&
	       rdep_core_get(s->core, address + field->offset, value, field->size);
}

/* The n bytes that an address of the root leads to. */
static bool at_root(const struct rdep_core_state *s, enum rd_core_address a, void *p, size_t n)
{
	memset(p, 0, n);
	return s->root.address[a] && rdep_core_get(s->core, s->root.address[a], p, n);
}

/* ---- its parts ---- */

/* The core's threads by pthread_self(), which the register FS has, and by number; index plus 1. */
struct directory {
	struct rdep_map pthreads, tids;
};

static void list_threads(const struct rdep_core *c, struct directory *d)
{
	size_t i;

	memset(d, 0, sizeof(*d));
	for (i = c->thread_count; i-- > 0;) {
		*rdep_map_put(&d->pthreads, c->threads[i].regs[RDEP_REG_FS_BASE]) = i + 1;
		*rdep_map_put(&d->tids, c->threads[i].tid) = i + 1;
	}
}

static size_t core_thread(const struct directory *d, uint64_t pthread, uint32_t tid)
{
	uint64_t *i = pthread ? rdep_map_get(&d->pthreads, pthread) : NULL;

	if (!i)
		i = rdep_map_get(&d->tids, tid);
	return i ? (size_t)*i : 0;
}

/* What the table of threads has of it. */
static void read_info(struct rdep_core_state *s, struct rdep_core_known *k)
{
	const struct rd_core_field *name = &s->root.field[RD_CORE_F_INFO_NAME];
	uint64_t at, v[4];
	size_t steps = 0;
	uint32_t room;

	if (!at_root(s, RD_CORE_INFOS, &at, sizeof(at)) ||
	    !at_root(s, RD_CORE_INFO_ROOM, &room, sizeof(room)) || !room ||
	    !rdep_core_get(s->core, at + (k->id & (room - 1)) * sizeof(at), &at, sizeof(at)))
		return;
	while (at && steps++ < CHAIN_LONGEST && rdep_core_member(s, at, RD_CORE_F_INFO_ID, &v[0]) &&
	       v[0] != k->id)
		if (!rdep_core_member(s, at, RD_CORE_F_INFO_NEXT, &at))
			return;
	if (!at || !rdep_core_member(s, at, RD_CORE_F_INFO_ID, &v[0]) || v[0] != k->id)
		return;
	rdep_core_member(s, at, RD_CORE_F_INFO_START, &v[1]);
	rdep_core_member(s, at, RD_CORE_F_INFO_PARENT, &v[2]);
	rdep_core_member(s, at, RD_CORE_F_INFO_STACK, &v[3]);
	k->start_routine = v[1];
	k->parent = (uint32_t)v[2];
	k->create_stack = (uint32_t)v[3];
	if (name->size == sizeof(k->name))
		rdep_core_read(s->core, at + name->offset, k->name, sizeof(k->name));
}

static int known_order(const void *pa, const void *pb)
{
	const struct rdep_core_known *a = pa, *b = pb;

	return a->id < b->id ? -1 : a->id > b->id;
}

/* They come in the order of the list, which has as many as the core has threads, and those that are
 * not known to be gone. */
static void read_threads(struct rdep_core_state *s)
{
	struct directory d;
	uint64_t at, v[8];
	size_t steps = 0, i;

	s->known_of = rdep_alloc((s->core->thread_count + 1) * sizeof(*s->known_of));

	if (!at_root(s, RD_CORE_THREADS, &at, sizeof(at)))
		return;
	list_threads(s->core, &d);
	while (at && steps++ < THREADS_MAX) {
		struct rdep_core_known k;

		if (!rdep_core_member(s, at, RD_CORE_F_THREAD_NEXT, &v[0]) ||
		    !rdep_core_member(s, at, RD_CORE_F_THREAD_ID, &v[1]) ||
		    !rdep_core_member(s, at, RD_CORE_F_THREAD_TID, &v[2]))
			break;
		rdep_core_member(s, at, RD_CORE_F_THREAD_PTHREAD, &v[3]);
		rdep_core_member(s, at, RD_CORE_F_THREAD_TOP, &v[4]);
		rdep_core_member(s, at, RD_CORE_F_THREAD_BOTTOM, &v[5]);
		rdep_core_member(s, at, RD_CORE_F_THREAD_SLOT, &v[6]);
		rdep_core_member(s, at, RD_CORE_F_THREAD_SCOPE, &v[7]);
		k = (struct rdep_core_known){.id = (uint32_t)v[1],
					     .tid = (uint32_t)v[2],
					     .scope = (uint32_t)v[7],
					     .pthread = v[3],
					     .top = v[4],
					     .bottom = v[5],
					     .slot = v[6]};
		k.thread = k.tid ? core_thread(&d, k.pthread, k.tid) : 0;
		/* One that ended, or is in a child of a fork that has no state of its own. */
		if (k.thread && s->known_count < s->core->thread_count) {
			read_info(s, &k);
			RDEP_GROW(s->known, s->known_count);
			s->known[s->known_count++] = k;
		}
		at = v[0];
	}
	if (s->known_count)
		qsort(s->known, s->known_count, sizeof(*s->known), known_order);
	for (i = 0; i < s->known_count; i++)
		s->known_of[s->known[i].thread - 1] = i + 1;
	rdep_map_free(&d.pthreads);
	rdep_map_free(&d.tids);
}

static void read_chunks(struct rdep_core_state *s)
{
	uint64_t at, cursor;
	uint32_t n, i;

	if (!at_root(s, RD_CORE_CHUNKS, &at, sizeof(at)) ||
	    !at_root(s, RD_CORE_CHUNK_COUNT, &n, sizeof(n)) ||
	    !at_root(s, RD_CORE_CURSOR, &cursor, sizeof(cursor)) || n > CHUNKS_MAX)
		return;
	for (i = 0; i < n; i++) {
		struct rd_core_chunk ch;

		if (!rdep_core_get(s->core, at + i * sizeof(ch), &ch, sizeof(ch)) ||
		    ch.size > UINT64_MAX / 4 || ch.offset > UINT64_MAX / 4 ||
		    ch.base > UINT64_MAX - ch.size)
			return;
		RDEP_GROW(s->chunks, s->chunk_count);
		s->chunks[s->chunk_count++] = ch;
	}
	if (n && cursor <= s->chunks[n - 1].size)
		s->journal_end = s->chunks[n - 1].offset + cursor;
}

uint64_t rdep_core_record_offset(const struct rdep_core_state *s, uint64_t address)
{
	size_t i;

	for (i = 0; i < s->chunk_count; i++)
		if (address >= s->chunks[i].base && address - s->chunks[i].base < s->chunks[i].size)
			return s->chunks[i].offset + (address - s->chunks[i].base);
	return 0;
}

bool rdep_core_next_instance(const struct rdep_core_state *s, uint64_t *i,
			     struct rdep_core_instance *in)
{
	uint64_t array = s->root.address[RD_CORE_INSTANCES], elem, n, segment, at, v[3];
	const struct rd_core_field *segments = &s->root.field[RD_CORE_F_ARRAY_SEGMENT];
	uint32_t count, first = s->root.segment_first;
	unsigned k;

	if (!at_root(s, RD_CORE_INSTANCE_COUNT, &count, sizeof(count)) || !array || !first ||
	    !rdep_core_member(s, array, RD_CORE_F_ARRAY_ELEM, &elem) || elem > 4096)
		return false;
	while (++*i < count) {
		n = *i / first + 1;
		k = 63u - (unsigned)__builtin_clzll(n);
		if ((k + 1) * 8u > segments->size ||
		    !rdep_core_get(s->core, array + segments->offset + k * 8u, &segment,
				   sizeof(segment)) ||
		    !segment)
			return false;
		at = segment + (*i - ((1ull << k) - 1) * first) * elem;
		if (!rdep_core_member(s, at, RD_CORE_F_INSTANCE_ADDRESS, &v[0]) ||
		    !rdep_core_member(s, at, RD_CORE_F_INSTANCE_CLASS, &v[1]))
			return false;
		rdep_core_member(s, at, RD_CORE_F_INSTANCE_GENERATION, &v[2]);
		if (!v[1])
			continue;
		*in = (struct rdep_core_instance){v[0], (uint32_t)v[1], (uint32_t)v[2]};
		return true;
	}
	return false;
}

/* ---- all of it ---- */

/*
 * A child of a fork has its parent's state, until it is followed itself: the word that says so is in a page that the
 * kernel wiped on fork, and which is not in the core, as nothing is in it.
 */
static bool is_followed(const struct rdep_core_state *s)
{
	uint64_t at;
	uint32_t alive;

	if (!at_root(s, RD_CORE_ALIVE, &at, sizeof(at)))
		return true;
	return rdep_core_get(s->core, at, &alive, sizeof(alive)) ? alive != 0 : s->core->cut;
}

bool rdep_core_state_find(struct rdep_core *c, struct rdep_core_state *s, struct rdep_error *err)
{
	bool loaded;

	memset(s, 0, sizeof(*s));
	s->core = c;
	if (!find_root(c, &s->root, &loaded))
		return no_root(c, loaded, err);
	if (s->root.version != RD_CORE_VERSION) {
		rdep_error_set(err,
			       "%s: written under another version of reclaimdep: its state is of "
			       "version %u, this command "
			       "reads %u: use the command of that version",
			       c->path, s->root.version, RD_CORE_VERSION);
		return false;
	}
	memcpy(&s->header, s->root.header, offsetof(struct rdep_header, state));
	if (!s->root.up || memcmp(s->header.magic, RDEP_MAGIC, 8) != 0 ||
	    s->header.header_crc != rdep_header_crc(&s->header)) {
		rdep_error_set(
			err, "%s: the state of reclaimdep in it, at address 0x%llx, makes no sense",
			c->path, (unsigned long long)s->root.self);
		return false;
	}
	if (!is_followed(s)) {
		rdep_error_set(err,
			       "%s: of a child of a fork that took no lock since, and is not "
			       "followed before it does: what "
			       "is in it is its parent's (pid %u)",
			       c->path, s->header.pid);
		return false;
	}
	if (!s->root.address[RD_CORE_PATH] ||
	    !rdep_core_text(c, s->root.address[RD_CORE_PATH], s->record, sizeof(s->record)))
		s->record[0] = 0;
	at_root(s, RD_CORE_TAG_NONCE, &s->nonce, sizeof(s->nonce));
	read_chunks(s);
	read_threads(s);
	return true;
}

void rdep_core_state_free(struct rdep_core_state *s)
{
	free(s->known);
	free(s->known_of);
	free(s->chunks);
}
