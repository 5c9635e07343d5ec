/* SPDX-License-Identifier: MIT */
/* origin.c - whose it was: processes that a merged record was made of. */
#include <string.h>
#include "reports/model.h"

#define SHOWN 4u /* processes of a finding that its title names */

static struct rdep_morigin *fill(struct rdep_process *p, const struct rdep_rorigin *ro)
{
	struct rdep_arena *a = &p->report->arena;
	struct rdep_morigin *o = rdep_arena_alloc(a, sizeof(*o));
	const char *base = rdep_basename(ro->exe);

	o->id = ro->raw->id;
	o->pid = ro->raw->pid;
	o->started_ns = ro->raw->start_realtime_ns;
	memcpy(o->image_id, ro->raw->image_id, sizeof(o->image_id));
	o->program = *base ? rdep_clean(a, base, strlen(base)) : "?";
	o->exe = rdep_clean(a, ro->exe, strlen(ro->exe));
	o->record = rdep_clean(a, ro->name, strlen(ro->name));
	o->words = rdep_arena_printf(a, "%s (pid %u, %s)", o->program, o->pid, o->record);
	return o;
}

const struct rdep_morigin *rdep_model_origin(struct rdep_process *p, uint32_t thread, uint32_t *own)
{
	const struct rdep_rorigin *ro = p->record->header.merged ? rdep_record_origin(p->record, thread, own) : NULL;
	uint64_t *known;

	if (!ro)
		return NULL;
	known = rdep_map_put(&p->origins, ro->raw->id);
	if (!*known)
		*known = (uintptr_t)fill(p, ro);
	return (const struct rdep_morigin *)(uintptr_t)*known;
}

bool rdep_is_across(const struct rdep_mfinding *f)
{
	return f->raw->flags & RDEP_FINDING_ACROSS;
}

const char *rdep_origin_list(struct rdep_report *r, const struct rdep_mfinding *f)
{
	struct rdep_buf b = {0};
	char *text;
	size_t i, k, n = 0;

	for (i = 0; i < f->edge_count; i++) {
		const struct rdep_morigin *o = f->edges[i].thread.origin;

		for (k = 0; k < i && f->edges[k].thread.origin != o; k++)
			;
		if (!o || k < i)
			continue;
		if (n++ < SHOWN)
			rdep_buf_printf(&b, "%s%s", b.len ? " and " : "", o->words);
	}
	if (n > SHOWN)
		rdep_buf_printf(&b, " and %zu more", n - SHOWN);
	text = rdep_arena_text(&r->arena, b.text ? b.text : "", b.len);
	rdep_buf_free(&b);
	return text;
}

/* ---- how many processes ---- */

size_t rdep_model_processes(const struct rdep_process *p)
{
	if (p->across || p->covered)
		return 0;
	return p->record->header.merged ? p->record->header.merged : 1;
}

size_t rdep_report_processes(const struct rdep_report *r)
{
	size_t i, n = 0;

	for (i = 0; i < r->process_count; i++)
		n += rdep_model_processes(r->processes[i]);
	return n;
}

/* ---- a merged record as a process ---- */

void rdep_name_merged(struct rdep_process *p)
{
	struct rdep_arena *a = &p->report->arena;
	const struct rdep_record *r = p->record;

	p->cmdline = rdep_arena_printf(a, "%u processes", r->header.merged);
	if (r->exe)
		return;
	p->name = r->program_count ? rdep_arena_printf(a, "%zu programs", r->program_count) : "?";
}
