/* SPDX-License-Identifier: MIT */
/* record_maker.c - see record_maker.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "runtime/crc32c.h"
#include "tests/unit/record_maker.h"

static char *extend(struct maker *m, size_t n)
{
	if (m->size + n > m->room) {
		m->room = 2 * (m->size + n);
		m->data = realloc(m->data, m->room);
		if (!m->data)
			abort();
	}
	memset(m->data + m->size, 0, n);
	m->size += n;
	return m->data + m->size - n;
}

void maker_init(struct maker *m, uint32_t pid)
{
	struct rdep_header *h = &m->header;

	memset(m, 0, sizeof(*m));
	memcpy(h->magic, RDEP_MAGIC, sizeof(h->magic));
	h->version = RDEP_VERSION;
	h->min_reader = RDEP_MIN_READER;
	h->byte_order = RDEP_BYTE_ORDER;
	h->header_size = RDEP_HEADER_SIZE;
	h->machine = 62;
	h->pointer_bits = 64;
	h->image_id[0] = 1600000000000000000u + pid;
	h->image_id[1] = 0x1234567800000000u + pid;
	h->start_realtime_ns = h->image_id[0];
	h->start_monotonic_ns = 1;
	h->pid = pid;
	h->page_size = 4096;
	h->state = RDEP_EXITING;
	m->chunk_size = 4096;
	m->next[RDEP_CLASS] = RDEP_FIRST_CLASS - 1;
	extend(m, RDEP_HEADER_SIZE);
}

void maker_free(struct maker *m)
{
	free(m->data);
}

static void open_chunk(struct maker *m)
{
	struct rdep_chunk c = {
		.magic = RDEP_CHUNK_MAGIC,
		.index = m->next[0]++,
		.offset = m->size,
		.size = m->chunk_size,
	};

	c.crc = rdep_chunk_crc(&c);
	m->chunk = m->size;
	memcpy(extend(m, sizeof(c)), &c, sizeof(c));
}

static size_t chunk_left(const struct maker *m)
{
	return m->chunk ? m->chunk + m->chunk_size - m->size : 0;
}

static size_t put(struct maker *m, unsigned type, const void *payload, size_t n, size_t fixed)
{
	struct rdep_item item = {
		.magic = RDEP_ITEM_MAGIC,
		.type = (uint16_t)type,
		.size = (uint32_t)((sizeof(item) + n + 7) & ~(size_t)7),
		.fixed = (uint32_t)fixed,
	};
	size_t at = m->size;
	char *p = extend(m, item.size);

	if (n)
		memcpy(p + sizeof(item), payload, n);
	item.crc = rdep_item_crc(&item, p + sizeof(item));
	memcpy(p, &item, sizeof(item));
	return at;
}

size_t maker_put(struct maker *m, unsigned type, const void *payload, size_t n, size_t fixed)
{
	size_t need = (sizeof(struct rdep_item) + n + 7) & ~(size_t)7;

	if (chunk_left(m) < need) {
		size_t left = chunk_left(m), usual = m->chunk_size;

		if (left >= sizeof(struct rdep_item)) {
			char *zeroes = calloc(1, left);

			put(m, RDEP_PAD, zeroes, left - sizeof(struct rdep_item), 0);
			free(zeroes);
		} else if (left) {
			extend(m, left);
		}
		while (m->chunk_size < need + sizeof(struct rdep_chunk))
			m->chunk_size += usual;
		open_chunk(m);
	}
	return put(m, type, payload, n, fixed);
}

/* A struct and what follows it, as one payload. */
static void put_with(struct maker *m, unsigned type, const void *head, size_t head_len,
		     const void *tail, size_t tail_len)
{
	char *p = malloc(head_len + tail_len + 1);

	memcpy(p, head, head_len);
	if (tail_len)
		memcpy(p + head_len, tail, tail_len);
	maker_put(m, type, p, head_len + tail_len, head_len + tail_len);
	free(p);
}

uint32_t maker_module(struct maker *m, const char *path, uint64_t start, uint64_t end,
		      uint64_t bias)
{
	struct rdep_module mod = {
		.id = ++m->next[RDEP_MODULE],
		.start = start,
		.end = end,
		.bias = bias,
		.path_len = (uint32_t)strlen(path),
	};

	put_with(m, RDEP_MODULE, &mod, sizeof(mod), path, strlen(path));
	return mod.id;
}

void maker_module_gone(struct maker *m, uint32_t id)
{
	struct rdep_module_gone g = {.id = id};

	put_with(m, RDEP_MODULE_GONE, &g, sizeof(g), NULL, 0);
}

uint32_t maker_stack(struct maker *m, size_t count, const uint64_t *pcs)
{
	struct rdep_stack s = {.id = ++m->next[RDEP_STACK], .count = (uint16_t)count};

	put_with(m, RDEP_STACK, &s, sizeof(s), pcs, count * sizeof(*pcs));
	return s.id;
}

/* A counted place: the struct, what is held, text, and the counter, which is not summed. */
static void put_counted(struct maker *m, unsigned type, const void *head, size_t head_len,
			const struct rdep_site_held *held, size_t n, const char *text,
			uint64_t count)
{
	size_t fixed = head_len + n * sizeof(*held) + strlen(text);
	char *p;

	fixed = (fixed + 7) & ~(size_t)7;
	p = calloc(1, fixed + sizeof(count));
	memcpy(p, head, head_len);
	if (n)
		memcpy(p + head_len, held, n * sizeof(*held));
	memcpy(p + head_len + n * sizeof(*held), text, strlen(text));
	memcpy(p + fixed, &count, sizeof(count));
	maker_put(m, type, p, fixed + sizeof(count), fixed);
	free(p);
}

uint32_t maker_scope(struct maker *m, uint32_t bit, uint64_t pc, uint32_t stack, size_t n,
		     const struct rdep_site_held *held, const char *reason, uint64_t count)
{
	struct rdep_scope s = {.id = ++m->next[RDEP_SITE],
			       .stack = stack,
			       .bits = bit,
			       .reason_len = (uint32_t)strlen(reason),
			       .pc = pc,
			       .cookie = bit,
			       .held_count = (uint32_t)n};

	put_counted(m, RDEP_SCOPE, &s, sizeof(s), held, n, reason, count);
	return s.id;
}

uint32_t maker_site(struct maker *m, const struct maker_site *w, size_t n,
		    const struct rdep_site_held *held, uint64_t count)
{
	struct rdep_site s = {.id = ++m->next[RDEP_SITE],
			      .stack = w->stack,
			      .raw_gfp = w->raw_gfp,
			      .gfp = w->gfp,
			      .scope = w->scope,
			      .flags = w->flags,
			      .pc = w->pc,
			      .held_count = (uint32_t)n};

	while (s.scope_count < RDEP_SITE_SCOPES && w->scopes[s.scope_count]) {
		s.scopes[s.scope_count] = w->scopes[s.scope_count];
		s.scope_count++;
	}
	put_counted(m, RDEP_SITE, &s, sizeof(s), held, n, "", count);
	return s.id;
}

void maker_domain_site(struct maker *m, uint32_t domain, uint64_t pc, uint32_t stack)
{
	struct rdep_lock_site s = {.cls = domain, .pc = pc, .stack = stack};

	put_with(m, RDEP_LOCK_SITE, &s, sizeof(s), NULL, 0);
}

static uint32_t put_class(struct maker *m, struct rdep_class *c, const char *name)
{
	c->id = ++m->next[RDEP_CLASS];
	c->kind = RDEP_MUTEX;
	c->name_len = (uint32_t)strlen(name);
	put_with(m, RDEP_CLASS, c, sizeof(*c), name, strlen(name));
	return c->id;
}

uint32_t maker_class_named(struct maker *m, const char *name)
{
	struct rdep_class c = {.origin = RDEP_BY_NAME};

	return put_class(m, &c, name);
}

uint32_t maker_class_static(struct maker *m, uint32_t module, uint64_t offset)
{
	struct rdep_class c = {.origin = RDEP_BY_STATIC, .module = module, .offset = offset};

	return put_class(m, &c, "");
}

uint32_t maker_class_init(struct maker *m, uint32_t stack)
{
	struct rdep_class c = {.origin = RDEP_BY_INIT, .stack = stack};

	return put_class(m, &c, "");
}

uint32_t maker_edge(struct maker *m, uint32_t from, uint32_t to, uint32_t held_stack,
		    uint32_t acquire_stack, uint32_t thread)
{
	struct rdep_edge e = {
		.id = ++m->next[RDEP_EDGE],
		.from = from,
		.to = to,
		.type = RDEP_TYPE_EN,
		.flags = RDEP_EDGE_HELD_LIVE,
		.held_stack = held_stack,
		.acquire_stack = acquire_stack,
		.thread = thread,
	};

	if (to < RDEP_FIRST_CLASS) {
		e.flags |= RDEP_EDGE_ALLOC;
		e.gfp = e.raw_gfp = RDEP_GFP_KERNEL;
	}
	put_with(m, RDEP_EDGE, &e, sizeof(e), NULL, 0);
	return e.id;
}

uint32_t maker_thread(struct maker *m, const char *name)
{
	struct rdep_thread t = {.id = ++m->next[RDEP_THREAD], .tid = 1000 + m->next[RDEP_THREAD]};

	snprintf(t.name, sizeof(t.name), "%s", name);
	put_with(m, RDEP_THREAD, &t, sizeof(t), NULL, 0);
	return t.id;
}

uint32_t maker_cycle(struct maker *m, uint32_t id, unsigned revision, unsigned kind,
		     unsigned verdict, size_t n, const uint32_t *edges)
{
	struct rdep_finding f = {
		.id = id ? id : ++m->next[RDEP_FINDING],
		.revision = (uint16_t)revision,
		.kind = (uint8_t)kind,
		.verdict = (uint8_t)verdict,
		.thread = 1,
		.edge_count = (uint32_t)n,
	};
	struct rdep_finding_edge *list = calloc(n + 1, sizeof(*list));
	size_t i;

	for (i = 0; i < n; i++)
		list[i].edge = edges[i];
	put_with(m, RDEP_FINDING, &f, sizeof(f), list, n * sizeof(*list));
	free(list);
	return f.id;
}

uint32_t maker_self_deadlock(struct maker *m, uint32_t cls, uint32_t held_stack,
			     uint32_t acquire_stack)
{
	struct rdep_finding f = {
		.id = ++m->next[RDEP_FINDING],
		.kind = RDEP_K_SELF_DEADLOCK,
		.verdict = RDEP_CERTAIN,
		.thread = 1,
		.cls = cls,
		.held_stack = held_stack,
		.acquire_stack = acquire_stack,
		.flags = RDEP_EDGE_HELD_LIVE,
		.inst = {.address = 0x1000},
	};

	put_with(m, RDEP_FINDING, &f, sizeof(f), NULL, 0);
	return f.id;
}

void maker_text(struct maker *m, unsigned type, const char *text)
{
	put_with(m, type, text, strlen(text), NULL, 0);
}

void maker_exe(struct maker *m, const char *path, const char *cmdline, size_t cmdline_len)
{
	struct rdep_exe e = {.path_len = (uint32_t)strlen(path),
			     .cmdline_len = (uint32_t)cmdline_len};
	char *text = malloc(e.path_len + cmdline_len + 1);

	memcpy(text, path, e.path_len);
	memcpy(text + e.path_len, cmdline, cmdline_len);
	put_with(m, RDEP_EXE, &e, sizeof(e), text, e.path_len + cmdline_len);
	free(text);
}

size_t maker_board(struct maker *m, uint32_t n)
{
	size_t room = sizeof(struct rdep_board) + 64 + n * sizeof(struct rdep_slot), at;
	struct rdep_board b = {.slot_size = sizeof(struct rdep_slot), .count = n};
	char *p = calloc(1, room);
	struct rdep_item *item;

	at = maker_put(m, RDEP_BOARD, p, room, sizeof(b));
	free(p);
	b.slots_at = (at + sizeof(*item) + sizeof(b) + 63) & ~(uint64_t)63;
	item = (struct rdep_item *)(m->data + at);
	memcpy(item + 1, &b, sizeof(b));
	item->crc = rdep_item_crc(item, item + 1);
	return b.slots_at;
}

size_t maker_stats(struct maker *m, uint32_t first, uint32_t n, const struct rdep_stat *stats)
{
	size_t room = sizeof(struct rdep_stats) + 64 + 2 * n * sizeof(*stats), at;
	struct rdep_stats s = {.first = first, .count = n, .size = sizeof(*stats)};
	char *p = calloc(1, room);
	struct rdep_item *item;

	at = maker_put(m, RDEP_STATS, p, room, sizeof(s));
	free(p);
	s.at = (at + sizeof(*item) + sizeof(s) + 63) & ~(uint64_t)63;
	item = (struct rdep_item *)(m->data + at);
	memcpy(item + 1, &s, sizeof(s));
	item->crc = rdep_item_crc(item, item + 1);
	memcpy(m->data + s.at, stats, 2 * n * sizeof(*stats));
	return at;
}

void maker_seal(struct maker *m)
{
	m->header.journal_end = m->size;
	m->header.file_size = m->size;
	m->header.findings = m->next[RDEP_FINDING];
	m->header.header_crc = rdep_header_crc(&m->header);
	memcpy(m->data, &m->header, sizeof(m->header));
}

void maker_write(struct maker *m, const char *path)
{
	FILE *f;

	maker_seal(m);
	f = fopen(path, "w");
	if (!f || fwrite(m->data, 1, m->size, f) != m->size || fclose(f)) {
		perror(path);
		exit(1);
	}
}

void maker_repair(char *data, size_t size)
{
	struct rdep_header h;
	struct rdep_chunk c;
	struct rdep_item item;
	size_t at = RDEP_HEADER_SIZE;

	if (size < sizeof(h))
		return;
	memcpy(&h, data, sizeof(h));
	h.header_crc = rdep_header_crc(&h);
	memcpy(data, &h, sizeof(h));
	while (at + sizeof(c) <= size) {
		memcpy(&c, data + at, sizeof(c));
		memcpy(&item, data + at, sizeof(item));
		if (c.magic == RDEP_CHUNK_MAGIC) {
			c.crc = rdep_chunk_crc(&c);
			memcpy(data + at, &c, sizeof(c));
			at += sizeof(c);
		} else if (item.magic == RDEP_ITEM_MAGIC && item.size >= sizeof(item) &&
			   item.size <= size - at && item.fixed <= item.size - sizeof(item)) {
			item.crc = rdep_item_crc(&item, data + at + sizeof(item));
			memcpy(data + at, &item, sizeof(item));
			at += (item.size + 7) & ~(size_t)7;
		} else {
			at += 8;
		}
	}
}

/* ---- samples ---- */

static void sample_inversion(struct maker *m)
{
	const uint64_t pcs[] = {0x401100, 0x401200, 0x7f0000001000};
	uint32_t mod = maker_module(m, "/nowhere/bin/minifs", 0x401000, 0x402000, 0);
	uint32_t s1 = maker_stack(m, 3, pcs), s2 = maker_stack(m, 2, pcs + 1);
	uint32_t t1 = maker_thread(m, "writer"), t2 = maker_thread(m, "flusher");
	uint32_t a = maker_class_named(m, "cache_lock"), b = maker_class_static(m, mod, 0x404040);
	uint32_t e[2];

	e[0] = maker_edge(m, b, a, s1, s2, t1);
	e[1] = maker_edge(m, a, b, s2, s1, t2);
	maker_cycle(m, 0, 0, RDEP_K_LOCK_INVERSION, RDEP_POSSIBLE, 2, e);
	maker_cycle(m, 1, 1, RDEP_K_LOCK_INVERSION, RDEP_CERTAIN, 2, e);
}

static void sample_reclaim(struct maker *m)
{
	const uint64_t pcs[] = {0x401100, 0x401200, 0x401300, 0x401400};
	uint32_t s1, s2, cls, e[2];

	maker_module(m, "/nowhere/bin/minifs", 0x401000, 0x402000, 0);
	s1 = maker_stack(m, 4, pcs);
	s2 = maker_stack(m, 3, pcs + 1);
	maker_thread(m, "main");
	cls = maker_class_init(m, s1);
	e[0] = maker_edge(m, cls, RDEP_CLASS_FS_RECLAIM, s1, s2, 1);
	e[1] = maker_edge(m, RDEP_CLASS_FS_RECLAIM, cls, s2, s1, 1);
	maker_cycle(m, 0, 0, RDEP_K_RECLAIM_INVERSION, RDEP_CERTAIN, 2, e);
	maker_self_deadlock(m, cls, s1, s2);
}

static void sample_board(struct maker *m)
{
	struct rdep_slot slot = {.state = RDEP_SLOT_LIVE, .tid = 1001, .thread = 1};
	uint32_t cls = maker_class_named(m, "held_lock");
	size_t at = maker_board(m, 2);

	m->header.state = RDEP_RUNNING;
	slot.held[0] = (struct rdep_held){.address = 0x5000, .site = 0x401100, .cls = cls};
	slot.held[1] = (struct rdep_held){
		.address = 0x6000, .site = 0x401200, .cls = cls, .flags = RDEP_HELD_WAITING};
	memcpy(m->data + at, &slot, sizeof(slot));
	slot.more = at + 8;
	memcpy(m->data + at + sizeof(slot), &slot, sizeof(slot));
}

/* What an audit is about: masks, scopes, what is held at both, and a way from reclaim to a lock. */
static void sample_sites(struct maker *m)
{
	const uint64_t pcs[] = {0x401100, 0x401200, 0x401300, 0x401400};
	struct rdep_site_held held[2] = {{.site = 0x401200},
					 {.site = 0x401300, .mode = RDEP_READ_REC}};
	struct maker_site site = {.pc = 0x401100, .raw_gfp = RDEP_GFP_NOFS, .gfp = RDEP_GFP_NOFS};
	uint32_t mod = maker_module(m, "/nowhere/bin/minifs", 0x401000, 0x402000, 0);
	uint32_t s1 = maker_stack(m, 4, pcs), s2 = maker_stack(m, 3, pcs + 1);
	uint32_t a = maker_class_named(m, "cache_lock"), b = maker_class_static(m, mod, 0x404040);

	maker_thread(m, "main");
	site.stack = s1;
	held[0].cls = a;
	held[0].stack = s2;
	held[1].cls = b;
	maker_edge(m, RDEP_CLASS_FS_RECLAIM, b, s2, s1, 1);
	maker_edge(m, b, a, s1, s2, 1);
	maker_edge(m, a, RDEP_CLASS_IO_RECLAIM, s1, s2, 1);
	maker_domain_site(m, RDEP_CLASS_FS_RECLAIM, 0x401400, s2);
	maker_site(m, &site, 2, held, 7);
	site.scopes[0] =
		maker_scope(m, RDEP_SCOPE_NOFS, 0x401300, s2, 1, held, "a transaction\033[0m", 3);
	site.scope = RDEP_SCOPE_NOFS;
	maker_site(m, &site, 1, held, 2);
	site.raw_gfp = RDEP_GFP_KERNEL;
	maker_site(m, &site, 2, held, 1);
}

/* Two threads' counters, the second's of a class that is not there too. */
static void sample_stats(struct maker *m)
{
	struct rdep_stat one[2] = {{.acquisitions = 10, .contended = 2, .wait_ns = 5000, .wait_max_ns = 4000,
				    .hold_ns = 7000, .hold_max_ns = 900, .wait_site = 0x401100, .hold_site = 0x401200}};
	struct rdep_stat two[4] = {one[0], {.acquisitions = 3, .hold_ns = UINT64_MAX}, one[0]};
	uint32_t cls = maker_class_named(m, "cache_lock");

	two[0].wait_max_ns = 4500;
	two[0].wait_site = 0x401300;
	maker_stats(m, cls, 1, one);
	maker_stats(m, cls, 2, two);
}

int maker_sample(struct maker *m, unsigned which)
{
	static void (*const samples[])(struct maker * m) = {sample_inversion, sample_reclaim,
							    sample_board, sample_sites, sample_stats};

	if (which >= sizeof(samples) / sizeof(*samples))
		return 0;
	maker_init(m, 4711 + which);
	maker_exe(m, "/nowhere/bin/minifs", "minifs\0-x\0", 10);
	maker_text(m, RDEP_OPTIONS, "output=reclaimdep.out:class_depth=1:stat=1");
	maker_text(m, RDEP_NOTE, "a note\033[31m with an escape");
	samples[which](m);
	maker_seal(m);
	return 1;
}
