/* SPDX-License-Identifier: MIT */
/*
 * unwind_full.c - libunwind's address-space half, with memory, registers and unwind
 * tables given by us.
 *
 * Its headers are used, the library is not linked: it is loaded privately, as
 * unwind.h says. Its cache of rules is by pc alone, so it is flushed when a module
 * turns up where another one was.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <libunwind-x86_64.h>
#include <string.h>
#include <sys/stat.h>
#include "thread.h"
#include "unwind.h"
#include "unwind_cfi.h"

#define LIBRARY "libunwind-x86_64.so.8"

static struct {
	unw_addr_space_t (*create_addr_space)(unw_accessors_t *, int);
	int (*set_caching_policy)(unw_addr_space_t, unw_caching_policy_t);
	void (*flush_cache)(unw_addr_space_t, unw_word_t, unw_word_t);
	int (*init_remote)(unw_cursor_t *, unw_addr_space_t, void *);
	int (*step)(unw_cursor_t *);
	int (*get_reg)(unw_cursor_t *, int, unw_word_t *);
	int (*search_unwind_table)(unw_addr_space_t, unw_word_t, unw_dyn_info_t *,
				   unw_proc_info_t *, int, void *);
} lib;

static const struct {
	const char *name;
	void *at;
} symbols[] = {
	{"_Ux86_64_create_addr_space", &lib.create_addr_space},
	{"_Ux86_64_set_caching_policy", &lib.set_caching_policy},
	{"_Ux86_64_flush_cache", &lib.flush_cache},
	{"_Ux86_64_init_remote", &lib.init_remote},
	{"_Ux86_64_step", &lib.step},
	{"_Ux86_64_get_reg", &lib.get_reg},
	{"_Ux86_64_dwarf_search_unwind_table", &lib.search_unwind_table},
};

static unw_addr_space_t space;
static bool up;
static char error[160];

/* ---- what libunwind asks ---- */

struct target {
	struct rd_regs regs;
	struct rd_span span;
	struct rd_unwind_module module; /* of the frame that is being left */
	struct rd_fde fde;
};

/* The module's own data that describes the frame, and the frame's code: what is mapped for sure,
 * as nothing on the stack has named it. Words are read whole, so one at each end comes with it. */
static bool between(uint64_t address, const void *start, const void *end)
{
	return address + 8 > (uint64_t)start && address < (uint64_t)end;
}

static bool described(const struct target *t, uint64_t address)
{
	const uint8_t *table = t->module.header + RD_HEADER_TABLE;

	return between(address, t->module.header, table + 8 * rd_header_count(t->module.header)) ||
	       between(address, t->fde.fde, t->fde.fde_end) ||
	       between(address, t->fde.cie, t->fde.cie_end) ||
	       between(address, (void *)t->fde.start, (void *)t->fde.end);
}

static int access_mem(unw_addr_space_t as, unw_word_t address, unw_word_t *value, int write,
		      void *arg)
{
	struct target *t = arg;

	(void)as;
	if (write)
		return -UNW_EINVAL;
	if (described(t, address)) {
		*value = *(const volatile rd_any_word *)address;
		return 0;
	}
	return rd_load(&t->span, address, value) ? 0 : -UNW_EINVAL;
}

static int access_reg(unw_addr_space_t as, unw_regnum_t reg, unw_word_t *value, int write,
		      void *arg)
{
	const struct target *t = arg;

	(void)as;
	if (write || reg < 0 || reg >= RD_REGS || !(t->regs.known & (1u << reg)))
		return -UNW_EBADREG;
	*value = t->regs.reg[reg];
	return 0;
}

static int find_proc_info(unw_addr_space_t as, unw_word_t pc, unw_proc_info_t *info, int need,
			  void *arg)
{
	struct target *t = arg;
	unw_dyn_info_t table = {
		.start_ip = t->module.start,
		.end_ip = t->module.end,
		.format = UNW_INFO_FORMAT_REMOTE_TABLE,
		.u.rti =
			{
				.segbase = (unw_word_t)t->module.header,
				.table_len = rd_header_count(t->module.header),
				.table_data = (unw_word_t)t->module.header + RD_HEADER_TABLE,
			},
	};

	if (pc < t->fde.start || pc >= t->fde.end)
		return -UNW_ENOINFO;
	return lib.search_unwind_table(as, pc, &table, info, need, t);
}

/* What a search allocated libunwind gives back by itself. */
static void put_unwind_info(unw_addr_space_t as, unw_proc_info_t *info, void *arg)
{
	(void)as;
	(void)info;
	(void)arg;
}

static int get_dyn_info_list_addr(unw_addr_space_t as, unw_word_t *address, void *arg)
{
	(void)as;
	(void)address;
	(void)arg;
	return -UNW_ENOINFO;
}

static int access_fpreg(unw_addr_space_t as, unw_regnum_t reg, unw_fpreg_t *value, int write,
			void *arg)
{
	(void)as;
	(void)reg;
	(void)value;
	(void)write;
	(void)arg;
	return -UNW_EBADREG;
}

static int resume(unw_addr_space_t as, unw_cursor_t *cursor, void *arg)
{
	(void)as;
	(void)cursor;
	(void)arg;
	return -UNW_EINVAL;
}

static int get_proc_name(unw_addr_space_t as, unw_word_t pc, char *name, size_t n,
			 unw_word_t *offset, void *arg)
{
	(void)as;
	(void)pc;
	(void)name;
	(void)n;
	(void)offset;
	(void)arg;
	return -UNW_ENOINFO;
}

/* Later versions under the same soname have more members, which they copy: NULL ones. */
static union {
	unw_accessors_t accessors;
	void *room[32];
} ours = {
	.accessors =
		{
			.find_proc_info = find_proc_info,
			.put_unwind_info = put_unwind_info,
			.get_dyn_info_list_addr = get_dyn_info_list_addr,
			.access_mem = access_mem,
			.access_reg = access_reg,
			.access_fpreg = access_fpreg,
			.resume = resume,
			.get_proc_name = get_proc_name,
		},
};

/* ---- its cache and the modules ---- */

#define KNOWN 64u

static struct {
	uint64_t start, end, identity;
} known[KNOWN];
static unsigned known_count, known_last;

static void modules_forget(void)
{
	known_count = known_last = 0;
	lib.flush_cache(space, 0, 0);
}

/* Flushes the cache when m is not what was seen at that place before. */
static void module_met(const struct rd_unwind_module *m)
{
	if (known_last < known_count && known[known_last].identity == m->identity)
		return;
	for (unsigned i = 0; i < known_count; i++) {
		if (known[i].identity == m->identity) {
			known_last = i;
			return;
		}
		if (known[i].start < m->end && m->start < known[i].end) {
			modules_forget();
			break;
		}
	}
	if (known_count == KNOWN)
		modules_forget();
	known_last = known_count++;
	known[known_last].start = m->start;
	known[known_last].end = m->end;
	known[known_last].identity = m->identity;
}

/* ---- the walk ---- */

enum outcome { WALK_ON, WALK_END, WALK_BROKEN };

static enum outcome step(struct target *t, unw_cursor_t *cursor, uint64_t pc, bool *exact,
			 uint64_t sp, uint64_t *cfa)
{
	uint64_t at = pc - !*exact;
	int ret;

	if (!rd_module_find(at, &t->module) || !rd_fde_find(&t->module, at, &t->fde))
		return WALK_BROKEN;
	module_met(&t->module);
	ret = lib.step(cursor);
	if (ret < 0 || lib.get_reg(cursor, UNW_REG_SP, cfa) < 0)
		return WALK_BROKEN;
	*exact = rd_fde_signal(&t->fde);
	if (*cfa <= sp && !*exact)
		return WALK_BROKEN;
	return ret == 0 ? WALK_END : WALK_ON;
}

static size_t walk(struct target *t, unw_cursor_t *cursor, struct rd_frame *frames, size_t max,
		   uint64_t from, unsigned *flags)
{
	enum outcome how = WALK_ON;
	bool above = false, exact = true;
	uint64_t pc, cfa, sp = t->regs.reg[RD_RSP];
	size_t n = 0;

	for (*flags = 0; how == WALK_ON; sp = cfa) {
		uint8_t frame_exact = exact;

		if (lib.get_reg(cursor, UNW_REG_IP, &pc) < 0 || !pc)
			break;
		if (n == max) {
			*flags = RD_UNWIND_CUT;
			break;
		}
		how = step(t, cursor, pc, &exact, sp, &cfa);
		if (how == WALK_BROKEN) {
			*flags = RD_UNWIND_BROKEN;
			above = above || sp >= from;
			cfa = 0;
		}
		above = above || cfa > from;
		if (above)
			frames[n++] = (struct rd_frame){pc, cfa, frame_exact};
	}
	return n;
}

static size_t walk_here(struct rd_frame *frames, size_t max, uint64_t from, unsigned *flags)
{
	unw_cursor_t cursor;
	struct target t;
	size_t n = 0;

	rd_regs_here(&t.regs);
	t.span = rd_span_begin(t.regs.reg[RD_RSP]);
	if (rd_self)
		rd_self->unwinding++;
	*flags = RD_UNWIND_BROKEN;
	if (lib.init_remote(&cursor, space, &t) == 0)
		n = walk(&t, &cursor, frames, max, from, flags);
	if (rd_self)
		rd_self->unwinding--;
	if (!(*flags & RD_UNWIND_BROKEN))
		rd_span_keep(&t.span, t.regs.reg[RD_RSP]);
	return n;
}

size_t rd_unwind_full(struct rd_frame *frames, size_t max, uint64_t from, unsigned *flags)
{
	return rd_unwind_up() ? walk_here(frames, max, from, flags)
			      : rd_unwind_fast(frames, max, from, flags);
}

/* ---- start ---- */

static int failed(const char *what, const char *why)
{
	const char *parts[] = {what, ": ", why ? why : "unknown reason"};
	size_t n = 0;

	for (size_t i = 0; i < 3; i++) {
		for (const char *c = parts[i]; *c && n < sizeof(error) - 1; c++)
			error[n++] = *c;
	}
	error[n] = '\0';
	return -1;
}

/* Its first walk allocates; and what it says must be true. */
static bool agrees(void)
{
	struct rd_frame a[64], b[64];
	unsigned flags;
	uint64_t from = (uint64_t)__builtin_dwarf_cfa();
	size_t n = walk_here(a, 64, from, &flags);

	if (!n || n != rd_unwind_fast(b, 64, from, &flags))
		return false;
	while (n-- > 0) {
		if (a[n].pc != b[n].pc)
			return false;
	}
	return true;
}

static bool is_one_pipe(const int fd[2])
{
	struct stat a, b;

	return !rd_sys(SYS_fstat, fd[0], &a) && !rd_sys(SYS_fstat, fd[1], &b) &&
	       S_ISFIFO(a.st_mode) && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

/*
 * libunwind opens a pipe when it is first used, for its local half to try addresses with. That
 * half never runs here, and the two descriptors would be the program's to trip over.
 */
static void set_policy_and_close_pipe(void)
{
	int fd[2];
	bool known = rd_sys(SYS_pipe2, fd, O_CLOEXEC) == 0;

	if (known) {
		rd_sys(SYS_close, fd[0]);
		rd_sys(SYS_close, fd[1]);
	}
	lib.set_caching_policy(space, UNW_CACHE_GLOBAL);
	if (known && is_one_pipe(fd)) {
		rd_sys(SYS_close, fd[0]);
		rd_sys(SYS_close, fd[1]);
	}
}

int rd_unwind_init(void)
{
	void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	if (!handle)
		return failed(LIBRARY, dlerror());
	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		void *at = dlsym(handle, symbols[i].name);

		if (!at)
			return failed(LIBRARY " lacks", symbols[i].name);
		memcpy(symbols[i].at, &at, sizeof(at));
	}
	space = lib.create_addr_space(&ours.accessors, 0);
	if (!space)
		return failed(LIBRARY, "no address space");
	set_policy_and_close_pipe();
	if (!agrees())
		return failed(LIBRARY, "its first walk went wrong");
	/* From here on another thread may come in, under the lock. */
	__atomic_store_n(&up, true, __ATOMIC_RELEASE);
	return 0;
}

const char *rd_unwind_error(void)
{
	return error;
}

int rd_unwind_up(void)
{
	return __atomic_load_n(&up, __ATOMIC_ACQUIRE);
}

void rd_unwind_fork_child(int hooked)
{
	if (!hooked)
		up = false;
}
