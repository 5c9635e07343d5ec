/* SPDX-License-Identifier: MIT */
/* core_maker.c - see core_maker.h. */
#include "core_maker.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/procfs.h>
#include "runtime/core_layout.h"
#include "runtime/crc32c.h"

#define MEMORY 0x7f1000000000ull /* private memory of the process */
#define RECORD 0x7f2000000000ull /* the record's mapping */
#define STACKS 0x7f3000000000ull
#define PROGRAM 0x400000ull
#define NONCE 0x1122334455667788ull
#define CLASS RDEP_FIRST_CLASS
#define THREADS 4u

static char memory[256 << 10];
static size_t used;

/* Room of n bytes at a multiple of `align`: its address in the process. */
static uint64_t room(size_t n, size_t align)
{
	uint64_t at;

	used = (used + align - 1) / align * align;
	at = MEMORY + used;
	used += n;
	if (used > sizeof(memory))
		abort();
	return at;
}

static void set(uint64_t address, const void *p, size_t n)
{
	memcpy(memory + (address - MEMORY), p, n);
}

static uint64_t put(const void *p, size_t n)
{
	uint64_t at = room(n, 16);

	set(at, p, n);
	return at;
}

static uint64_t put64(uint64_t v)
{
	return put(&v, sizeof(v));
}

/* ---- the kept journal, encoded by the words of runtime/keep.c's head ---- */

static uint8_t kept[64 << 10];
static size_t kept_size;
static uint32_t before[32][1024];

static void number(uint64_t v)
{
	do {
		kept[kept_size++] = (uint8_t)((v & 0x7f) | (v > 0x7f ? 0x80 : 0));
		v >>= 7;
	} while (v);
}

static void words(unsigned type, const uint32_t *w, size_t n)
{
	size_t i, same = 0, remembered = RD_KEPT_BEFORE(type);

	for (i = 0; i < n; i++) {
		uint32_t d = w[i] - (i < remembered ? before[type][i] : 0);
		int64_t s = (int32_t)d;

		if (i < remembered)
			before[type][i] = w[i];
		if (!d) {
			same++;
			continue;
		}
		if (same)
			number(same * 2);
		same = 0;
		number((uint64_t)(s < 0 ? -2 * s - 1 : 2 * s) * 2 + 1);
	}
	if (same)
		number(same * 2);
}

static void keep(const struct rdep_item *item, const char *payload)
{
	size_t fixed = item->fixed, more = item->size - sizeof(*item) - fixed,
	       head = sizeof(struct rdep_stack), i;
	static uint32_t w[8192];

	if (item->type == RDEP_PAD || item->type == RDEP_BOARD || item->type == RDEP_HELDS ||
	    item->type == RDEP_STATS)
		return;
	kept[kept_size++] = (uint8_t)item->type;
	number(fixed);
	number(more);
	if (rd_kept_raw(item->type)) {
		memcpy(kept + kept_size, payload, fixed);
		kept_size += fixed;
		return;
	}
	memset(w, 0, sizeof(w));
	memcpy(w, payload, fixed);
	if (item->type == RDEP_STACK)
		for (i = 0; i < (fixed - head) / 8; i++)
			memcpy((char *)w + head + 8 * i, payload + fixed - 8 * (i + 1), 8);
	words(item->type, w, (fixed + 3) / 4);
	if (item->type == RDEP_CLASS && more > 32) {
		memcpy(kept + kept_size, payload + fixed + 32, more - 32);
		kept_size += more - 32;
	}
}

static uint64_t keep_all(const struct maker *record)
{
	struct rd_kept_block b = {0};
	size_t at = RDEP_HEADER_SIZE;
	uint64_t first, second;

	memset(before, 0, sizeof(before));
	kept_size = 0;
	while (at + sizeof(struct rdep_item) <= record->size) {
		struct rdep_item item;
		struct rdep_chunk c;

		memcpy(&c, record->data + at, sizeof(c));
		memcpy(&item, record->data + at, sizeof(item));
		if (c.magic == RDEP_CHUNK_MAGIC) {
			at += sizeof(c);
			continue;
		}
		if (item.magic != RDEP_ITEM_MAGIC || item.size < sizeof(item))
			break;
		keep(&item, record->data + at + sizeof(item));
		at += item.size;
	}
	/* Two blocks, the second one empty but for its head. */
	second = put(&b, sizeof(b));
	b = (struct rd_kept_block){
		.next = second, .size = (uint32_t)kept_size + 64, .used = (uint32_t)kept_size};
	first = room(sizeof(b) + kept_size + 64, 16);
	set(first, &b, sizeof(b));
	set(first + sizeof(b), kept, kept_size);
	return put64(first);
}

/* ---- the runtime's structs, laid out in our own way ---- */

struct thread {
	uint32_t id, tid;
	uint64_t pthread, next, slot, bottom, top;
	uint32_t scope, pad;
};

struct info {
	char name[16];
	uint64_t start;
	uint32_t stack, parent, id, pad;
	uint64_t next;
};

struct instance {
	uint32_t generation, cls;
	uint64_t address;
};

struct array {
	uint64_t segment[8], elem;
};

struct mutex {
	int32_t word;
	uint32_t count, owner, users;
	int32_t kind, spins;
	uint64_t tag, generation;
};

static uint64_t fs_base(unsigned i)
{
	return STACKS + 0x1000 * i + 0x800;
}

static uint64_t put_threads(uint64_t *infos)
{
	uint64_t next = 0, chains[4] = {0};
	unsigned i;

	for (i = THREADS - 1; i-- > 0;) {
		struct info info = {.id = i + 1,
				    .start = PROGRAM + 0x100 + i,
				    .parent = 1,
				    .next = chains[(i + 1) & 3]};
		struct thread t = {
			.id = i + 1, .tid = 101 + i, .pthread = fs_base(i), .next = next};

		memcpy(info.name, "worker", 7);
		t.bottom = RECORD + 0x100000;
		t.top = t.bottom + 64 * i;
		t.slot = RECORD + 0x200000;
		next = put(&t, sizeof(t));
		chains[(i + 1) & 3] = put(&info, sizeof(info));
	}
	*infos = put64(put(chains, sizeof(chains)));
	return put64(next);
}

static uint64_t put_mutex(uint32_t owner)
{
	uint64_t at = room(sizeof(struct mutex), 8);
	struct mutex m = {.word = 2, .owner = owner, .users = 1, .generation = 7};

	m.tag = ((at >> 3) << RD_CORE_TAG_CLASS_BITS | CLASS) ^ NONCE;
	set(at, &m, sizeof(m));
	return at;
}

static uint64_t put_instances(uint64_t lock)
{
	struct instance in[2] = {{0}, {.generation = 3, .cls = CLASS, .address = lock}};
	struct array a = {.elem = sizeof(in[0])};

	a.segment[0] = put(in, sizeof(in));
	return put(&a, sizeof(a));
}

#define FIELD(id, type, member)                                                                    \
	r->field[RD_CORE_F_##id] = (struct rd_core_field)                                          \
	{                                                                                          \
		offsetof(type, member), sizeof(((type *)0)->member)                                \
	}

static void fill_fields(struct rd_core_root *r)
{
	FIELD(THREAD_NEXT, struct thread, next);
	FIELD(THREAD_ID, struct thread, id);
	FIELD(THREAD_TID, struct thread, tid);
	FIELD(THREAD_PTHREAD, struct thread, pthread);
	FIELD(THREAD_TOP, struct thread, top);
	FIELD(THREAD_BOTTOM, struct thread, bottom);
	FIELD(THREAD_SLOT, struct thread, slot);
	FIELD(THREAD_SCOPE, struct thread, scope);
	FIELD(INSTANCE_ADDRESS, struct instance, address);
	FIELD(INSTANCE_CLASS, struct instance, cls);
	FIELD(INSTANCE_GENERATION, struct instance, generation);
	FIELD(ARRAY_ELEM, struct array, elem);
	FIELD(ARRAY_SEGMENT, struct array, segment);
	FIELD(INFO_NEXT, struct info, next);
	FIELD(INFO_ID, struct info, id);
	FIELD(INFO_START, struct info, start);
	FIELD(INFO_PARENT, struct info, parent);
	FIELD(INFO_STACK, struct info, stack);
	FIELD(INFO_NAME, struct info, name);
}

static void sum_root(struct rd_core_root *r)
{
	size_t from = offsetof(struct rd_core_root, segment_first),
	       end = offsetof(struct rd_core_root, header);

	r->crc = rdep_crc32c(0, (const char *)r + from, end - from);
}

/* The record's chunks, as the runtime would have mapped them. */
static void map_record(struct rd_core_root *r, const struct maker *record)
{
	struct rd_core_chunk chunks[64];
	uint32_t n = 0;
	size_t at = RDEP_HEADER_SIZE;

	while (at + sizeof(struct rdep_chunk) <= record->size && n < 64) {
		struct rdep_chunk c;

		memcpy(&c, record->data + at, sizeof(c));
		if (c.magic != RDEP_CHUNK_MAGIC || c.size > record->size - at)
			break;
		chunks[n++] =
			(struct rd_core_chunk){.base = RECORD + at, .offset = at, .size = c.size};
		at += c.size;
	}
	r->address[RD_CORE_CHUNKS] = put64(put(chunks, n * sizeof(*chunks)));
	r->address[RD_CORE_CHUNK_COUNT] = put(&n, sizeof(n));
	r->address[RD_CORE_CURSOR] = put64(n ? chunks[n - 1].size : 0);
}

static void fill_memory(const struct maker *record, int with_kept, uint64_t locks[2])
{
	struct rd_core_root r = {
		.version = RD_CORE_VERSION, .size = sizeof(r), .up = 1, .segment_first = 256};
	uint32_t two = 2, chains = 4, none = 0;
	uint64_t at;

	memset(memory, 0, sizeof(memory));
	used = 256;
	at = room(sizeof(r), RD_CORE_ALIGN);
	r.self = at;
	memcpy(r.magic, RD_CORE_MAGIC, 16);
	memcpy(r.header, record->data, offsetof(struct rdep_header, state));
	fill_fields(&r);
	r.address[RD_CORE_PATH] = put("/nowhere/reclaimdep.out/x.1.rdep", 33);
	r.address[RD_CORE_HEADER] = put64(RECORD);
	map_record(&r, record);
	if (with_kept)
		r.address[RD_CORE_KEPT] = keep_all(record);
	r.address[RD_CORE_KEPT_LOST] = put(&none, sizeof(none));
	r.address[RD_CORE_THREADS] = put_threads(&r.address[RD_CORE_INFOS]);
	r.address[RD_CORE_INFO_ROOM] = put(&chains, sizeof(chains));
	locks[0] = put_mutex(101);
	locks[1] = put_mutex(102);
	r.address[RD_CORE_INSTANCES] = put_instances(put_mutex(101));
	r.address[RD_CORE_INSTANCE_COUNT] = put(&two, sizeof(two));
	r.address[RD_CORE_TAG_NONCE] = put64(NONCE);
	sum_root(&r);
	set(at, &r, sizeof(r));
}

/* ---- the file ---- */

static void add(struct core_maker *c, const void *p, size_t n)
{
	c->data = realloc(c->data, c->size + n + 8);
	memcpy(c->data + c->size, p, n);
	memset(c->data + c->size + n, 0, 8);
	c->size += n;
}

static void note(struct core_maker *c, uint32_t type, const void *p, size_t n)
{
	Elf64_Nhdr h = {.n_namesz = 5, .n_descsz = (uint32_t)n, .n_type = type};

	add(c, &h, sizeof(h));
	add(c, "CORE\0\0\0", 8);
	add(c, p, n);
	c->size = (c->size + 3) & ~(size_t)3;
}

static void thread_note(struct core_maker *c, unsigned i, const uint64_t locks[2])
{
	struct elf_prstatus s;
	unsigned long long regs[27] = {0};

	memset(&s, 0, sizeof(s));
	s.pr_pid = (int)(101 + i);
	s.pr_cursig = 6;
	regs[15] = 202;
	regs[14] = i == 0 ? locks[1] : i == 1 ? locks[0] : i == 2 ? fs_base(0) + 0x2d0 : 0;
	regs[16] = PROGRAM + 0x180;
	regs[19] = STACKS + 0x1000 * i + 0x100;
	regs[4] = regs[19] + 0x40;
	regs[21] = fs_base(i);
	memcpy(&s.pr_reg, regs, sizeof(regs));
	note(c, NT_PRSTATUS, &s, sizeof(s));
}

static void notes(struct core_maker *c, const uint64_t locks[2])
{
	static const char names[] =
		"/nowhere/bin/minifs\0/nowhere/bin/minifs\0/nowhere/libreclaimdep.so";
	uint64_t head[2 + 9] = {3,
				4096,
				PROGRAM,
				PROGRAM + 0x1000,
				0,
				PROGRAM + 0x1000,
				PROGRAM + 0x5000,
				1,
				MEMORY - 0x1000,
				MEMORY,
				0};
	Elf64_auxv_t aux[2] = {{.a_type = AT_PHDR, .a_un.a_val = PROGRAM + sizeof(Elf64_Ehdr)},
			       {.a_type = AT_NULL}};
	struct elf_prpsinfo p;
	char files[sizeof(head) + sizeof(names)];
	unsigned i;

	for (i = 0; i < THREADS; i++) {
		thread_note(c, i, locks);
		if (i)
			continue;
		memset(&p, 0, sizeof(p));
		p.pr_pid = 101;
		memcpy(p.pr_fname, "minifs", 7);
		note(c, NT_PRPSINFO, &p, sizeof(p));
		note(c, NT_AUXV, aux, sizeof(aux));
		memcpy(files, head, sizeof(head));
		memcpy(files + sizeof(head), names, sizeof(names));
		note(c, NT_FILE, files, sizeof(files));
	}
}

/* The first page of the program, with its build-id. */
static size_t program_page(char *page)
{
	Elf64_Ehdr e = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, 1},
			.e_type = ET_EXEC,
			.e_machine = EM_X86_64,
			.e_phoff = sizeof(e),
			.e_phentsize = sizeof(Elf64_Phdr),
			.e_phnum = 2};
	Elf64_Phdr p[2] = {
		{.p_type = PT_LOAD, .p_vaddr = PROGRAM, .p_memsz = 0x5000, .p_filesz = 0x5000},
		{.p_type = PT_NOTE, .p_vaddr = PROGRAM + 0x100, .p_memsz = 36, .p_filesz = 36}};
	Elf64_Nhdr h = {.n_namesz = 4, .n_descsz = 20, .n_type = NT_GNU_BUILD_ID};

	memset(page, 0, 512);
	memcpy(page, &e, sizeof(e));
	memcpy(page + sizeof(e), p, sizeof(p));
	memcpy(page + 0x100, &h, sizeof(h));
	memcpy(page + 0x100 + sizeof(h), "GNU\0reclaimdep-made-core", 24);
	return 512;
}

static void segment(struct core_maker *c, unsigned i, uint32_t flags, uint64_t address,
		    const void *p, size_t n)
{
	Elf64_Phdr ph = {.p_type = PT_LOAD,
			 .p_flags = flags,
			 .p_offset = c->size,
			 .p_vaddr = address,
			 .p_filesz = n,
			 .p_memsz = n};

	memcpy(c->data + sizeof(Elf64_Ehdr) + i * sizeof(ph), &ph, sizeof(ph));
	add(c, p, n);
}

void core_make(struct core_maker *c, const struct maker *record, int with_kept, int mapped)
{
	Elf64_Ehdr e = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, 1},
			.e_type = ET_CORE,
			.e_machine = EM_X86_64,
			.e_version = 1,
			.e_phoff = sizeof(e),
			.e_ehsize = sizeof(e),
			.e_phentsize = sizeof(Elf64_Phdr),
			.e_phnum = 5};
	Elf64_Phdr ph[5] = {{.p_type = PT_NOTE}};
	uint64_t locks[2], stack[THREADS][16] = {{0}};
	char page[512];
	unsigned i;

	fill_memory(record, with_kept, locks);
	memset(c, 0, sizeof(*c));
	add(c, &e, sizeof(e));
	add(c, ph, sizeof(ph));
	ph[0].p_offset = c->size;
	notes(c, locks);
	ph[0].p_filesz = c->size - ph[0].p_offset;
	memcpy(c->data + sizeof(e), ph, sizeof(ph[0]));
	segment(c, 1, PF_R | PF_X, PROGRAM, page, program_page(page));
	segment(c, 2, PF_R | PF_W, MEMORY, memory, used);
	/* Frames by their base pointers. */
	for (i = 0; i < THREADS; i++) {
		stack[i][8] = STACKS + 0x1000 * i + 0x160;
		stack[i][9] = PROGRAM + 0x200 + i;
	}
	segment(c, 3, PF_R | PF_W, STACKS + 0x100, stack[0], sizeof(stack[0]));
	if (mapped) {
		segment(c, 4, PF_R | PF_W, RECORD, record->data, record->size);
	}
}

void core_free(struct core_maker *c)
{
	free(c->data);
}

void core_repair(char *data, size_t size)
{
	char *at = memmem(data, size, RD_CORE_MAGIC, 16), *record;
	struct rd_core_root r;
	struct rdep_header h;

	if (at && sizeof(r) <= size - (size_t)(at - data)) {
		memcpy(&r, at, sizeof(r));
		memset(&h, 0, sizeof(h));
		memcpy(&h, r.header, offsetof(struct rdep_header, state));
		h.header_crc = rdep_header_crc(&h);
		memcpy(r.header, &h, offsetof(struct rdep_header, state));
		sum_root(&r);
		memcpy(at, &r, sizeof(r));
		at += sizeof(r);
		record = memmem(at, size - (size_t)(at - data), RDEP_MAGIC, 8);
		if (record)
			maker_repair(record, size - (size_t)(record - data));
	}
}

int core_sample(struct core_maker *c, unsigned which)
{
	struct maker record;

	if (!maker_sample(&record, which / 3))
		return 0;
	core_make(c, &record, which % 3 != 2, which % 3 == 1);
	maker_free(&record);
	return 1;
}
