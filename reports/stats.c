/* SPDX-License-Identifier: MIT */
/* stats.c - see stats.h. */
#include "reports/stats.h"
#include <stdlib.h>
#include <string.h>

struct building {
	struct rdep_process *process;
	struct rdep_map by_class; /* -> index + 1 */
	struct rdep_mstat *list;
	size_t count;
};

static struct rdep_mstat *stat_of(struct building *b, uint32_t cls)
{
	uint64_t *at = rdep_map_put(&b->by_class, cls);

	if (!*at) {
		RDEP_GROW(b->list, b->count);
		b->list[b->count] =
			(struct rdep_mstat){.process = b->process, .cls = rdep_model_class(b->process, cls)};
		*at = ++b->count;
	}
	return &b->list[*at - 1];
}

static void add_counted(struct building *b)
{
	struct rdep_rstat *raw;
	size_t i, n = rdep_record_stats(b->process->record, &raw);

	for (i = 0; i < n; i++) {
		struct rdep_mstat *m = stat_of(b, raw[i].cls);

		m->raw = raw[i];
		m->all = rdep_stat_all(&raw[i]);
	}
	free(raw);
}

static void add_held(struct building *b, const struct rdep_rslot *s)
{
	size_t i;

	for (i = 0; i < s->held_count; i++) {
		const struct rdep_held *h = &s->held[i];
		struct rdep_mstat *m;

		if (!h->cls || h->kind == RDEP_SIGNAL || h->kind == RDEP_DOMAIN || h->flags & RDEP_HELD_COND)
			continue;
		m = stat_of(b, h->cls);
		if (h->flags & RDEP_HELD_WAITING)
			m->waiting++;
		else
			m->holding++;
	}
}

size_t rdep_stats(struct rdep_process *p, struct rdep_mstat **list)
{
	struct building b = {.process = p};
	struct rdep_rslot *slots;
	size_t i, n;

	add_counted(&b);
	n = rdep_record_slots(p->record, &slots);
	for (i = 0; i < n; i++)
		add_held(&b, &slots[i]);
	rdep_record_slots_free(slots, n);
	rdep_map_free(&b.by_class);
	*list = b.list;
	return b.count;
}

bool rdep_stats_sees_contention(const struct rdep_mclass *c)
{
	return !rdep_is_kind(c, RDEP_USER) && !rdep_is_kind(c, RDEP_FILE) && !rdep_is_kind(c, RDEP_STDIO);
}

static uint64_t value_of(const struct rdep_mstat *m, enum rdep_stats_key key)
{
	switch (key) {
	case RDEP_STATS_WAIT:
		return m->all.wait_ns;
	case RDEP_STATS_ACQUIRED:
		return m->all.acquisitions;
	case RDEP_STATS_CONTENDED:
		return m->all.contended;
	case RDEP_STATS_HOLD:
		return m->all.hold_ns;
	default:
		return 0;
	}
}

static enum rdep_stats_key sorted_by;

static int compare(const void *a, const void *b)
{
	const struct rdep_mstat *x = a, *y = b;
	uint64_t u = value_of(x, sorted_by), v = value_of(y, sorted_by);
	int by_name;

	if (u != v)
		return u > v ? -1 : 1;
	if (sorted_by != RDEP_STATS_NAME && x->all.acquisitions != y->all.acquisitions)
		return x->all.acquisitions > y->all.acquisitions ? -1 : 1;
	by_name = strcmp(x->cls->name, y->cls->name);
	return by_name ? by_name : x->cls->id < y->cls->id ? -1 : x->cls->id > y->cls->id;
}

void rdep_stats_sort(struct rdep_mstat *list, size_t n, enum rdep_stats_key key)
{
	sorted_by = key;
	if (n)
		qsort(list, n, sizeof(*list), compare);
}

const char *rdep_time_text(char *buf, uint64_t ns)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {{"s", 1000000000}, {"ms", 1000000}, {"us", 1000}};
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(*units); i++) {
		double v = (double)ns / (double)units[i].ns;

		if (ns < units[i].ns)
			continue;
		snprintf(buf, RDEP_TIME_MAX, "%.*f %s", v < 9.995 ? 2 : v < 99.95 ? 1 : 0, v, units[i].name);
		return buf;
	}
	snprintf(buf, RDEP_TIME_MAX, "%llu ns", (unsigned long long)ns);
	return buf;
}

const char *rdep_stats_site(struct rdep_process *p, uint64_t site)
{
	struct rdep_mstack s;

	if (!site)
		return NULL;
	s = rdep_model_site(p, site, rdep_record_module_at(p->record, site - 1));
	return rdep_model_where(p->report, rdep_model_frame(&s));
}
