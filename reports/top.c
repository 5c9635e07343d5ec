/* SPDX-License-Identifier: MIT */
/* top.c - see top.h. */
#include "reports/top.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "reports/stats.h"

#define WAITS_SHOWN 8u /* threads that wait, where there are many classes too */

/* A class, now and at the look before. */
struct row {
	struct rdep_mstat now;
	struct rdep_stat since; /* counters: what came since; longest times: of the whole run */
};

struct rdep_top {
	struct rdep_report *report;
	struct row *rows;
	size_t row_count;
	struct rdep_map before; /* process and class -> index of `old`, + 1 */
	struct rdep_stat *old;
	size_t old_count;
	struct rdep_map sites, threads; /* what is told of them, once: the report's memory only grows */
	uint64_t at_ns, span_ns; /* when it was looked; the time since the look before */
	bool again;		 /* it was looked before */
};

struct rdep_top *rdep_top_new(struct rdep_report *r)
{
	struct rdep_top *t = rdep_alloc(sizeof(*t));

	t->report = r;
	return t;
}

void rdep_top_free(struct rdep_top *t)
{
	if (!t)
		return;
	rdep_map_free(&t->before);
	rdep_map_free(&t->sites);
	rdep_map_free(&t->threads);
	free(t->rows);
	free(t->old);
	free(t);
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* ---- looking ---- */

static struct rdep_stat *old_of(struct rdep_top *t, const struct rdep_mstat *m)
{
	uint64_t *at = rdep_map_put(&t->before, (uint64_t)m->process->index << 32 | m->cls->id);

	if (!*at) {
		RDEP_GROW(t->old, t->old_count);
		memset(&t->old[t->old_count], 0, sizeof(*t->old));
		*at = ++t->old_count;
	}
	return &t->old[*at - 1];
}

static uint64_t less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static void add_row(struct rdep_top *t, const struct rdep_mstat *m)
{
	struct rdep_stat *old = old_of(t, m);
	struct row row = {.now = *m, .since = m->all};

	row.since.acquisitions = less(m->all.acquisitions, old->acquisitions);
	row.since.contended = less(m->all.contended, old->contended);
	row.since.wait_ns = less(m->all.wait_ns, old->wait_ns);
	row.since.hold_ns = less(m->all.hold_ns, old->hold_ns);
	*old = m->all;
	RDEP_GROW(t->rows, t->row_count);
	t->rows[t->row_count++] = row;
}

static void look_at(struct rdep_top *t, struct rdep_process *p)
{
	struct rdep_mstat *list;
	size_t i, n = rdep_stats(p, &list);

	for (i = 0; i < n; i++)
		add_row(t, &list[i]);
	free(list);
}

void rdep_top_sample(struct rdep_top *t)
{
	struct rdep_error err;
	uint64_t now = now_ns(), began;
	size_t i;

	t->row_count = 0;
	free(t->rows);
	t->rows = NULL;
	for (i = 0; i < t->report->process_count; i++)
		rdep_record_poll(t->report->processes[i]->record, &err);
	rdep_model_join(t->report);
	began = now;
	for (i = 0; i < t->report->process_count; i++) {
		look_at(t, t->report->processes[i]);
		if (t->report->processes[i]->record->header.start_monotonic_ns < began)
			began = t->report->processes[i]->record->header.start_monotonic_ns;
	}
	t->span_ns = less(now, t->again ? t->at_ns : began);
	t->at_ns = now;
	t->again = true;
}

static bool runs(const struct rdep_process *p)
{
	return p->record->header.state == RDEP_RUNNING && rdep_record_alive(p->record);
}

bool rdep_top_runs(const struct rdep_top *t)
{
	size_t i;

	for (i = 0; i < t->report->process_count; i++) {
		const struct rdep_record *r = t->report->processes[i]->record;

		/* What is replaced by another image goes on as that. */
		if (r->header.state != RDEP_EXITING && rdep_record_alive(r))
			return true;
	}
	return false;
}

/* ---- order ---- */

static enum rdep_stats_key sorted_by;

static uint64_t value_of(const struct rdep_stat *s)
{
	switch (sorted_by) {
	case RDEP_STATS_WAIT:
		return s->wait_ns;
	case RDEP_STATS_ACQUIRED:
		return s->acquisitions;
	case RDEP_STATS_CONTENDED:
		return s->contended;
	case RDEP_STATS_HOLD:
		return s->hold_ns;
	default:
		return 0;
	}
}

static int by(uint64_t x, uint64_t y)
{
	return x > y ? -1 : x < y;
}

/* What waits or is held now comes before what does nothing; then the run as a whole decides. */
static int compare(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int c = by(value_of(&x->since), value_of(&y->since));

	if (!c && sorted_by != RDEP_STATS_NAME) {
		c = by(x->now.waiting, y->now.waiting);
		c = c ? c : by(x->now.holding, y->now.holding);
		c = c ? c : by(value_of(&x->now.all), value_of(&y->now.all));
		c = c ? c : by(x->now.all.acquisitions, y->now.all.acquisitions);
	}
	if (!c)
		c = strcmp(x->now.cls->name, y->now.cls->name);
	return c ? c : x->now.cls->id < y->now.cls->id ? -1 : x->now.cls->id > y->now.cls->id;
}

/* ---- numbers that are narrow ---- */

/* At most 6 characters. */
static const char *short_count(char *buf, double v)
{
	static const char units[] = " kMGTPE";
	unsigned i = 0;

	if (v < 99999.5) {
		snprintf(buf, RDEP_TIME_MAX, "%.*f", v < 9.95 && v != (double)(uint64_t)v ? 1 : 0, v);
		return buf;
	}
	while (v >= 999.5 && units[i + 1]) {
		v /= 1000;
		i++;
	}
	snprintf(buf, RDEP_TIME_MAX, "%.*f%c", v < 9.995 ? 2 : v < 99.95 ? 1 : 0, v, units[i]);
	return buf;
}

/* The same, without the blank: at most 6 characters below 2.7 hours. */
static const char *short_time(char *buf, uint64_t ns)
{
	char *blank;

	rdep_time_text(buf, ns);
	blank = strchr(buf, ' ');
	if (blank)
		memmove(blank, blank + 1, strlen(blank));
	return buf;
}

static const char *average(char *buf, uint64_t sum, uint64_t n)
{
	return n ? short_time(buf, sum / n) : "-";
}

/* ---- lines ---- */

struct printing {
	FILE *out;
	const struct rdep_top_view *view;
	unsigned left; /* lines; UINT32_MAX: as many as are wanted */
};

/* One line, cut to the window: a character is taken to be a column. */
static void put(struct printing *p, const char *paint, const char *text)
{
	unsigned columns = p->view->columns, n = 0;
	const char *s;

	if (!p->left)
		return;
	if (p->left != UINT32_MAX)
		p->left--;
	if (paint && p->view->color)
		fputs(paint, p->out);
	for (s = text; *s; s++) {
		n += ((unsigned char)*s & 0xc0) != 0x80;
		if (columns && n > columns)
			break;
		putc(*s, p->out);
	}
	if (paint && p->view->color)
		fputs("\033[0m", p->out);
	putc('\n', p->out);
}

static void print(struct printing *p, const char *paint, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void print(struct printing *p, const char *paint, const char *format, ...)
{
	va_list ap;
	char *text = NULL;

	va_start(ap, format);
	if (vasprintf(&text, format, ap) >= 0)
		put(p, paint, text);
	va_end(ap);
	free(text);
}

static size_t count_threads(const struct rdep_process *p, size_t *waiting)
{
	struct rdep_rslot *slots;
	size_t i, k, n = rdep_record_slots(p->record, &slots);

	for (i = 0; i < n; i++) {
		bool waits = slots[i].slot.wait_kind != 0;

		for (k = 0; k < slots[i].held_count; k++)
			waits |= slots[i].held[k].flags & RDEP_HELD_WAITING;
		*waiting += waits;
	}
	rdep_record_slots_free(slots, n);
	return n;
}

static uint32_t pid_of(const struct rdep_process *p)
{
	return p->record->live_pid ? p->record->live_pid : p->record->header.pid;
}

static void who(const struct rdep_top *t, char *buf, size_t n)
{
	const struct rdep_process *p = t->report->processes[0];

	if (t->report->process_count != 1)
		snprintf(buf, n, "%zu processes", t->report->process_count);
	else
		snprintf(buf, n, "process %u (%s)%s%s", pid_of(p), p->name, runs(p) ? "" : ", ",
			 runs(p) ? "" : rdep_state_text(p));
}

static void print_head(struct rdep_top *t, struct printing *p)
{
	size_t i, threads = 0, waiting = 0, classes = 0, findings = 0, counting = 0;
	char clock[16] = "", whose[256];
	time_t now = time(NULL);
	struct tm tm;

	for (i = 0; i < t->report->process_count; i++) {
		threads += count_threads(t->report->processes[i], &waiting);
		classes += t->report->processes[i]->record->class_count;
		counting += rdep_record_counts(t->report->processes[i]->record);
	}
	for (i = 0; i < t->report->finding_count; i++)
		findings += rdep_stands(t->report->findings[i]);
	if (localtime_r(&now, &tm))
		strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	who(t, whose, sizeof(whose));
	print(p, "\033[1m", "reclaimdep top: %s  %s  %zu threads, %zu of them wait  %zu classes  %zu findings", whose, clock,
	      threads, waiting, classes, findings);
	if (p->view->keys)
		print(p, "\033[2m", "every %g s; %s", p->view->interval, p->view->keys);
	if (!counting)
		print(p, NULL,
		      "It runs with stat=0, which counts nothing: who holds and who waits now is known. --stat=1 counts.");
	else if (counting < t->report->process_count)
		print(p, NULL, "%zu of the processes run with stat=0, which counts nothing.",
		      t->report->process_count - counting);
}

static void print_row(struct rdep_top *t, struct printing *p, const struct row *row)
{
	char rate[RDEP_TIME_MAX], total[RDEP_TIME_MAX], waited[RDEP_TIME_MAX], waits[RDEP_TIME_MAX],
		held[RDEP_TIME_MAX], holds[RDEP_TIME_MAX], percent[16] = "-", pid[16] = "";
	const struct rdep_mstat *m = &row->now;
	const struct rdep_stat *s = &row->since;
	double seconds = (double)t->span_ns / 1e9;

	if (s->acquisitions && rdep_stats_sees_contention(m->cls))
		snprintf(percent, sizeof(percent), "%.1f", 100.0 * (double)s->contended / (double)s->acquisitions);
	if (t->report->process_count > 1)
		snprintf(pid, sizeof(pid), "%u ", pid_of(m->process));
	print(p, m->waiting ? "\033[1m" : NULL, "%6s %6s %5s %6s %6s %6s %6s %4u %4u  %s%s (%s)",
	      seconds > 0 ? short_count(rate, (double)s->acquisitions / seconds) : "-",
	      short_count(total, (double)m->all.acquisitions), percent, average(waited, s->wait_ns, s->contended),
	      m->all.wait_max_ns ? short_time(waits, m->all.wait_max_ns) : "-",
	      average(held, s->hold_ns, s->hold_ns ? s->acquisitions : 0),
	      m->all.hold_max_ns ? short_time(holds, m->all.hold_max_ns) : "-", m->holding, m->waiting, pid, m->cls->name,
	      m->cls->kind);
}

/* ---- who waits ---- */

static bool has_it(const struct rdep_rslot *s, const struct rdep_held *wanted)
{
	size_t i;

	for (i = 0; i < s->held_count; i++)
		if (s->held[i].address == wanted->address && s->held[i].generation == wanted->generation &&
		    !(s->held[i].flags & (RDEP_HELD_WAITING | RDEP_HELD_COND)))
			return true;
	return false;
}

static void add_holders(struct rdep_buf *b, const struct rdep_rslot *slots, size_t n, const struct rdep_held *h)
{
	bool any = false;
	size_t i;

	for (i = 0; i < n; i++) {
		if (!has_it(&slots[i], h))
			continue;
		rdep_buf_printf(b, "%s%u", any ? ", " : ", held by thread ", slots[i].slot.thread);
		any = true;
	}
}

static const char *site_of(struct rdep_top *t, struct rdep_process *p, uint64_t site)
{
	uint64_t *known = rdep_map_put(&t->sites, site * 0x9e3779b97f4a7c15ull + p->index);

	if (!*known)
		*known = (uintptr_t)rdep_stats_site(p, site);
	return *known ? (const char *)(uintptr_t)*known : "?";
}

static const struct rdep_mthread *thread_of(struct rdep_top *t, struct rdep_process *p, uint32_t id)
{
	uint64_t *known = rdep_map_put(&t->threads, (uint64_t)p->index << 32 | id);

	if (!*known) {
		struct rdep_mthread m = rdep_model_thread(p, id);

		*known = (uintptr_t)rdep_arena_copy(&t->report->arena, &m, sizeof(m));
	}
	return (const struct rdep_mthread *)(uintptr_t)*known;
}

static void print_wait(struct rdep_top *t, struct printing *p, struct rdep_process *of, const struct rdep_rslot *slots,
		       size_t n, const struct rdep_rslot *s)
{
	const struct rdep_held *h = s->held_count ? &s->held[s->held_count - 1] : NULL;
	const struct rdep_mthread *m;
	struct rdep_buf b = {0};
	char waited[RDEP_TIME_MAX];

	if (!h || !(h->flags & RDEP_HELD_WAITING) || !h->cls)
		return;
	m = thread_of(t, of, s->slot.thread);
	if (t->report->process_count > 1)
		rdep_buf_printf(&b, "process %u, ", pid_of(of));
	rdep_buf_printf(&b, "thread %u (%s%stid %u) ", s->slot.thread, m->label, *m->label ? ", " : "", s->slot.tid);
	if (rdep_record_counts(of->record) && h->since && t->at_ns > h->since)
		rdep_buf_printf(&b, "has waited %s for ", rdep_time_text(waited, t->at_ns - h->since));
	else
		rdep_buf_add(&b, "waits for ");
	rdep_buf_printf(&b, "%s, called from %s", rdep_model_class(of, h->cls)->name, site_of(t, of, h->site));
	add_holders(&b, slots, n, h);
	put(p, NULL, b.text);
	rdep_buf_free(&b);
}

static void print_waits(struct rdep_top *t, struct printing *p)
{
	size_t i, k, n;

	for (i = 0; i < t->report->process_count; i++) {
		struct rdep_rslot *slots;

		n = rdep_record_slots(t->report->processes[i]->record, &slots);
		for (k = 0; k < n; k++)
			print_wait(t, p, t->report->processes[i], slots, n, &slots[k]);
		rdep_record_slots_free(slots, n);
	}
}

/* How many lines the waiting threads get, below the classes. */
static unsigned room_for_waits(const struct rdep_top *t, unsigned lines)
{
	size_t i, waiting = 0, rows = t->row_count;

	for (i = 0; i < t->row_count; i++)
		waiting += t->rows[i].now.waiting;
	if (lines == UINT32_MAX || !waiting)
		return 0;
	if (waiting > WAITS_SHOWN && rows + waiting + 1 > lines)
		waiting = WAITS_SHOWN;
	return waiting + 1 < lines / 2 ? (unsigned)waiting + 1 : lines / 2;
}

void rdep_top_print(struct rdep_top *t, FILE *out, const struct rdep_top_view *v)
{
	struct printing p = {.out = out, .view = v, .left = v->lines ? v->lines : UINT32_MAX};
	unsigned waits;
	size_t i;

	if (!t->report->process_count)
		return;
	sorted_by = v->key;
	if (t->row_count)
		qsort(t->rows, t->row_count, sizeof(*t->rows), compare);
	print_head(t, &p);
	print(&p, "\033[7m", "%6s %6s %5s %6s %6s %6s %6s %4s %4s  %s", "acq/s", "total", "cont%", "wait", "max", "hold",
	      "max", "have", "want", t->report->process_count > 1 ? "pid class" : "class");
	waits = room_for_waits(t, p.left);
	if (p.left != UINT32_MAX)
		p.left -= waits;
	for (i = 0; i < t->row_count; i++)
		print_row(t, &p, &t->rows[i]);
	if (p.left != UINT32_MAX)
		p.left += waits;
	print_waits(t, &p);
}
