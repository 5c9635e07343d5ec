/* SPDX-License-Identifier: MIT */
/*
 * record.c - opening a record, walking its chunks and items, and finding the way again
 * over damage. What the items mean is in record_items.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "reports/live.h"
#include "reports/record.h"
#include "reports/record_items.h"
#include "runtime/crc32c.h"

#define WINDOW (2u * RDEP_ITEM_MAX)
#define PAGE 4096u
#define ZEROES_MAX (1ull << 30) /* a gap that long ends the reading */

ssize_t rdep_record_read(int fd, void *p, size_t n, uint64_t at)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = pread(fd, (char *)p + done, n - done, (off_t)(at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

/* n <= RDEP_ITEM_MAX bytes of the file at `at`; NULL when they can't be read. Valid until
 * the next call. */
static const char *window(struct rdep_record *r, uint64_t at, size_t n)
{
	ssize_t got;

	if (at >= r->window_at && at + n <= r->window_at + r->window_len)
		return r->window + (at - r->window_at);
	got = rdep_record_read(r->fd, r->window, WINDOW, at);
	r->window_at = at;
	r->window_len = got > 0 ? (size_t)got : 0;
	return n <= r->window_len ? r->window : NULL;
}

int rdep_record_file(const char *path, struct rdep_error *err)
{
	int fd = rdep_open_regular(path);

	if (fd < 0 && errno == EINVAL)
		rdep_error_set(err, "%s: not a file", path);
	else if (fd < 0)
		rdep_error_set(err, "%s: can't open: %s", path, strerror(errno));
	return fd;
}

/* ---- the header ---- */

static int header_check(const struct rdep_header *h, const char *path, struct rdep_error *err)
{
	if (memcmp(h->magic, RDEP_MAGIC, 8) != 0) {
		rdep_error_set(err, "%s: not a reclaimdep record: no \"%s\" at offset 0", path,
			       RDEP_MAGIC);
		return -1;
	}
	if (h->byte_order != RDEP_BYTE_ORDER) {
		rdep_error_set(err, "%s: at offset %zu: a record of another byte order (0x%08x)",
			       path, offsetof(struct rdep_header, byte_order), h->byte_order);
		return -1;
	}
	if (h->min_reader > RDEP_VERSION) {
		rdep_error_set(err,
			       "%s: written by a later version: it needs a reader of record "
			       "version %u, this one knows %u: read it with a newer reclaimdep",
			       path, h->min_reader, RDEP_VERSION);
		return -1;
	}
	if (h->header_crc != rdep_header_crc(h)) {
		rdep_error_set(err,
			       "%s: the header is damaged: checksum at offset %zu is 0x%08x, "
			       "0x%08x expected",
			       path, offsetof(struct rdep_header, header_crc), h->header_crc,
			       rdep_header_crc(h));
		return -1;
	}
	if (h->header_size < sizeof(*h) || h->header_size % 8 || h->header_size > 1u << 20 ||
	    h->pointer_bits != 64) {
		rdep_error_set(err,
			       "%s: at offset %zu: a header of %u bytes for %u-bit pointers is "
			       "not one that this version reads",
			       path, offsetof(struct rdep_header, header_size), h->header_size,
			       h->pointer_bits);
		return -1;
	}
	return 0;
}

static int header_read(int fd, const char *path, struct rdep_header *h, uint64_t *size,
		       struct rdep_error *err)
{
	struct stat st;
	ssize_t got = rdep_record_read(fd, h, sizeof(*h), 0);

	if (got < 0 || fstat(fd, &st) < 0) {
		rdep_error_set(err, "%s: can't read: %s", path, strerror(errno));
		return -1;
	}
	if ((size_t)got < sizeof(*h)) {
		rdep_error_set(err,
			       "%s: cut short: %zd bytes, where a record's header alone has %zu",
			       path, got, sizeof(*h));
		return -1;
	}
	*size = (uint64_t)st.st_size;
	return header_check(h, path, err);
}

int rdep_record_header(const char *path, struct rdep_header *h, struct rdep_error *err)
{
	int rc, fd = rdep_record_file(path, err);
	uint64_t size;

	if (fd < 0)
		return -1;
	rc = header_read(fd, path, h, &size, err);
	close(fd);
	return rc;
}

/* ---- chunks and items ---- */

static bool chunk_valid(const struct rdep_chunk *c, uint64_t at)
{
	return c->magic == RDEP_CHUNK_MAGIC && c->offset == at && c->size > sizeof(*c) &&
	       c->size % 8 == 0 && c->size <= UINT64_MAX - at && c->crc == rdep_chunk_crc(c);
}

/* The item's shape, before its checksum; limit: where it has to end. */
static bool item_shape(const struct rdep_item *item, uint64_t at, uint64_t limit)
{
	return item->magic == RDEP_ITEM_MAGIC && item->type && item->size >= sizeof(*item) &&
	       item->size % 8 == 0 && item->size <= RDEP_ITEM_MAX && item->size <= limit - at &&
	       item->fixed <= item->size - sizeof(*item);
}

static const struct rdep_item *item_at(struct rdep_record *r, uint64_t at, uint64_t limit,
				       uint64_t *budget)
{
	const struct rdep_item *item = (const void *)window(r, at, sizeof(*item));

	if (!item || !item_shape(item, at, limit))
		return NULL;
	if (budget) {
		uint64_t cost = item->fixed + sizeof(*item);

		if (cost > *budget)
			return NULL;
		*budget -= cost;
	}
	item = (const void *)window(r, at, item->size);
	if (!item || item->crc != rdep_item_crc(item, item + 1))
		return NULL;
	return item;
}

static bool chunk_at(struct rdep_record *r, uint64_t at, uint64_t end, struct rdep_chunk *c)
{
	const char *p;

	if (end - at < sizeof(*c))
		return false;
	p = window(r, at, sizeof(*c));
	if (!p)
		return false;
	memcpy(c, p, sizeof(*c));
	return chunk_valid(c, at);
}

/* The next byte of data at or after `at`, past a hole of the file. */
static uint64_t past_hole(const struct rdep_record *r, uint64_t at, uint64_t end)
{
	off_t data = lseek(r->fd, (off_t)at, SEEK_DATA);

	if (data < 0)
		return errno == ENXIO ? end : at;
	data &= ~(off_t)7;
	return (uint64_t)data > end ? end : (uint64_t)data > at ? (uint64_t)data : at;
}

/*
 * Damage at r->next: goes on at the next sound chunk or item before `end`. The sums that
 * are tried on the way have a budget: a file made of false starts would cost its square.
 */
static void resync(struct rdep_record *r, uint64_t end)
{
	uint64_t from = r->next, at = (from | 7) + 1, zeroes = 0;
	struct rdep_chunk c;

	if (!r->first_damage)
		r->first_damage = from;
	r->places_damaged++;
	while (at < end) {
		const char *p = window(r, at, sizeof(uint64_t));
		uint64_t word;

		if (!p) {
			at = end;
			break;
		}
		memcpy(&word, p, sizeof(word));
		if (!word) {
			zeroes += 8;
			if (zeroes % (1u << 20) == 0)
				at = past_hole(r, at, end);
			if (zeroes > ZEROES_MAX) {
				at = end;
				break;
			}
			at += 8;
			continue;
		}
		zeroes = 0;
		if ((uint32_t)word == RDEP_CHUNK_MAGIC && chunk_at(r, at, end, &c)) {
			r->chunk_end = at;
			break;
		}
		if (at >= r->chunk_end)
			r->chunk_end = UINT64_MAX;
		if (item_at(r, at, r->chunk_end < end ? r->chunk_end : end, &r->crc_budget))
			break;
		at += 8;
	}
	if (at > end)
		at = end;
	if (r->places_damaged <= RDEP_DAMAGE_KEPT)
		r->damage[r->places_damaged - 1] = (struct rdep_damage){from, at};
	r->bytes_skipped += at - from;
	r->next = at;
}

/* The first byte from `at` on, at a multiple of 8, of a word that is not zero; end: there is none. */
static uint64_t next_data(struct rdep_record *r, uint64_t at, uint64_t end)
{
	static const char none[PAGE];

	while (at < end) {
		size_t n = end - at < PAGE ? (size_t)(end - at) : PAGE;
		const char *p = window(r, at, n);
		size_t i;

		if (!p)
			return end;
		if (memcmp(p, none, n) == 0) {
			at = past_hole(r, at + n, end);
			continue;
		}
		for (i = 0; i + 8 <= n && memcmp(p + i, none, 8) == 0; i += 8)
			;
		return at + i;
	}
	return end;
}

/* A chunk that turned out too small for its first item has none: no damage. */
static bool unused_chunk(struct rdep_record *r, uint64_t end)
{
	return r->next == r->chunk_start && r->chunk_end <= end && next_data(r, r->next, r->chunk_end) == r->chunk_end;
}

/* A table whose file ends in it: what of it is there is read when it is asked for. */
static bool take_cut(struct rdep_record *r, uint64_t end)
{
	const struct rdep_item *item = (const void *)window(r, r->next, sizeof(*item));

	if (!r->cut || !item || !item_shape(item, r->next, UINT64_MAX) || item->size <= end - r->next ||
	    item->fixed > end - r->next - sizeof(*item) ||
	    (item->type != RDEP_BOARD && item->type != RDEP_HELDS && item->type != RDEP_STATS))
		return false;
	item = (const void *)window(r, r->next, sizeof(*item) + item->fixed);
	if (!item || item->crc != rdep_item_crc(item, item + 1))
		return false;
	rdep_record_take(r, item, r->next);
	r->next = end;
	return true;
}

/* One step: a chunk header, an item, or damage. */
static void step(struct rdep_record *r, uint64_t end)
{
	const struct rdep_item *item;
	struct rdep_chunk c;

	if (r->next == r->chunk_end || r->chunk_end == UINT64_MAX) {
		if (chunk_at(r, r->next, end, &c)) {
			r->next += sizeof(c);
			r->chunk_start = r->next;
			r->chunk_end = c.offset + c.size;
			return;
		}
		if (r->next == r->chunk_end) {
			r->chunk_end = UINT64_MAX;
			resync(r, end);
			return;
		}
	}
	if (r->chunk_end != UINT64_MAX && r->chunk_end - r->next < sizeof(*item)) {
		r->next = r->chunk_end < end ? r->chunk_end : end;
		return;
	}
	item = item_at(r, r->next, r->chunk_end < end ? r->chunk_end : end, NULL);
	if (!item && unused_chunk(r, end)) {
		r->next = r->chunk_end < end ? r->chunk_end : end;
		return;
	}
	if (!item && take_cut(r, end))
		return;
	if (!item) {
		resync(r, end);
		return;
	}
	rdep_record_take(r, item, r->next);
	r->next += item->size;
}

/*
 * Behind what the header says: where it is older than the journal, as after a loss of power, there are items. What was
 * being written when the process was killed is none, and nothing is said of it.
 */
static void read_behind(struct rdep_record *r)
{
	uint64_t end = r->size & ~(uint64_t)7;

	while (r->next < end && next_data(r, r->next, end) < end) {
		struct rdep_record before = *r;

		if (r->chunk_end != UINT64_MAX && r->next > r->chunk_end)
			r->chunk_end = UINT64_MAX;
		step(r, end);
		if (r->places_damaged == before.places_damaged) {
			r->items_behind++;
			continue;
		}
		if (r->next < end)
			continue;
		r->first_damage = before.first_damage;
		r->places_damaged = before.places_damaged;
		r->bytes_skipped = before.bytes_skipped;
		r->chunk_end = before.chunk_end;
		r->next = before.next;
		return;
	}
}

/* Is it a record whose first page never reached the disk? What follows tells. What its header says is made up then. */
static bool header_is_lost(const struct rdep_record *r, struct rdep_header *h, uint64_t *size)
{
	char page[RDEP_HEADER_SIZE];
	static const char none[RDEP_HEADER_SIZE];
	struct stat st;
	const char *pid;

	if (fstat(r->fd, &st) < 0 || rdep_record_read(r->fd, page, sizeof(page), 0) != (ssize_t)sizeof(page) ||
	    memcmp(page, none, sizeof(none)) != 0)
		return false;
	memset(h, 0, sizeof(*h));
	h->header_size = RDEP_HEADER_SIZE;
	h->pointer_bits = 64;
	h->image_id[0] = rdep_hash_text(r->path);
	h->image_id[1] = 1;
	/* PROGRAM.PID.rdep, PROGRAM.PID.N.rdep: as far as the file's name tells. */
	for (pid = strchr(rdep_basename(r->path), '.'); pid; pid = strchr(pid + 1, '.'))
		if (!h->pid)
			h->pid = (uint32_t)strtoul(pid + 1, NULL, 10);
	h->journal_end = h->file_size = *size = (uint64_t)st.st_size;
	return true;
}

static int poll_open(struct rdep_record *r, struct rdep_error *err)
{
	uint64_t end, before = r->next, size;
	struct rdep_header h;
	bool behind;

	if (header_read(r->fd, r->path, &h, &size, err) < 0) {
		if ((r->next && !r->header_lost) || !header_is_lost(r, &h, &size))
			return -1;
		r->header_lost = true;
		err->text[0] = 0;
	}
	if (r->next && memcmp(h.image_id, r->header.image_id, sizeof(h.image_id)) != 0) {
		rdep_error_set(err, "%s: at offset 0: another record took its place", r->path);
		return -1;
	}
	r->header = h;
	r->size = size;
	if (!r->next)
		r->next = r->chunk_end = before = h.header_size;
	end = h.journal_end;
	r->cut = end > size;
	if (r->cut)
		end = size;
	end &= ~7ull;
	behind = !r->cut && r->header.state == RDEP_RUNNING && size > end && !rdep_record_alive(r);
	if (r->next >= end && !behind)
		return 0;
	r->window = rdep_alloc(WINDOW);
	r->window_len = 0;
	r->crc_budget += 16 * (end - before);
	while (r->next < end)
		step(r, end);
	if (behind)
		read_behind(r);
	free(r->window);
	r->window = NULL;
	if (r->header_lost && !r->items_taken)
		return header_read(r->fd, r->path, &h, &size, err);
	return r->next != before;
}

int rdep_record_poll(struct rdep_record *r, struct rdep_error *err)
{
	int rc;

	if (r->copy)
		rdep_live_copy_refresh(r->copy);
	r->fd = rdep_record_file(r->path, err);
	if (r->fd < 0)
		return -1;
	rc = poll_open(r, err);
	close(r->fd);
	r->fd = -1;
	return rc;
}

struct rdep_record *rdep_record_open(const char *path, struct rdep_error *err)
{
	struct rdep_record *r = rdep_alloc(sizeof(*r));

	r->path = rdep_strdup(path);
	r->crc_budget = 64u << 20;
	if (rdep_record_poll(r, err) < 0) {
		rdep_record_close(r);
		return NULL;
	}
	return r;
}

void rdep_record_close(struct rdep_record *r)
{
	if (!r)
		return;
	rdep_record_drop_items(r);
	rdep_arena_free(&r->arena);
	rdep_map_free(&r->index);
	rdep_live_copy_free(r->copy);
	free(r->path);
	free(r->shown);
	free(r);
}

const char *rdep_record_name(const struct rdep_record *r)
{
	return r->shown ? r->shown : r->path;
}
