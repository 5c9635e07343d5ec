/* SPDX-License-Identifier: MIT */
/* json_stats.c - what stat=1 counted of a class, as JSON. */
#include <jansson.h>
#include <stdlib.h>
#include "reports/json.h"
#include "reports/stats.h"

static json_t *number(uint64_t v)
{
	return json_integer((json_int_t)(v & INT64_MAX));
}

static json_t *site(struct rdep_process *p, uint64_t pc)
{
	struct rdep_mstack s = {0};
	const struct rdep_mframe *f;

	if (pc)
		s = rdep_model_site(p, pc, rdep_record_module_at(p->record, pc - 1));
	f = rdep_model_frame(&s);
	return f ? rdep_json_frame(f) : json_null();
}

static json_t *counted(struct rdep_process *p, const struct rdep_stat *s, bool contention)
{
	json_t *o = json_object();

	json_object_set_new(o, "acquisitions", number(s->acquisitions));
	json_object_set_new(o, "contended", contention ? number(s->contended) : json_null());
	json_object_set_new(o, "wait_ns", contention ? number(s->wait_ns) : json_null());
	json_object_set_new(o, "wait_max_ns", contention ? number(s->wait_max_ns) : json_null());
	json_object_set_new(o, "wait_site", site(p, s->wait_site));
	json_object_set_new(o, "hold_ns", number(s->hold_ns));
	json_object_set_new(o, "hold_max_ns", number(s->hold_max_ns));
	json_object_set_new(o, "hold_site", site(p, s->hold_site));
	return o;
}

static int by_class(const void *key, const void *element)
{
	uint32_t x = *(const uint32_t *)key, y = ((const struct rdep_rstat *)element)->cls;

	return x < y ? -1 : x > y;
}

json_t *rdep_json_stat(struct rdep_process *p, const struct rdep_mclass *c, const struct rdep_rstat *list, size_t n)
{
	const struct rdep_rstat *s = n ? bsearch(&c->id, list, n, sizeof(*list), by_class) : NULL;
	bool contention = rdep_stats_sees_contention(c);
	json_t *o;

	if (!s)
		return NULL;
	o = json_object();
	json_object_set_new(o, "exclusive", counted(p, &s->of[0], contention));
	json_object_set_new(o, "shared", counted(p, &s->of[1], contention));
	return o;
}
