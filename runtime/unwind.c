/* SPDX-License-Identifier: MIT */
/* unwind.c - stack memory, modules and their tables of functions: see unwind_cfi.h. */
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <string.h>
#include "thread.h"
#include "unwind.h"
#include "unwind_cfi.h"

#define PAGE 4096ull
#define ADDRESS_END (1ull << 47)

/* Pages that a span grows over by looking at each; what is further away begins another. */
#define SPAN_REACH 16

/* The kernel reads the set before it looks at `how`, which is none that exists: EFAULT or EINVAL,
 * and nothing done. Unlike rd_peek it needs no call that a sandbox might refuse. */
static bool page_readable(uint64_t page)
{
	return rd_sys(SYS_rt_sigprocmask, ~0u >> 1, page, 0, 8) == -22;
}

static bool extend(struct rd_span *s, uint64_t last)
{
	for (; s->high <= last; s->high += PAGE) {
		if (!page_readable(s->high))
			return false;
	}
	return true;
}

bool rd_span_grow(struct rd_span *s, uint64_t address)
{
	uint64_t first = address & ~(PAGE - 1), last = (address + 7) & ~(PAGE - 1);

	if (address >= ADDRESS_END - PAGE)
		return false;
	if (first >= s->low && last - s->high < SPAN_REACH * PAGE && extend(s, last))
		return true;
	/* Far away, or a guard page between: another stack. */
	s->low = s->high = first;
	return extend(s, last);
}

/* Kept as one word, so that a handler of the same thread sees no half of it: the number of the
 * first page, and how many. */
#define SPAN_COUNT_BITS 24

struct rd_span rd_span_begin(uint64_t sp)
{
	uint64_t word = rd_self ? rd_self->stack_span : 0;
	uint64_t low = (word >> SPAN_COUNT_BITS) * PAGE;
	uint64_t high = low + (word & ((1u << SPAN_COUNT_BITS) - 1)) * PAGE;
	uint64_t page = sp & ~(PAGE - 1);

	if (sp >= low && sp < high)
		return (struct rd_span){low, high};
	return (struct rd_span){page, page + PAGE};
}

void rd_span_keep(const struct rd_span *s, uint64_t sp)
{
	uint64_t count = (s->high - s->low) / PAGE;

	if (rd_self && sp >= s->low && sp < s->high && count < 1u << SPAN_COUNT_BITS)
		rd_self->stack_span = (s->low / PAGE) << SPAN_COUNT_BITS | count;
}

/* The thread pointer is where glibc has a thread's stack end; the first thread's is elsewhere. */
bool rd_stack_has(const void *p, uint64_t sp)
{
	uint64_t at = (uint64_t)p, end = (uint64_t)__builtin_thread_pointer();
	struct rd_span s = rd_span_begin(sp);

	if (at < sp || at - sp > SPAN_REACH * PAGE / 2 || (sp < end && at >= end))
		return false;
	if (at + 8 <= s.high)
		return true;
	if (!rd_span_grow(&s, at) || s.low > sp)
		return false;
	rd_span_keep(&s, sp);
	return true;
}

/* ---- modules ---- */

/* .eh_frame_hdr: version, encodings of the three things that follow; where .eh_frame is; how many
 * functions; then a pair for each, of its first pc and of its entry, from the header. */
#define HEADER_USUAL 0x3b031b01u

struct pair {
	int32_t pc, fde;
};

uint32_t rd_header_count(const uint8_t *header)
{
	uint32_t v;

	memcpy(&v, header + 8, sizeof(v));
	return v;
}

static uint32_t load32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint64_t load64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* Numbers that have little to do with each other, made one; no step waits for the one before. */
static uint64_t blend(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	uint64_t h = (a * 0x9e3779b97f4a7c15ull ^ b * 0xbf58476d1ce4e5b9ull) +
		     (c * 0x94d049bb133111ebull ^ d * 0xd6e8feb86659fd93ull);

	return h ^ h >> 32;
}

/* Where the build-id is in the module's first page, which is there whatever else is: the offset of
 * its last 8 bytes, or 0. */
static uint64_t find_build_id(const uint8_t *base)
{
	const ElfW(Ehdr) *elf = (const ElfW(Ehdr) *)base;
	const ElfW(Phdr) *ph = (const ElfW(Phdr) *)(base + elf->e_phoff);
	uint64_t first = ~0ull;

	if (memcmp(elf->e_ident, ELFMAG, SELFMAG) != 0 || elf->e_phoff >= PAGE ||
	    elf->e_phoff + elf->e_phnum * sizeof(*ph) > PAGE)
		return 0;
	for (unsigned i = 0; i < elf->e_phnum; i++) {
		if (ph[i].p_type == PT_LOAD && ph[i].p_vaddr < first)
			first = ph[i].p_vaddr & ~(PAGE - 1);
	}
	for (unsigned i = 0; i < elf->e_phnum; i++) {
		uint64_t at = ph[i].p_vaddr - first, end = at + ph[i].p_filesz;

		if (ph[i].p_type != PT_NOTE || at >= PAGE || end > PAGE)
			continue;
		while (at + sizeof(ElfW(Nhdr)) <= end) {
			const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)(base + at);
			uint64_t desc = at + sizeof(*note) + ((note->n_namesz + 3ull) & ~3ull);
			uint64_t next = desc + ((note->n_descsz + 3ull) & ~3ull);

			if (next > end)
				break;
			if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 &&
			    note->n_descsz >= 8 && !memcmp(note + 1, "GNU", 4))
				return desc + note->n_descsz - 8;
			at = next;
		}
	}
	return 0;
}

/* Another module in the same place may have the same bounds, the same layout and even the same
 * link_map, as that is malloc's: so its build-id is asked. Where that is, is looked for once: a
 * word has what it is about in its upper bits, the offset in its lower 12. */
static uint64_t identity_of(const struct dl_find_object *o, const uint8_t *header, uint32_t count)
{
	static uint64_t where[256];
	uint64_t h = blend((uint64_t)o->dlfo_link_map ^ load64(header + 4) << 20, (uint64_t)header,
			   (uint64_t)o->dlfo_map_start ^ (uint64_t)o->dlfo_map_end << 16,
			   load64(header + RD_HEADER_TABLE + (count - 1) * sizeof(struct pair)));
	uint64_t *slot, word;

	slot = &where[h >> 56];
	word = __atomic_load_n(slot, __ATOMIC_RELAXED);
	if (rd_unlikely((word ^ h) >> 12)) {
		word = (h & ~0xfffull) | find_build_id(o->dlfo_map_start);
		__atomic_store_n(slot, word, __ATOMIC_RELAXED);
	}
	return blend(h, load64((const uint8_t *)o->dlfo_map_start + (word & 0xfff)), 0, 0);
}

/* Of a module with gaps between its segments the loader tells the segment that was asked for. */
static bool find_tables(struct rd_unwind_module *m, const uint8_t *header)
{
	struct dl_find_object o;

	m->low = m->start;
	m->high = m->end;
	if ((uint64_t)header >= m->start && (uint64_t)header < m->end)
		return true;
	if (_dl_find_object((void *)header, &o) != 0)
		return false;
	m->low = (uint64_t)o.dlfo_map_start;
	m->high = (uint64_t)o.dlfo_map_end;
	return true;
}

bool rd_module_find(uint64_t pc, struct rd_unwind_module *m)
{
	struct dl_find_object o;
	const uint8_t *header;
	uint32_t count;

	if (pc >= ADDRESS_END || _dl_find_object((void *)pc, &o) != 0 || !o.dlfo_eh_frame)
		return false;
	header = o.dlfo_eh_frame;
	if (load32(header) != HEADER_USUAL)
		return false;
	count = rd_header_count(header);
	m->start = (uint64_t)o.dlfo_map_start;
	m->end = (uint64_t)o.dlfo_map_end;
	if (!find_tables(m, header) || !count ||
	    (uint64_t)header + RD_HEADER_TABLE + count * sizeof(struct pair) > m->high)
		return false;
	m->header = header;
	m->identity = identity_of(&o, header, count);
	return true;
}

/* ---- one function's entry ---- */

/* The pointer encodings of DWARF's exception headers that an FDE's pcs come in. */
static bool encoded(const uint8_t *p, uint8_t encoding, uint64_t *value, unsigned *size)
{
	switch (encoding & 0x0f) {
	case 0x00: /* absptr */
	case 0x04: /* udata8 */
	case 0x0c: /* sdata8 */
		*value = load64(p);
		*size = 8;
		break;
	case 0x03: /* udata4 */
		*value = load32(p);
		*size = 4;
		break;
	case 0x0b: /* sdata4 */
		*value = (uint64_t)(int32_t)load32(p);
		*size = 4;
		break;
	default:
		return false;
	}
	if ((encoding & 0x70) == 0x10)
		*value += (uint64_t)p;
	return (encoding & 0xf0) == 0 || (encoding & 0xf0) == 0x10;
}

/* The encoding of the pcs in the FDEs of a CIE: the byte that goes with 'R'. */
static bool pc_encoding(const uint8_t *cie, uint8_t *encoding)
{
	const char *augmentation = (const char *)cie + 9;
	const uint8_t *p = cie + 9 + strlen(augmentation) + 1;

	*encoding = 0;
	if (augmentation[0] != 'z')
		return augmentation[0] == '\0';
	for (int leb = 0; leb < 2; p++) /* alignment factors of code and data */
		leb += !(*p & 0x80);
	if (cie[8] == 1) {
		p++; /* return address register */
	} else {
		while (*p++ & 0x80)
			;
	}
	while (*p++ & 0x80) /* length of the augmentation's data */
		;
	for (const char *a = augmentation + 1; *a; a++) {
		uint64_t skipped;
		unsigned size;

		switch (*a) {
		case 'R':
			*encoding = *p;
			return true;
		case 'P':
			if (!encoded(p + 1, *p & 0x0f, &skipped, &size))
				return false;
			p += 1 + size;
			break;
		case 'L':
			p++;
			break;
		case 'S':
		case 'B':
			break;
		default:
			return false;
		}
	}
	return true;
}

bool rd_fde_find(const struct rd_unwind_module *m, uint64_t pc, struct rd_fde *out)
{
	const struct pair *table = (const struct pair *)(m->header + RD_HEADER_TABLE);
	int64_t off = (int64_t)(pc - (uint64_t)m->header);
	uint32_t low = 0, high = rd_header_count(m->header);
	const uint8_t *fde, *cie;
	uint64_t range;
	uint8_t encoding;
	unsigned size;

	while (high - low > 1) {
		uint32_t mid = low + (high - low) / 2;

		if (table[mid].pc <= off)
			low = mid;
		else
			high = mid;
	}
	fde = m->header + table[low].fde;
	if (table[low].pc > off || (uint64_t)fde < m->low || (uint64_t)fde + 24 > m->high)
		return false;
	out->fde = fde;
	out->fde_end = fde + 4 + load32(fde);
	cie = fde + 4 - (int32_t)load32(fde + 4);
	if ((uint64_t)cie < m->low || (uint64_t)cie + 16 > m->high)
		return false;
	out->cie = cie;
	out->cie_end = cie + 4 + load32(cie);
	if ((uint64_t)out->fde_end > m->high || (uint64_t)out->cie_end > m->high ||
	    load32(cie + 4) != 0 || (cie[8] != 1 && cie[8] != 3))
		return false;
	if (!pc_encoding(cie, &encoding) || !encoded(fde + 8, encoding, &out->start, &size) ||
	    !encoded(fde + 8 + size, encoding & 0x0f, &range, &size))
		return false;
	out->end = out->start + range;
	out->program = fde + 8 + 2 * size;
	return pc >= out->start && pc < out->end;
}

bool rd_fde_signal(const struct rd_fde *fde)
{
	const char *a = (const char *)fde->cie + 9;

	while (*a && *a != 'S')
		a++;
	return *a == 'S';
}

/*
 * Answers that are known. The table takes no lock: a slot is two words, where the function begins and a check made of
 * that, the pc and the module's identity; half of one answer and half of another don't check, nor does what was there
 * before a dlclose.
 */
#define FUNCTIONS 1024u

uint64_t rd_unwind_function(uint64_t pc)
{
	static struct known {
		uint64_t check, start;
	} known[FUNCTIONS];
	struct rd_unwind_module m;
	struct rd_fde fde;
	struct known *k;
	uint64_t start;

	if (!rd_module_find(pc - 1, &m))
		return 0;
	k = &known[(pc * 0x9e3779b97f4a7c15ull) >> 54];
	start = __atomic_load_n(&k->start, __ATOMIC_RELAXED);
	if (start && __atomic_load_n(&k->check, __ATOMIC_RELAXED) == blend(pc, m.identity, start, 0))
		return start;
	if (!rd_fde_find(&m, pc - 1, &fde))
		return 0;
	__atomic_store_n(&k->start, fde.start, __ATOMIC_RELAXED);
	__atomic_store_n(&k->check, blend(pc, m.identity, fde.start, 0), __ATOMIC_RELAXED);
	return fde.start;
}
_Static_assert(FUNCTIONS == 1u << (64 - 54), "the slot's shift");
