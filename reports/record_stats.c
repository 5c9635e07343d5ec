/* SPDX-License-Identifier: MIT */
/*
 * record_stats.c - what stat=1 counted: tables that are overwritten in place, and so are read when asked for.
 */
#include <stdlib.h>
#include <unistd.h>
#include "reports/record_items.h"

#define AT_ONCE 64u

static void sum(struct rdep_stat *to, const struct rdep_stat *s)
{
	to->acquisitions += s->acquisitions;
	to->contended += s->contended;
	to->wait_ns += s->wait_ns;
	to->hold_ns += s->hold_ns;
	if (s->wait_max_ns > to->wait_max_ns) {
		to->wait_max_ns = s->wait_max_ns;
		to->wait_site = s->wait_site;
	}
	if (s->hold_max_ns > to->hold_max_ns) {
		to->hold_max_ns = s->hold_max_ns;
		to->hold_site = s->hold_site;
	}
}

struct rdep_stat rdep_stat_all(const struct rdep_rstat *s)
{
	struct rdep_stat all = s->of[0];

	sum(&all, &s->of[1]);
	return all;
}

struct sums {
	struct rdep_map by_class; /* -> index + 1 */
	struct rdep_rstat *list;
	size_t count;
};

static void add(struct sums *to, uint32_t cls, bool shared, const struct rdep_stat *s)
{
	uint64_t *at;

	if (!s->acquisitions && !s->hold_ns && !s->contended)
		return;
	at = rdep_map_put(&to->by_class, cls);
	if (!*at) {
		RDEP_GROW(to->list, to->count);
		to->list[to->count] = (struct rdep_rstat){.cls = cls};
		*at = ++to->count;
	}
	sum(&to->list[*at - 1].of[shared], s);
}

static void read_table(struct sums *to, int fd, const struct rdep_rstats *t)
{
	struct rdep_stat some[AT_ONCE];
	uint64_t n = 2 * (uint64_t)t->count, i, k;

	for (i = 0; i < n; i += k) {
		uint64_t want = n - i < AT_ONCE ? n - i : AT_ONCE;
		ssize_t got = rdep_record_read(fd, some, want * sizeof(*some), t->at + i * sizeof(*some));

		for (k = 0; got > 0 && k < (uint64_t)got / sizeof(*some); k++)
			add(to, t->first + (uint32_t)((i + k) / 2), (i + k) & 1, &some[k]);
		if (k < want)
			return;
	}
}

static int by_class(const void *a, const void *b)
{
	uint32_t x = ((const struct rdep_rstat *)a)->cls, y = ((const struct rdep_rstat *)b)->cls;

	return x < y ? -1 : x > y;
}

size_t rdep_record_stats(const struct rdep_record *r, struct rdep_rstat **list)
{
	int fd = r->stats_count ? rdep_record_file(r->path, NULL) : -1;
	struct sums sums = {.list = NULL};
	size_t i;

	for (i = 0; fd >= 0 && i < r->stats_count; i++)
		read_table(&sums, fd, &r->stats[i]);
	if (fd >= 0)
		close(fd);
	rdep_map_free(&sums.by_class);
	if (sums.count)
		qsort(sums.list, sums.count, sizeof(*sums.list), by_class);
	*list = sums.list;
	return sums.count;
}

bool rdep_record_counts(const struct rdep_record *r)
{
	char value[4];

	return rdep_record_option(r, "stat", value, sizeof(value)) && value[0] == '1';
}
