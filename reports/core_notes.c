/* SPDX-License-Identifier: MIT */
/* core_notes.c - see core_notes.h. */
#include "reports/core_notes.h"

#include <elf.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/procfs.h>
#include "reports/record_items.h"

#define NOTE_MAX (64u << 20) /* the list of what is mapped can be long */
#define MAPPINGS_MAX (1u << 20)

_Static_assert(sizeof(((struct elf_prstatus *)0)->pr_reg) == RDEP_REGS * sizeof(uint64_t),
	       "registers");

static void take_thread(struct rdep_core *c, const char *p, size_t n)
{
	struct elf_prstatus s;
	struct rdep_core_thread t = {0};

	if (n < sizeof(s))
		return;
	memcpy(&s, p, sizeof(s));
	t.tid = (uint32_t)s.pr_pid;
	t.signal = (uint16_t)s.pr_cursig;
	memcpy(t.regs, &s.pr_reg, sizeof(t.regs));
	RDEP_GROW(c->threads, c->thread_count);
	c->threads[c->thread_count++] = t;
	if (!c->signal)
		c->signal = t.signal;
}

static void take_process(struct rdep_core *c, const char *p, size_t n)
{
	struct elf_prpsinfo s;

	if (n < sizeof(s))
		return;
	memcpy(&s, p, sizeof(s));
	c->pid = (uint32_t)s.pr_pid;
	memcpy(c->name, s.pr_fname, sizeof(s.pr_fname));
	memcpy(c->args, s.pr_psargs, sizeof(s.pr_psargs));
}

/* The address stands in the same place for all signals that have one. */
static void take_signal(struct rdep_core *c, const char *p, size_t n)
{
	siginfo_t s;

	if (n < sizeof(s) || c->has_fault)
		return;
	memcpy(&s, p, sizeof(s));
	c->has_fault = s.si_code > 0 &&
		       (s.si_signo == SIGSEGV || s.si_signo == SIGBUS || s.si_signo == SIGILL ||
			s.si_signo == SIGFPE || s.si_signo == SIGTRAP);
	c->fault = (uint64_t)(uintptr_t)s.si_addr;
}

static void take_auxv(struct rdep_core *c, const char *p, size_t n)
{
	Elf64_auxv_t a;
	size_t i;

	for (i = 0; i + sizeof(a) <= n; i += sizeof(a)) {
		memcpy(&a, p + i, sizeof(a));
		if (a.a_type == AT_PHDR)
			c->exe_phdr = a.a_un.a_val;
		if (a.a_type == AT_SYSINFO_EHDR)
			c->vdso = a.a_un.a_val;
	}
}

/* count, page size; start, end and page of each; then the names, one behind the other. */
static void take_mappings(struct rdep_core *c, const char *p, size_t n)
{
	uint64_t head[2], one[3], i;
	const char *name, *end = p + n;

	if (n < sizeof(head))
		return;
	memcpy(head, p, sizeof(head));
	if (head[0] > MAPPINGS_MAX || head[0] > (n - sizeof(head)) / sizeof(one) || !head[1] ||
	    head[1] > 1u << 30)
		return;
	name = p + sizeof(head) + head[0] * sizeof(one);
	for (i = 0; i < head[0] && name < end; i++) {
		size_t len = strnlen(name, (size_t)(end - name));

		memcpy(one, p + sizeof(head) + i * sizeof(one), sizeof(one));
		if (one[0] < one[1] && c->mapping_count < MAPPINGS_MAX) {
			RDEP_GROW(c->mappings, c->mapping_count);
			c->mappings[c->mapping_count++] = (struct rdep_core_mapping){
				.start = one[0],
				.end = one[1],
				.offset = one[2] <= UINT64_MAX / head[1] ? one[2] * head[1]
									 : UINT64_MAX,
				.path = rdep_arena_text(&c->arena, name, len < 4096 ? len : 4096),
			};
		}
		name += len + 1;
	}
}

static const struct {
	uint32_t type;
	void (*take)(struct rdep_core *c, const char *p, size_t n);
} types[] = {
	{NT_PRSTATUS, take_thread}, {NT_PRPSINFO, take_process}, {NT_SIGINFO, take_signal},
	{NT_AUXV, take_auxv},	    {NT_FILE, take_mappings},
};

static void take(struct rdep_core *c, const Elf64_Nhdr *h, uint64_t at)
{
	char *p;
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (types[i].type != h->n_type || h->n_descsz > NOTE_MAX)
			continue;
		p = rdep_alloc(h->n_descsz + 1u);
		if (rdep_record_read(c->fd, p, h->n_descsz, at) == (ssize_t)h->n_descsz)
			types[i].take(c, p, h->n_descsz);
		free(p);
	}
}

void rdep_core_read_notes(struct rdep_core *c, struct rdep_core_notes *n, uint64_t offset,
			  uint64_t size)
{
	uint64_t at = offset, end;
	Elf64_Nhdr h;

	if (offset > c->size)
		return;
	end = size < c->size - offset ? offset + size : c->size;
	while (end - at >= sizeof(h)) {
		uint64_t name, desc;
		char owner[8] = "";

		if (rdep_record_read(c->fd, &h, sizeof(h), at) != (ssize_t)sizeof(h))
			return;
		name = at + sizeof(h);
		desc = name + ((h.n_namesz + 3ull) & ~3ull);
		if (desc > end || h.n_descsz > end - desc || desc - at + h.n_descsz > n->left)
			return;
		n->left -= desc - at + h.n_descsz;
		/* Other owners have other types under the same numbers. */
		if (h.n_namesz == 5 && rdep_record_read(c->fd, owner, 5, name) == 5 &&
		    !memcmp(owner, "CORE", 5))
			take(c, &h, desc);
		at = desc + ((h.n_descsz + 3ull) & ~3ull);
		if (at > end)
			return;
	}
}
