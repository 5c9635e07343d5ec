// SPDX-License-Identifier: MIT
/* print.c - see print.h. */
#include "print.h"
#include "class.h"
#include "depend.h"
#include "elf_symbols.h"
#include "finding.h"
#include "interrupt.h"
#include "module.h"
#include "options.h"
#include "record.h"
#include "stack.h"
#include "sys.h"
#include "text.h"

#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>

#define STDERR 2

static uint64_t err_dev, err_ino;
static bool err_there;

#define LEGS_PRINTED 16

static char buffer[8192];
static struct rd_text out;

void rd_print_start(void)
{
	struct stat st;

	err_there = !rd_sys_failed(rd_sys(SYS_fstat, STDERR, &st));
	err_dev = st.st_dev;
	err_ino = st.st_ino;
}

static void begin(void)
{
	out = rd_text_in(buffer, sizeof(buffer));
}

/* Room for a piece, and somebody who reads: a write that blocked would hold up every thread, one to a
 * broken pipe would raise a signal that is the program's. */
static bool takes_text(void)
{
	struct pollfd p = {.fd = STDERR, .events = POLLOUT};

	return rd_sys(SYS_poll, &p, 1, 0) == 1 && p.revents == POLLOUT;
}

static bool is_ours(void)
{
	struct stat st;

	return err_there && !rd_sys_failed(rd_sys(SYS_fstat, STDERR, &st)) && st.st_dev == err_dev &&
	       st.st_ino == err_ino;
}

static void end(void)
{
	size_t done = 0;

	while (done < out.len && is_ours() && takes_text()) {
		size_t n = out.len - done < PIPE_BUF ? out.len - done : PIPE_BUF;
		long wrote = rd_sys(SYS_write, STDERR, out.buf + done, n);

		if (rd_sys_failed(wrote))
			return;
		done += (size_t)wrote;
	}
}

void rd_print_line(const char *text)
{
	begin();
	rd_text_str(&out, "reclaimdep: ");
	rd_text_str(&out, text);
	rd_text_char(&out, '\n');
	end();
}

/* A name that stands in a file is not trusted with the terminal. */
static void printable(const char *s)
{
	for (; *s; s++)
		rd_text_char(&out, *s >= 0x20 && *s < 0x7f ? *s : '?');
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* "function (module+0x12)" */
static void put_place(uint64_t address, bool code)
{
	static char path[PATH_MAX], name[256];
	uint64_t at = code ? address - 1 : address;
	const struct rd_module *m = rd_module_at(at);

	if (!m) {
		rd_text_hex(&out, address);
		return;
	}
	if (rd_elf_symbol_at(m, at, name, sizeof(name))) {
		printable(name);
		rd_text_str(&out, " ");
	}
	rd_module_path(m, path, sizeof(path));
	rd_text_str(&out, "(");
	printable(base_name(path));
	rd_text_str(&out, "+");
	rd_text_hex(&out, at - m->bias);
	rd_text_str(&out, ")");
}

static void put_class(uint32_t id)
{
	static const char *const domains[] = {"", "reclaim", "io_reclaim", "fs_reclaim"};
	const struct rd_class *c;
	uint32_t i;

	if (id <= RDEP_CLASS_FS_RECLAIM) {
		rd_text_str(&out, domains[id]);
		return;
	}
	c = rd_class_at(id);
	if (c->kind == RDEP_LIFE) {
		rd_text_str(&out, "the thread made in ");
		put_place(c->where, true);
		return;
	}
	if (c->kind == RDEP_SIGNAL) {
		rd_signal_name(&out, (uint32_t)c->where);
		return;
	}
	switch (c->origin) {
	case RDEP_BY_NAME:
		for (i = 0; c->item && i < c->item->name_len; i++)
			printable((const char[]){c->item->name[i], 0});
		break;
	case RDEP_BY_STATIC:
		put_place(c->where, false);
		break;
	case RDEP_BY_INIT:
		rd_text_str(&out, "the lock initialised in ");
		put_place(c->where, true);
		break;
	default:
		rd_text_str(&out, "the lock first taken in ");
		put_place(c->where, true);
	}
}

static const char *kind_id(unsigned kind)
{
	switch (kind) {
#define KIND(sym, num, id, severity, help)                                                                             \
	case num:                                                                                                      \
		return id;
#include "kinds.def"
#undef KIND
	}
	return "finding";
}

static const char *verdict_id(unsigned verdict)
{
	static const char *const ids[] = {"", "guarded", "ordered", "single-thread", "possible", "certain"};

	return ids[verdict];
}

static void put_edge(uint32_t id)
{
	const struct rd_edge *e = rd_edge_at(id);
	struct rd_where where = rd_where_at(rd_edge_sample(e, 0)->where);

	if (rd_class_at(e->to)->kind == RDEP_SIGNAL) {
		rd_text_str(&out, "  holds ");
		put_class(e->from);
		rd_text_str(&out, ", taken in ");
		put_place(where.held_site, true);
		rd_text_str(&out, ", with ");
		put_class(e->to);
		rd_text_str(&out, " open\n");
		return;
	}
	rd_text_str(&out, rd_class_at(e->to)->kind == RDEP_LIFE ? "  joins " : "  takes ");
	put_class(e->to);
	rd_text_str(&out, " in ");
	put_place(where.acquire_site, true);
	if (rd_class_at(e->from)->kind == RDEP_SIGNAL || rd_class_at(e->from)->kind == RDEP_LIFE) {
		rd_text_str(&out, rd_class_at(e->from)->kind == RDEP_LIFE ? "\n    being " : "\n    in the handler of ");
		put_class(e->from);
		rd_text_char(&out, '\n');
		return;
	}
	rd_text_str(&out, "\n    holding ");
	put_class(e->from);
	rd_text_str(&out, ", taken in ");
	put_place(where.held_site, true);
	rd_text_char(&out, '\n');
}

static void put_lock(const struct rdep_finding *f)
{
	rd_text_str(&out, f->kind == RDEP_K_UNLOCK_UNHELD ? "  gives back " : "  takes ");
	put_class(f->cls);
	rd_text_str(&out, " in ");
	put_place(rd_stack_walk()->frames[0].pc, true);
	if (f->held_site) {
		rd_text_str(&out, "\n    holding it, taken in ");
		put_place(f->held_site, true);
	}
	rd_text_char(&out, '\n');
}

/* What a finding about a place is about: details.def says it in words. */
static const char *detail_text(unsigned detail)
{
	switch (detail) {
#define DETAIL(sym, num, text)                                                                                         \
	case num:                                                                                                      \
		return text;
#include "details.def"
#undef DETAIL
	}
	return NULL;
}

static void put_place_finding(const struct rdep_finding *f, uint64_t site)
{
	const char *detail = detail_text(f->detail);

	if (detail) {
		rd_text_str(&out, "  ");
		rd_text_str(&out, detail);
		rd_text_char(&out, '\n');
	}
	if (site) {
		rd_text_str(&out, "  in ");
		put_place(site, true);
		rd_text_char(&out, '\n');
	}
	if (f->held_site) {
		rd_text_str(&out, f->cls ? "    holding " : "    since ");
		if (f->cls) {
			put_class(f->cls);
			rd_text_str(&out, ", taken in ");
		}
		put_place(f->held_site, true);
		rd_text_char(&out, '\n');
	}
}

static bool is_misuse(unsigned kind)
{
	return kind >= RDEP_K_UNLOCK_FOREIGN && kind <= RDEP_K_WRONG_MUTEX;
}

static void put_misuse(const struct rdep_finding *f, uint64_t site)
{
	const char *detail = detail_text(f->detail);

	rd_text_str(&out, "  ");
	put_class(f->cls);
	rd_text_str(&out, ", ");
	rd_text_str(&out, detail ? detail : "given back");
	rd_text_str(&out, " in ");
	put_place(site, true);
	if (f->held_site) {
		rd_text_str(&out, f->kind == RDEP_K_DESTROYED_USED ? "\n    destroyed in " : "\n    taken in ");
		put_place(f->held_site, true);
	}
	if (f->holder) {
		rd_text_str(&out, f->held_site ? " by thread " : "\n    held by thread ");
		rd_text_dec(&out, f->holder);
	}
	rd_text_char(&out, '\n');
}

static void put_next_command(void)
{
	if (!rd_record_path()[0]) {
		rd_text_str(&out, "there is no record: ");
		rd_text_str(&out, rd_record_error());
		return;
	}
	rd_text_str(&out, "for the full report: reclaimdep report ");
	rd_text_str(&out, rd_record_path());
}

static void put_leg(const struct rdep_leg *leg, const struct rdep_leg *next)
{
	rd_text_str(&out, "  thread ");
	rd_text_dec(&out, leg->thread);
	rd_text_str(&out, leg->wait == RDEP_WAIT_RETAKE ? " waits to take back " : " waits for ");
	if (leg->wait == RDEP_WAIT_JOIN) {
		rd_text_str(&out, "the end of thread ");
		rd_text_dec(&out, next->thread);
	} else {
		put_class(leg->wait_cls);
	}
	rd_text_str(&out, " in ");
	put_place(leg->wait_site, true);
	if (leg->held_cls && !(leg->flags & RDEP_LEG_AHEAD)) {
		rd_text_str(&out, "\n    holding ");
		put_class(leg->held_cls);
		rd_text_str(&out, ", taken in ");
		put_place(leg->held_site, true);
	}
	rd_text_char(&out, '\n');
}

static void put_circle(const struct rdep_circle *c)
{
	uint32_t i;

	for (i = 0; i < c->count && i < LEGS_PRINTED; i++)
		put_leg(&c->legs[i], &c->legs[(i + 1) % c->count]);
}

void rd_print_finding(const struct rdep_finding *f, uint64_t site, const struct rdep_circle *circle)
{
	const struct rdep_finding_edge *edges = (const struct rdep_finding_edge *)(f + 1);
	uint32_t i;

	bool note = f->verdict <= RDEP_GUARDED || f->flags & RDEP_FINDING_NOTE;

	if (!rd_options.print || (note && rd_options.verbosity < 2))
		return;
	begin();
	rd_text_str(&out, "reclaimdep: ");
	rd_text_str(&out, kind_id(f->kind));
	rd_text_str(&out, " (");
	rd_text_str(&out, verdict_id(f->verdict));
	rd_text_str(&out, f->revision ? ", weightier than before)\n" : ")\n");
	for (i = 0; i < f->edge_count; i++)
		put_edge(edges[i].edge);
	if (circle)
		put_circle(circle);
	else if (is_misuse(f->kind))
		put_misuse(f, site);
	else if (f->kind >= RDEP_K_SCOPE_UNBALANCED)
		put_place_finding(f, site);
	else if (!f->edge_count)
		put_lock(f);
	rd_text_str(&out, "reclaimdep: ");
	put_next_command();
	rd_text_char(&out, '\n');
	end();
}

static void put_provoked(void)
{
	const uint64_t *counters = rd_record_header()->counters;

	if (!rd_options.provoke[0])
		return;
	rd_text_str(&out, "provoked: ");
	rd_text_dec(&out, __atomic_load_n(&counters[RDEP_C_SHRINKS_PROVOKED], __ATOMIC_RELAXED));
	rd_text_str(&out, " runs of shrinkers, ");
	rd_text_dec(&out, __atomic_load_n(&counters[RDEP_C_ALLOCS_FAILED], __ATOMIC_RELAXED));
	rd_text_str(&out, " failed allocations; ");
}

void rd_print_summary(void)
{
	uint32_t n = rd_finding_count();

	if (!rd_options.print || rd_options.verbosity < 1)
		return;
	begin();
	rd_text_str(&out, "reclaimdep: ");
	rd_text_dec(&out, n);
	rd_text_str(&out, n == 1 ? " finding, " : " findings, ");
	rd_text_dec(&out, rd_class_count() - RDEP_FIRST_CLASS);
	rd_text_str(&out, " classes, ");
	rd_text_dec(&out, rd_edge_count());
	rd_text_str(&out, " dependencies; ");
	put_provoked();
	put_next_command();
	rd_text_char(&out, '\n');
	end();
}
