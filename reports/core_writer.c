/* SPDX-License-Identifier: MIT */
/* core_writer.c - see core_writer.h. */
#include "reports/core_writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "runtime/crc32c.h"

#define CHUNK (4u << 20)

bool rdep_write_at(int fd, const void *p, size_t n, uint64_t at)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = pwrite(fd, (const char *)p + done, n - done, (off_t)(at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			errno = got ? errno : EIO;
			return false;
		}
		done += (size_t)got;
	}
	return true;
}

void rdep_writer_begin(struct rdep_core_writer *w, int fd, uint64_t at, uint32_t index)
{
	*w = (struct rdep_core_writer){.fd = fd,
				       .at = at,
				       .index = index,
				       .chunk = rdep_alloc(CHUNK),
				       .used = sizeof(struct rdep_chunk)};
}

static void flush(struct rdep_core_writer *w)
{
	struct rdep_chunk c = {
		.magic = RDEP_CHUNK_MAGIC, .index = w->index, .offset = w->at, .size = w->used};

	if (w->used == sizeof(c))
		return;
	c.crc = rdep_chunk_crc(&c);
	memcpy(w->chunk, &c, sizeof(c));
	if (!w->failed && !rdep_write_at(w->fd, w->chunk, w->used, w->at))
		w->failed = true;
	w->at += w->used;
	w->index++;
	w->used = sizeof(c);
}

/* The item's payload, zeroed, in the chunk; NULL: too large. */
static char *room_for(struct rdep_core_writer *w, unsigned type, size_t fixed, size_t more)
{
	size_t size = (sizeof(struct rdep_item) + fixed + more + 7) & ~(size_t)7;
	struct rdep_item item = {.magic = RDEP_ITEM_MAGIC,
				 .type = (uint16_t)type,
				 .size = (uint32_t)size,
				 .fixed = (uint32_t)fixed};
	char *p;

	if (size > RDEP_ITEM_MAX)
		return NULL;
	if (size > CHUNK - w->used)
		flush(w);
	p = w->chunk + w->used;
	memset(p, 0, size);
	memcpy(p, &item, sizeof(item));
	w->used += size;
	return p + sizeof(item);
}

static uint64_t seal(struct rdep_core_writer *w, char *payload)
{
	struct rdep_item item;

	memcpy(&item, payload - sizeof(item), sizeof(item));
	item.crc = rdep_item_crc(&item, payload);
	memcpy(payload - sizeof(item), &item, sizeof(item));
	return w->at + (uint64_t)(payload - w->chunk);
}

uint64_t rdep_writer_item(struct rdep_core_writer *w, unsigned type, const void *payload,
			  size_t fixed, size_t more)
{
	char *p = room_for(w, type, fixed, more);

	if (!p)
		return 0;
	memcpy(p, payload, fixed + more);
	return seal(w, p);
}

void rdep_writer_board(struct rdep_core_writer *w, const struct rdep_slot *slots, size_t count)
{
	static const size_t most = 256;
	size_t done, n;

	for (done = 0; done < count; done += n) {
		struct rdep_board b = {.slot_size = sizeof(*slots)};
		char *p;

		n = count - done < most ? count - done : most;
		b.count = (uint32_t)n;
		p = room_for(w, RDEP_BOARD, sizeof(b), n * sizeof(*slots));
		if (!p)
			return;
		b.slots_at = w->at + (uint64_t)(p - w->chunk) + sizeof(b);
		memcpy(p, &b, sizeof(b));
		memcpy(p + sizeof(b), slots + done, n * sizeof(*slots));
		seal(w, p);
	}
}

bool rdep_writer_end(struct rdep_core_writer *w, struct rdep_header *h)
{
	flush(w);
	free(w->chunk);
	h->journal_end = h->file_size = w->at;
	return !w->failed && rdep_write_at(w->fd, h, sizeof(*h), 0);
}
