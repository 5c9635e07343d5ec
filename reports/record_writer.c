/* SPDX-License-Identifier: MIT */
/* record_writer.c - see record_writer.h. */
#include "reports/record_writer.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "runtime/crc32c.h"

#define CHUNK (2u * RDEP_ITEM_MAX)
#define PAGE 4096u

static size_t round_up(size_t n, size_t to)
{
	return (n + to - 1) / to * to;
}

/* A name in the same directory that no command takes for a record's. */
static char *name_beside(const char *path)
{
	const char *base = rdep_basename(path);
	char *name;

	if (asprintf(&name, "%.*s.%s.XXXXXX", (int)(base - path), path, base) < 0)
		return NULL;
	return name;
}

int rdep_writer_open(struct rdep_writer *w, const char *path, struct rdep_error *err)
{
	struct stat st;

	*w = (struct rdep_writer){.fd = -1};
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		rdep_error_set(err, "%s: not a file", path);
		return -1;
	}
	w->beside = name_beside(path);
	w->fd = w->beside ? mkostemp(w->beside, O_CLOEXEC) : -1;
	if (w->fd < 0 || fchmod(w->fd, 0600) < 0) {
		rdep_error_set(err, "%s: can't write: %s", path, strerror(errno));
		if (w->fd >= 0) {
			unlink(w->beside);
			close(w->fd);
		}
		free(w->beside);
		return -1;
	}
	w->path = rdep_strdup(path);
	w->chunk = rdep_alloc(CHUNK);
	w->at = RDEP_HEADER_SIZE;
	w->used = sizeof(struct rdep_chunk);
	return 0;
}

static void write_at(struct rdep_writer *w, const void *p, size_t n, uint64_t at)
{
	size_t done = 0;

	while (done < n && !w->failed) {
		ssize_t got = pwrite(w->fd, (const char *)p + done, n - done, (off_t)(at + done));

		if (got > 0)
			done += (size_t)got;
		else if (got == 0 || errno != EINTR)
			w->failed = got == 0 ? ENOSPC : errno;
	}
}

static void put_item(struct rdep_writer *w, struct rdep_item *item, size_t payload)
{
	size_t need = sizeof(*item) + payload;
	struct rdep_item *at = (struct rdep_item *)(w->chunk + w->used);

	item->magic = RDEP_ITEM_MAGIC;
	item->size = (uint32_t)round_up(need, 8);
	item->crc = rdep_item_crc(item, at + 1);
	memcpy(at, item, sizeof(*item));
	w->used += item->size;
}

static void flush_chunk(struct rdep_writer *w)
{
	struct rdep_chunk c = {
		.magic = RDEP_CHUNK_MAGIC, .index = w->index++, .offset = w->at, .size = round_up(w->used, PAGE)};
	struct rdep_item pad = {.type = RDEP_PAD};
	size_t left = c.size - w->used;

	if (left >= sizeof(pad))
		put_item(w, &pad, left - sizeof(pad));
	c.crc = rdep_chunk_crc(&c);
	memcpy(w->chunk, &c, sizeof(c));
	write_at(w, w->chunk, c.size, w->at);
	memset(w->chunk, 0, CHUNK);
	w->at += c.size;
	w->used = sizeof(c);
}

uint64_t rdep_writer_at(struct rdep_writer *w, size_t n)
{
	if (w->used + round_up(sizeof(struct rdep_item) + n, 8) > CHUNK)
		flush_chunk(w);
	return w->at + w->used + sizeof(struct rdep_item);
}

void rdep_writer_put(struct rdep_writer *w, unsigned type, const void *head, size_t head_len, const void *tail,
		     size_t tail_len, size_t fixed)
{
	struct rdep_item item = {.type = (uint16_t)type, .fixed = (uint32_t)fixed};
	size_t need = sizeof(item) + head_len + tail_len;
	char *p;

	if (need > RDEP_ITEM_MAX - 8) {
		w->too_large++;
		return;
	}
	if (w->used + round_up(need, 8) > CHUNK)
		flush_chunk(w);
	p = w->chunk + w->used + sizeof(item);
	memcpy(p, head, head_len);
	if (tail_len)
		memcpy(p + head_len, tail, tail_len);
	put_item(w, &item, head_len + tail_len);
}

int rdep_writer_close(struct rdep_writer *w, struct rdep_header *h, struct rdep_error *err)
{
	char page[RDEP_HEADER_SIZE] = {0};
	uint64_t end = w->at + w->used;
	int rc = 0;

	flush_chunk(w);
	memcpy(h->magic, RDEP_MAGIC, sizeof(h->magic));
	h->version = RDEP_VERSION;
	h->min_reader = RDEP_MIN_READER;
	h->byte_order = RDEP_BYTE_ORDER;
	h->header_size = RDEP_HEADER_SIZE;
	h->pointer_bits = 64;
	h->journal_end = end;
	h->file_size = w->at;
	h->header_crc = rdep_header_crc(h);
	memcpy(page, h, sizeof(*h));
	write_at(w, page, sizeof(page), 0);
	if (!w->failed && fsync(w->fd) < 0 && errno != EINVAL)
		w->failed = errno;
	if (close(w->fd) < 0 && !w->failed)
		w->failed = errno;
	if (!w->failed && rename(w->beside, w->path) < 0)
		w->failed = errno;
	if (w->failed) {
		rdep_error_set(err, "%s: can't write: %s", w->path, strerror(w->failed));
		unlink(w->beside);
		rc = -1;
	}
	free(w->beside);
	free(w->path);
	free(w->chunk);
	return rc;
}
