// SPDX-License-Identifier: MIT
/* record.c - see record.h. */
#include "record.h"
#include "core_root.h"
#include "checksum.h"
#include "keep.h"
#include "mem.h"
#include "options.h"
#include "record_file.h"
#include "sys.h"
#include "text.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>

#define FIRST_CHUNK (128u << 10)
#define LARGEST_CHUNK (4u << 20)
#define BOARD_SLOTS 16u
#define HELDS_SIZES 16u /* of held stacks outside of slots: each is four times as large as the one before */
#define PAGE 4096u

/* Counts what happens before there is a record. */
static struct rdep_header early;
static struct rdep_header *header = &early;

static struct rd_record_file file;
static char error[256];
static char exe[PATH_MAX];

/* The journal's chunks in order, and the cursor in the last one. */
struct chunk {
	char *base;
	uint64_t offset, size;
};
_Static_assert(sizeof(struct chunk) == sizeof(struct rd_core_chunk) &&
		       offsetof(struct chunk, offset) == offsetof(struct rd_core_chunk, offset),
	       "as the readers of cores know it");
static struct chunk *chunks;
static uint32_t chunk_count, chunk_room;
static uint64_t cursor; /* bytes used of the last chunk */
static char *first;	/* the first chunk, mapped with the header; NULL: it was not, or is in use */
static bool journal_ended;

/* What of record_max an item may use: what is told in bulk leaves room for what must not be lost. */
enum share { BULK, NEEDED, MILD, VITAL };
static unsigned vital; /* depth of rd_record_vital_begin() */
static enum share vital_share;
static bool bulk_ended;

static void (*to_tell)(void); /* before the next item */

static uint32_t board_count;

/* Slots, and held stacks outside of them, that nobody uses: those given back last are taken first. */
static struct rdep_slot **idle_slots;
static uint32_t idle_slot_count, idle_slot_room;
static struct idle_helds {
	struct idle_helds *next;
	struct rdep_helds *helds;
	uint64_t at;
} *idle_helds[HELDS_SIZES];

const char *rd_record_error(void)
{
	return error;
}

const char *rd_record_path(void)
{
	return file.path;
}

const char *rd_record_exe(void)
{
	return exe;
}

struct rdep_header *rd_record_header(void)
{
	return __atomic_load_n(&header, __ATOMIC_ACQUIRE);
}

void rd_count(enum rdep_counter c)
{
	__atomic_fetch_add(&rd_record_header()->counters[c], 1, __ATOMIC_RELAXED);
}

static void say_why(const char *why)
{
	if (!error[0]) {
		struct rd_text t = rd_text_in(error, sizeof(error));

		rd_text_str(&t, why);
	}
}

static void end_journal(const char *why)
{
	journal_ended = true;
	say_why(why);
}

static bool remember_chunk(char *base, uint64_t offset, uint64_t size)
{
	if (chunk_count == chunk_room) {
		uint32_t room = chunk_room ? chunk_room * 2 : 64;
		struct chunk *more = rd_mem_alloc(room * sizeof(*more));

		if (!more)
			return false;
		if (chunk_count)
			memcpy(more, chunks, chunk_count * sizeof(*more));
		rd_mem_free(chunks, chunk_room * sizeof(*chunks));
		chunks = more;
		chunk_room = room;
	}
	chunks[chunk_count++] = (struct chunk){base, offset, size};
	return true;
}

/* Room for an item of that size; the last chunk is as small as it must be. */
static bool add_chunk(size_t least)
{
	uint64_t offset = header->file_size, size = (uint64_t)FIRST_CHUNK << (chunk_count / 4);
	uint64_t max = (uint64_t)rd_options.record_max << 20;
	struct rdep_chunk *c;
	char *base;

	if (size > LARGEST_CHUNK)
		size = LARGEST_CHUNK;
	if (size < least + sizeof(*c))
		size = (least + sizeof(*c) + PAGE - 1) & ~(uint64_t)(PAGE - 1);
	if (offset + size > max)
		size = max - offset;
	if (offset >= max || size < least + sizeof(*c)) {
		/* What is smaller may fit into what is left of the last one. */
		say_why("the record is as large as record_max allows");
		return false;
	}
	base = first && size == FIRST_CHUNK ? first : rd_record_file_map(&file, offset, size);
	first = NULL;
	if (!base) {
		end_journal(file.error);
		return false;
	}
	if (!remember_chunk(base, offset, size)) {
		rd_sys(SYS_munmap, base, size);
		end_journal("no memory for the record's growth");
		return false;
	}
	c = (struct rdep_chunk *)base;
	c->magic = RDEP_CHUNK_MAGIC;
	c->index = chunk_count - 1;
	c->offset = offset;
	c->size = size;
	c->crc = rd_crc32c(0, c, offsetof(struct rdep_chunk, crc));
	cursor = sizeof(*c);
	__atomic_store_n(&header->file_size, offset + size, __ATOMIC_RELEASE);
	return true;
}

#define FORESEEN (64ull << 20)

void rd_record_foresee(void)
{
	uint64_t max = (uint64_t)rd_options.record_max << 20, used = header->file_size;

	if (used < max)
		rd_record_file_foresee(&file, used, max - used < FORESEEN ? max - used : FORESEEN);
}

static void seal(struct rdep_item *item, enum rdep_item_type type, size_t size, size_t fixed)
{
	item->magic = RDEP_ITEM_MAGIC;
	item->type = (uint16_t)type;
	item->size = (uint32_t)size;
	item->fixed = (uint32_t)fixed;
	item->crc = rd_crc32c(0, item, offsetof(struct rdep_item, crc));
	item->crc = rd_crc32c(item->crc, item + 1, fixed);
}

static void publish(void)
{
	const struct chunk *c = &chunks[chunk_count - 1];

	__atomic_store_n(&header->journal_end, c->offset + cursor, __ATOMIC_RELEASE);
}

static enum share share_of(enum rdep_item_type type)
{
	if (vital)
		return vital_share;
	switch (type) {
	case RDEP_EDGE:
	case RDEP_SAMPLE:
	case RDEP_SITE:
	case RDEP_SCOPE:
	case RDEP_STATS:
	case RDEP_LOCK_SITE:
		return BULK;
	case RDEP_MODULE:
	case RDEP_CLASS:
	case RDEP_STACK:
	case RDEP_THREAD:
	case RDEP_JOIN:
	case RDEP_BOARD:
	case RDEP_HELDS:
		return NEEDED;
	default:
		return VITAL;
	}
}

/* Is there room within its share? The first time that there is none the record says so. */
static bool within_share(enum share share, size_t size)
{
	static const char text[] = "the record is nearly as large as record_max allows: dependencies are no longer written "
				   "from here on, but still checked; findings are";
	static const uint64_t kept[] = {[BULK] = 4, [NEEDED] = 16, [MILD] = 32}; /* of record_max one part in so many */
	uint64_t max = (uint64_t)rd_options.record_max << 20;
	uint64_t used = chunk_count ? chunks[chunk_count - 1].offset + cursor : RDEP_HEADER_SIZE;

	if (share == VITAL || used + size <= max - max / kept[share])
		return true;
	if (!bulk_ended) {
		bulk_ended = true;
		rd_record_put(RDEP_NOTE, text, sizeof(text) - 1, NULL, 0);
	}
	return false;
}

static void pad(const struct chunk *c, uint64_t used)
{
	if (c->size - used >= sizeof(struct rdep_item))
		seal((struct rdep_item *)(c->base + used), RDEP_PAD, c->size - used, 0);
}

/* Room for `size` bytes, aligned to 8, in one chunk; a pad closes the one before. */
static char *room_for(size_t size, enum rdep_item_type type)
{
	void (*tell)(void) = to_tell;
	char *p;

	to_tell = NULL;
	if (tell)
		tell();
	if (journal_ended || size > RDEP_ITEM_MAX || !within_share(share_of(type), size))
		return NULL;
	if (!chunk_count || chunks[chunk_count - 1].size - cursor < size) {
		uint64_t used = cursor;

		if (!add_chunk(size))
			return NULL;
		if (chunk_count > 1)
			pad(&chunks[chunk_count - 2], used);
	}
	p = chunks[chunk_count - 1].base + cursor;
	cursor += size;
	return p;
}

/* Was it without room before, and is here because a finding needs it? Then it is kept already. */
static bool is_told_again(enum rdep_item_type type)
{
	return vital && bulk_ended && (type == RDEP_EDGE || type == RDEP_CLASS || type == RDEP_THREAD ||
				       type == RDEP_STACK);
}

void *rd_record_put2(enum rdep_item_type type, const void *a, size_t a_len, const void *b, size_t b_len)
{
	size_t size = (sizeof(struct rdep_item) + a_len + b_len + 7) & ~(size_t)7;
	char *p = room_for(size, type);

	if (!p) {
		rd_count(RDEP_C_ITEMS_DROPPED);
		/* A core dump may tell of it. */
		rd_keep(type, a, a_len, b, b_len, NULL, 0);
		return NULL;
	}
	memcpy(p + sizeof(struct rdep_item), a, a_len);
	memcpy(p + sizeof(struct rdep_item) + a_len, b, b_len);
	seal((struct rdep_item *)p, type, size, a_len + b_len);
	publish();
	rd_keep(type, a, a_len, b, b_len, NULL, 0);
	return p + sizeof(struct rdep_item);
}

void *rd_record_put(enum rdep_item_type type, const void *fixed, size_t fixed_len, const void *more,
		    size_t more_len)
{
	size_t size = (sizeof(struct rdep_item) + fixed_len + more_len + 7) & ~(size_t)7;
	char *p = room_for(size, type);

	if (!p) {
		rd_count(RDEP_C_ITEMS_DROPPED);
		rd_keep(type, fixed, fixed_len, NULL, 0, more, more_len);
		return NULL;
	}
	memcpy(p + sizeof(struct rdep_item), fixed, fixed_len);
	if (more)
		memcpy(p + sizeof(struct rdep_item) + fixed_len, more, more_len);
	seal((struct rdep_item *)p, type, size, fixed_len);
	publish();
	if (!is_told_again(type))
		rd_keep(type, fixed, fixed_len, NULL, 0, more, more_len);
	return p + sizeof(struct rdep_item);
}

void rd_record_before(void (*tell)(void))
{
	to_tell = tell;
}

void rd_record_vital_begin(bool failing)
{
	if (!vital++)
		vital_share = failing ? VITAL : MILD;
}

void rd_record_vital_end(void)
{
	vital--;
}

/* Where a pointer into the journal lies in the file. */
static uint64_t offset_of(const void *p)
{
	const struct chunk *c = &chunks[chunk_count - 1];

	return c->offset + (uint64_t)((const char *)p - c->base);
}

void *rd_record_table(enum rdep_item_type type, void *head, size_t head_len, uint64_t *at, size_t n)
{
	size_t lead = sizeof(struct rdep_item) + head_len, size = (lead + n + 64) & ~(size_t)7;
	char *p = room_for(size, type), *table;

	if (!p) {
		rd_count(RDEP_C_ITEMS_DROPPED);
		return NULL;
	}
	table = (char *)(((uint64_t)p + lead + 63) & ~63ull);
	*at = offset_of(table);
	memcpy(p + sizeof(struct rdep_item), head, head_len);
	seal((struct rdep_item *)p, type, size, head_len);
	publish();
	return table;
}

static bool more_room_for_idle(void)
{
	uint32_t room = (board_count + 1) * BOARD_SLOTS * 2;
	struct rdep_slot **more;

	if (idle_slot_room >= (board_count + 1) * BOARD_SLOTS)
		return true;
	more = rd_mem_alloc(room * sizeof(*more));
	if (!more)
		return false;
	if (idle_slot_count)
		memcpy(more, idle_slots, idle_slot_count * sizeof(*more));
	rd_mem_free(idle_slots, idle_slot_room * sizeof(*idle_slots));
	idle_slots = more;
	idle_slot_room = room;
	return true;
}

static bool add_board(void)
{
	size_t body = sizeof(struct rdep_slot) * BOARD_SLOTS;
	struct rdep_board b = {.slot_size = sizeof(struct rdep_slot), .count = BOARD_SLOTS};
	struct rdep_slot *slots;
	uint32_t i;

	if (!more_room_for_idle())
		return false;
	slots = rd_record_table(RDEP_BOARD, &b, sizeof(b), &b.slots_at, body);
	if (!slots)
		slots = rd_map(body);
	if (!slots)
		return false;
	board_count++;
	for (i = BOARD_SLOTS; i-- > 0;)
		idle_slots[idle_slot_count++] = &slots[i];
	return true;
}

struct rdep_slot *rd_record_slot(void)
{
	struct rdep_slot *s;

	if (!idle_slot_count && !add_board())
		return NULL;
	s = idle_slots[--idle_slot_count];
	memset(s, 0, sizeof(*s));
	s->state = RDEP_SLOT_LIVE;
	return s;
}

void rd_record_slot_free(struct rdep_slot *s)
{
	memset(s->held, 0, sizeof(s->held));
	s->more = 0;
	__atomic_store_n(&s->state, RDEP_SLOT_FREE, __ATOMIC_RELEASE);
	idle_slots[idle_slot_count++] = s;
}

/* 4^n times a slot's own. */
static unsigned helds_size(uint32_t capacity)
{
	unsigned n = 0;

	while (capacity > RDEP_SLOT_HELD) {
		capacity /= 4;
		n++;
	}
	return n;
}

static struct rdep_helds *idle_helds_take(uint32_t capacity, uint64_t *at)
{
	unsigned n = helds_size(capacity);
	struct idle_helds *i = n < HELDS_SIZES ? idle_helds[n] : NULL;
	struct rdep_helds *h;

	if (!i || i->helds->capacity != capacity)
		return NULL;
	idle_helds[n] = i->next;
	h = i->helds;
	*at = i->at;
	rd_mem_free(i, sizeof(*i));
	memset(&h->bottom, 0, (capacity + 1u) * sizeof(h->bottom));
	return h;
}

void rd_record_helds_free(struct rdep_held *bottom, uint32_t capacity, uint64_t at)
{
	struct rdep_helds *h = (struct rdep_helds *)((char *)bottom - offsetof(struct rdep_helds, bottom));
	unsigned n = helds_size(capacity);
	struct idle_helds *i = n < HELDS_SIZES ? rd_mem_alloc(sizeof(*i)) : NULL;

	if (!i)
		return;
	*i = (struct idle_helds){idle_helds[n], h, at};
	idle_helds[n] = i;
}

struct rdep_helds *rd_record_helds(uint32_t capacity, uint32_t thread, uint64_t *at)
{
	struct rdep_helds h = {.capacity = capacity, .thread = thread};
	size_t fixed = offsetof(struct rdep_helds, bottom), all = sizeof(h) + capacity * sizeof(struct rdep_held);
	struct rdep_helds *p = idle_helds_take(capacity, at);

	if (p)
		return p;
	if (sizeof(struct rdep_item) + all <= RDEP_ITEM_MAX)
		p = rd_record_put(RDEP_HELDS, &h, fixed, NULL, all - fixed);
	*at = p ? offset_of(p) : 0;
	if (!p) {
		p = rd_map(all);
		if (p)
			p->capacity = capacity;
	}
	return p;
}

void rd_record_bell(void)
{
	__atomic_fetch_add(&header->bell, 1, __ATOMIC_RELEASE);
	rd_sys(SYS_futex, &header->bell, FUTEX_WAKE, 0x7fffffff);
}

static void exe_path(char *buf, size_t n)
{
	long got = rd_sys(SYS_readlink, "/proc/self/exe", buf, n - 1);

	buf[rd_sys_failed(got) ? 0 : got] = 0;
}

static void put_exe(const char *path)
{
	/* Static: threads with the smallest stacks come by here too. */
	static char cmdline[4096], buf[sizeof(struct rdep_exe) + PATH_MAX];
	struct rdep_exe e = {.path_len = (uint32_t)strlen(path)};
	long fd = rd_sys(SYS_open, "/proc/self/cmdline", O_RDONLY | O_CLOEXEC, 0), n = 0;

	if (!rd_sys_failed(fd)) {
		n = rd_sys(SYS_read, fd, cmdline, sizeof(cmdline));
		rd_sys(SYS_close, fd);
	}
	e.cmdline_len = rd_sys_failed(n) ? 0 : (uint32_t)n;
	memcpy(buf, &e, sizeof(e));
	memcpy(buf + sizeof(e), path, e.path_len);
	rd_record_put2(RDEP_EXE, buf, sizeof(e) + e.path_len, cmdline, e.cmdline_len);
}

/* "pid:[4026531836]" */
static uint64_t pid_namespace(void)
{
	char text[64];
	long n = rd_sys(SYS_readlink, "/proc/self/ns/pid", text, sizeof(text)), i;
	uint64_t id = 0;

	for (i = 5; i < n && text[i] >= '0' && text[i] <= '9'; i++)
		id = id * 10 + (uint64_t)(text[i] - '0');
	return id;
}

static void put_host(void)
{
	struct rdep_host h = {.pid_ns = pid_namespace()};
	long fd = rd_sys(SYS_open, "/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC, 0), n = -1;
	struct utsname name;

	if (!rd_sys_failed(fd)) {
		n = rd_sys(SYS_read, fd, h.boot_id, sizeof(h.boot_id));
		rd_sys(SYS_close, fd);
	}
	if (n != sizeof(h.boot_id) || rd_sys_failed(rd_sys(SYS_uname, &name)))
		return;
	h.name_len = (uint32_t)strlen(name.nodename);
	rd_record_put2(RDEP_HOST, &h, sizeof(h), name.nodename, h.name_len);
}

static void put_options(void)
{
	static char text[4096];
	size_t n = rd_options_format(&rd_options, text, sizeof(text));

	rd_record_put(RDEP_OPTIONS, text, n, NULL, 0);
}

static void fill_header(struct rdep_header *h, const struct rd_identity *id)
{
	memset(h, 0, sizeof(*h));
	memcpy(h->magic, RDEP_MAGIC, sizeof(h->magic));
	h->version = RDEP_VERSION;
	h->min_reader = RDEP_MIN_READER;
	h->byte_order = RDEP_BYTE_ORDER;
	h->header_size = RDEP_HEADER_SIZE;
	h->machine = EM_X86_64;
	h->pointer_bits = 64;
	memcpy(h->image_id, id->image, sizeof(h->image_id));
	memcpy(h->parent_id, id->parent, sizeof(h->parent_id));
	memcpy(h->exec_id, id->exec, sizeof(h->exec_id));
	h->start_realtime_ns = rd_now_realtime();
	h->start_monotonic_ns = rd_now_monotonic();
	h->pid = (uint32_t)rd_sys(SYS_getpid);
	h->ppid = (uint32_t)rd_sys(SYS_getppid);
	h->page_size = 4096;
	h->forked = id->forked;
	h->state = RDEP_RUNNING;
	h->file_size = h->journal_end = RDEP_HEADER_SIZE;
	h->header_crc = rd_crc32c(0, h, offsetof(struct rdep_header, state));
}

void rd_record_core(uint64_t *address)
{
	address[RD_CORE_PATH] = (uint64_t)file.path;
	address[RD_CORE_HEADER] = (uint64_t)&header;
	address[RD_CORE_CHUNKS] = (uint64_t)&chunks;
	address[RD_CORE_CHUNK_COUNT] = (uint64_t)&chunk_count;
	address[RD_CORE_CURSOR] = (uint64_t)&cursor;
}

static void forget(void)
{
	rd_keep_reset();
	chunks = NULL;
	chunk_count = chunk_room = board_count = 0;
	idle_slots = NULL;
	idle_slot_count = idle_slot_room = 0;
	memset(idle_helds, 0, sizeof(idle_helds));
	cursor = 0;
	first = NULL;
	journal_ended = bulk_ended = false;
	error[0] = 0;
}

/* With the first chunk, which is needed at once, where there is room for both. */
static struct rdep_header *map_header(void)
{
	struct rdep_header *h = rd_record_file_map(&file, 0, RDEP_HEADER_SIZE + FIRST_CHUNK);

	if (!h)
		return rd_record_file_map(&file, 0, RDEP_HEADER_SIZE);
	first = (char *)h + RDEP_HEADER_SIZE;
	return h;
}

static int open_fresh(const struct rd_identity *id)
{
	struct rdep_header *h = NULL;

	forget();
	if (!exe[0])
		exe_path(exe, sizeof(exe));
	if (rd_record_file_create(&file, rd_options.output, exe, (uint32_t)rd_sys(SYS_getpid)) == 0)
		h = map_header();
	if (!h) {
		end_journal(file.error);
		rd_record_file_remove(&file);
		h = rd_map(RDEP_HEADER_SIZE);
		if (!h)
			h = &early;
	}
	fill_header(h, id);
	__atomic_store_n(&header, h, __ATOMIC_RELEASE);
	rd_core_root_up(h);
	put_exe(exe);
	put_host();
	put_options();
	return journal_ended ? -1 : 0;
}

int rd_record_open(const struct rd_identity *id)
{
	return open_fresh(id);
}

int rd_record_fork(const struct rd_identity *id,
		   void (*copy)(enum rdep_item_type, const void *, size_t, size_t))
{
	struct rdep_header *parent_header = header;
	struct chunk *parent = chunks;
	uint32_t count = chunk_count, room = chunk_room, i;
	uint64_t parent_cursor = cursor;
	void (*tell)(void) = to_tell;
	int err;

	/* Not before what comes from the parent. */
	to_tell = NULL;

	/* The parent's directory has been expanded with the parent's pid: the child's record
	 * lies beside the parent's only where output= has no %p, as it should. */
	err = open_fresh(id);
	for (i = 0; i < count; i++) {
		uint64_t at = sizeof(struct rdep_chunk), end = i + 1 < count ? parent[i].size : parent_cursor;

		while (at + sizeof(struct rdep_item) <= end) {
			struct rdep_item *item = (struct rdep_item *)(parent[i].base + at);

			if (item->magic != RDEP_ITEM_MAGIC || item->size < sizeof(*item))
				break;
			if (copy)
				copy((enum rdep_item_type)item->type, item + 1, item->fixed,
				     item->size - sizeof(*item) - item->fixed);
			at += item->size;
		}
		rd_sys(SYS_munmap, parent[i].base, parent[i].size);
	}
	to_tell = tell;
	rd_mem_free(parent, room * sizeof(*parent));
	if (parent_header != &early)
		rd_sys(SYS_munmap, parent_header, RDEP_HEADER_SIZE);
	return err;
}
