/* SPDX-License-Identifier: MIT */
/* core_unwind.c - see core_unwind.h. */
#include "reports/core_unwind.h"

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "reports/symbols_tables.h"

struct rdep_core_unwinder {
	struct rdep_core *core;
	Dwfl *dwfl;
	size_t thread; /* that is being unwound */
	bool given;    /* to libdw, which asks for a list */
	struct rdep_core_frame *frames;
	size_t count, max;
	bool full;
};

/* ---- what libdw asks ---- */

/* Debug files are symbols.c's; and nothing is looked for over the network from here. */
static int no_debuginfo(Dwfl_Module *m, void **user, const char *name, Dwarf_Addr base,
			const char *file, const char *link, GElf_Word crc, char **out)
{
	(void)m, (void)user, (void)name, (void)base, (void)file, (void)link, (void)crc, (void)out;
	return -1;
}

static int no_elf(Dwfl_Module *m, void **user, const char *name, Dwarf_Addr base, char **file,
		  Elf **elf)
{
	(void)m, (void)user, (void)name, (void)base, (void)file, (void)elf;
	return -1;
}

static pid_t next_thread(Dwfl *dwfl, void *arg, void **thread_arg)
{
	struct rdep_core_unwinder *u = arg;

	(void)dwfl;
	if (u->given)
		return 0;
	u->given = true;
	*thread_arg = u;
	return 1;
}

static bool read_word(Dwfl *dwfl, Dwarf_Addr address, Dwarf_Word *result, void *arg)
{
	struct rdep_core_unwinder *u = arg;

	(void)dwfl;
	return rdep_core_get(u->core, address, result, sizeof(*result));
}

static bool first_registers(Dwfl_Thread *thread, void *arg)
{
	/* As DWARF numbers them. */
	static const uint8_t order[] = {
		RDEP_REG_RAX, RDEP_REG_RDX, RDEP_REG_RCX, RDEP_REG_RBX, RDEP_REG_RSI, RDEP_REG_RDI,
		RDEP_REG_RBP, RDEP_REG_RSP, RDEP_REG_R8,  RDEP_REG_R9,	RDEP_REG_R10, RDEP_REG_R11,
		RDEP_REG_R12, RDEP_REG_R13, RDEP_REG_R14, RDEP_REG_R15, RDEP_REG_RIP,
	};
	struct rdep_core_unwinder *u = arg;
	Dwarf_Word regs[sizeof(order)];
	size_t i;

	for (i = 0; i < sizeof(order); i++)
		regs[i] = u->core->threads[u->thread].regs[order[i]];
	return dwfl_thread_state_registers(thread, 0, sizeof(order), regs);
}

static int take_frame(Dwfl_Frame *state, void *arg)
{
	struct rdep_core_unwinder *u = arg;
	bool exact;
	Dwarf_Addr pc;

	if (!dwfl_frame_pc(state, &pc, &exact))
		return DWARF_CB_ABORT;
	if (u->count == u->max) {
		u->full = true;
		return DWARF_CB_ABORT;
	}
	u->frames[u->count++] = (struct rdep_core_frame){.pc = pc, .exact = exact};
	return DWARF_CB_OK;
}

/* ---- modules ---- */

static void report(struct rdep_core_unwinder *u, struct rdep_core_module *m,
		   struct rdep_symbols *symbols, uint64_t ran_ns)
{
	struct rdep_symbol_module *s =
		rdep_symbols_module(symbols, m->path, m->build_id, m->build_id_len, ran_ns);
	struct rdep_module_wanted w = rdep_symbols_wanted(s);
	struct rdep_module_file f;
	int fd;

	if (!rdep_module_open(symbols->search, &w, &f, &m->state))
		return;
	fd = fcntl(f.fd, F_DUPFD_CLOEXEC, 3);
	if (fd >= 0 && !dwfl_report_elf(u->dwfl, m->path, m->path, fd, m->bias, true))
		close(fd);
	rdep_module_close(&f);
}

/* The kernel's own page is in the core. */
static void report_vdso(struct rdep_core_unwinder *u)
{
	struct rdep_core *c = u->core;
	static const size_t most = 64u << 10;
	char *image = rdep_alloc(most);
	size_t n = c->vdso ? rdep_core_read(c, c->vdso, image, most) : 0;
	int fd = n ? memfd_create("vdso", MFD_CLOEXEC) : -1;

	if (fd >= 0 && (write(fd, image, n) != (ssize_t)n ||
			!dwfl_report_elf(u->dwfl, "[vdso]", "[vdso]", fd, c->vdso, true)))
		close(fd);
	free(image);
}

struct rdep_core_unwinder *rdep_core_unwinder_new(struct rdep_core *c, struct rdep_symbols *symbols,
						  uint64_t ran_ns)
{
	static const Dwfl_Callbacks callbacks = {.find_elf = no_elf,
						 .find_debuginfo = no_debuginfo};
	static const Dwfl_Thread_Callbacks threads = {.next_thread = next_thread,
						      .memory_read = read_word,
						      .set_initial_registers = first_registers};
	struct rdep_core_unwinder *u = rdep_alloc(sizeof(*u));
	size_t i;

	u->core = c;
	u->dwfl = dwfl_begin(&callbacks);
	if (u->dwfl) {
		dwfl_report_begin(u->dwfl);
		for (i = 0; i < c->module_count; i++)
			report(u, &c->modules[i], symbols, ran_ns);
		report_vdso(u);
		dwfl_report_end(u->dwfl, NULL, NULL);
	}
	if (u->dwfl && dwfl_attach_state(u->dwfl, NULL, 1, &threads, u))
		return u;
	rdep_core_unwinder_free(u);
	return NULL;
}

void rdep_core_unwinder_free(struct rdep_core_unwinder *u)
{
	if (u && u->dwfl)
		dwfl_end(u->dwfl);
	free(u);
}

static int take_thread(Dwfl_Thread *thread, void *arg)
{
	return dwfl_thread_getframes(thread, take_frame, arg);
}

/*
 * libdw calls the frame that a signal handler returns to an exact one, whether or not the
 * interrupted one behind it. Here the latter is, alone.
 */
static void mark_interrupted(struct rdep_core_frame *frames, size_t n)
{
	size_t i;

	for (i = 1; i + 1 < n; i++) {
		if (!frames[i].exact)
			continue;
		frames[i].exact = false;
		frames[++i].exact = true;
	}
}

size_t rdep_core_unwind(struct rdep_core *c, struct rdep_core_unwinder *u, size_t i,
			struct rdep_core_frame *frames, size_t max, bool *broken)
{
	int rc = 0;

	*broken = true;
	if (u && max > 1) {
		u->thread = i;
		u->given = false;
		u->frames = frames;
		u->count = 0;
		u->max = max;
		u->full = false;
		rc = dwfl_getthreads(u->dwfl, take_thread, u);
		*broken = rc != 0 && !u->full;
		mark_interrupted(frames, u->count);
		if (u->count)
			return u->count;
	}
	frames[0] = (struct rdep_core_frame){.pc = c->threads[i].regs[RDEP_REG_RIP], .exact = true};
	return 1;
}
