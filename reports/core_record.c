/* SPDX-License-Identifier: MIT */
/* core_record.c - see core_record.h. */
#include "reports/core_record.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "reports/record_items.h"

static void add_line(struct rdep_core_made *m, char ***lines, size_t *count, const char *format,
		     va_list args)
{
	char *text;
	int n = vasprintf(&text, format, args);

	if (n < 0)
		return;
	RDEP_GROW(*lines, *count);
	(*lines)[(*count)++] = rdep_strdup(rdep_clean(&m->core->arena, text, (size_t)n));
	free(text);
}

void rdep_core_say(struct rdep_core_made *m, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_line(m, &m->lines, &m->line_count, format, args);
	va_end(args);
}

void rdep_core_miss(struct rdep_core_made *m, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_line(m, &m->losses, &m->loss_count, format, args);
	va_end(args);
}

const struct rdep_core_known *rdep_core_known_thread(const struct rdep_core_made *m, size_t thread)
{
	size_t i = m->state.known_of[thread];

	return i ? &m->state.known[i - 1] : NULL;
}

/* ---- what it is ---- */

static void say_core(struct rdep_core_made *m)
{
	const struct rdep_core *c = m->core;
	const char *name = c->signal ? sigabbrev_np(c->signal) : NULL;

	if (c->signal)
		rdep_core_say(m, "core: of %s (pid %u), which got SIG%s in thread %u",
			      *c->name ? c->name : "a process", c->pid, name ? name : "?",
			      c->thread_count ? c->threads[0].tid : 0);
	else
		rdep_core_say(m, "core: of %s (pid %u), taken as it ran",
			      *c->name ? c->name : "a process", c->pid);
	if (c->cut)
		rdep_core_miss(m, "the core is cut short: %llu of %llu bytes are there",
			       (unsigned long long)c->size, (unsigned long long)c->should_be);
	if (c->thrown_out)
		rdep_core_miss(m, "%zu segments of the core make no sense", c->thrown_out);
}

static void put_losses(struct rdep_core_made *m, struct rdep_core_writer *w)
{
	size_t i;

	for (i = 0; i < m->loss_count; i++)
		rdep_writer_item(w, RDEP_NOTE, m->losses[i], strlen(m->losses[i]), 0);
}

/* ---- threads ---- */

static void put_stands(struct rdep_core_made *m, struct rdep_core_writer *w, const bool *words)
{
	const struct rdep_core *c = m->core;
	size_t i;

	for (i = 0; i < c->thread_count; i++) {
		const struct rdep_core_known *k = rdep_core_known_thread(m, i);
		struct rdep_stand s = {.tid = k ? k->tid : c->threads[i].tid,
				       .thread = k ? k->id : 0,
				       .stack = m->stacks[i].id};

		/* The kernel gives the signal with every thread; it was the first one's. */
		if (i == 0)
			s.signal = c->signal;
		if (i == 0 && c->has_fault) {
			s.flags |= RDEP_STAND_FAULT;
			s.address = c->fault;
		}
		if (k && words[k - m->state.known])
			s.flags |= RDEP_STAND_WORDS;
		rdep_writer_item(w, RDEP_STAND, &s, sizeof(s), 0);
	}
}

/* ---- all of it ---- */

static bool finish(struct rdep_core_made *m, struct rdep_core_writer *w, struct rdep_error *err)
{
	struct rdep_header h = m->record->header;

	/* It did not end, whatever it was about to do. */
	h.state = RDEP_RUNNING;
	if (rdep_writer_end(w, &h))
		return rdep_core_reread(m, err);
	rdep_error_set(err, "%s: can't write: %s", m->path, strerror(errno));
	return false;
}

static bool add_all(struct rdep_core_made *m, struct rdep_symbols *symbols, struct rdep_error *err)
{
	bool *words = rdep_alloc(m->state.known_count + 1);
	struct rdep_core_writer w;
	bool told;

	rdep_core_unwind_all(m, symbols);
	rdep_core_read_sites(m);
	rdep_core_append(m, &w);
	rdep_core_put_stacks(m, &w);
	rdep_core_put_board(m, &w, words);
	put_stands(m, &w, words);
	put_losses(m, &w);
	free(words);
	if (!finish(m, &w, err))
		return false;
	rdep_core_append(m, &w);
	told = rdep_core_put_circle(m, &w);
	return finish(m, &w, err) && (told || true);
}

static bool open_output(struct rdep_core_made *m, const char *output, struct rdep_error *err)
{
	if (output)
		m->fd = open(output, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	else
		m->fd = memfd_create("core.rdep", MFD_CLOEXEC);
	if (m->fd < 0) {
		rdep_error_set(err, "%s: can't make the record: %s", output ? output : "memory",
			       strerror(errno));
		return false;
	}
	if (output)
		m->path = rdep_strdup(output);
	else if (asprintf(&m->path, "/proc/self/fd/%d", m->fd) < 0)
		m->path = NULL;
	return m->path != NULL;
}

/* A file for the program has to be the build that ran. */
static bool take_exe(struct rdep_core *c, const char *path, struct rdep_symbols *symbols,
		     struct rdep_error *err)
{
	char theirs[129] = "", its[129] = "";
	int fd = rdep_record_file(path, err);
	Elf *elf;
	size_t i;
	uint32_t k;

	if (fd < 0)
		return false;
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (elf)
		rdep_module_build_id(elf, its);
	elf_end(elf);
	close(fd);
	for (i = 0; i < c->module_count && !c->modules[i].is_exe; i++)
		;
	for (k = 0; i < c->module_count && k < c->modules[i].build_id_len; k++)
		snprintf(theirs + 2 * k, 3, "%02x", c->modules[i].build_id[k]);
	rdep_module_search_file(symbols->search, path);
	if (*its && !strcmp(its, theirs))
		return true;
	if (!*its || !*theirs)
		rdep_error_set(err,
			       "--exe=%s: whether it is what ran can't be told: %s no build-id",
			       path, *its ? "the core tells" : "it has");
	else
		rdep_error_set(
			err,
			"--exe=%s: another build than what ran: its build-id is %s, the core's %s",
			path, its, theirs);
	return false;
}

struct rdep_core_made *rdep_core_make(const char *path, const struct rdep_core_options *o,
				      struct rdep_symbols *symbols, struct rdep_error *err)
{
	struct rdep_core_made *m = rdep_alloc(sizeof(*m));

	m->fd = -1;
	m->symbols = symbols;
	m->core = rdep_core_open(path, err);
	if (m->core && (!o->exe || take_exe(m->core, o->exe, symbols, err)) &&
	    rdep_core_state_find(m->core, &m->state, err) && open_output(m, o->output, err)) {
		say_core(m);
		m->stacks = rdep_alloc((m->core->thread_count + 1) * sizeof(*m->stacks));
		if (rdep_core_copy(m, o->record, err) && add_all(m, symbols, err))
			return m;
		if (o->output)
			unlink(o->output);
	}
	rdep_core_made_free(m);
	return NULL;
}

void rdep_core_made_free(struct rdep_core_made *m)
{
	size_t i;

	if (!m)
		return;
	for (i = 0; m->stacks && i < m->core->thread_count; i++)
		free(m->stacks[i].frames);
	free(m->stacks);
	free(m->sites);
	for (i = 0; i < m->line_count; i++)
		free(m->lines[i]);
	for (i = 0; i < m->loss_count; i++)
		free(m->losses[i]);
	free(m->lines);
	free(m->losses);
	rdep_record_close(m->record);
	if (m->fd >= 0)
		close(m->fd);
	free(m->path);
	if (m->core)
		rdep_core_state_free(&m->state);
	rdep_core_close(m->core);
	free(m);
}
