/* SPDX-License-Identifier: MIT */
/* merge_places.c - one record's modules, places, stacks, classes, roles and threads, as the merge knows them. */
#include <stdlib.h>
#include <string.h>
#include "reports/merge_data.h"
#include "reports/record_items.h"

#define ADDRESS_MAX (1ull << 47) /* of a module, as its file has it */
#define ROLE_CALLERS 2u

/* ---- sets ---- */

void *mg_get(const struct mg_set *s, uint64_t hash)
{
	uint64_t *v = rdep_map_get(&s->map, hash);

	return v ? (void *)(uintptr_t)*v : NULL;
}

void mg_add(struct mg_set *s, uint64_t hash, void *thing)
{
	*rdep_map_put(&s->map, hash) = (uintptr_t)thing;
	RDEP_GROW(s->items, s->count);
	s->items[s->count++] = thing;
}

static int by_hash(const void *a, const void *b)
{
	uint64_t x = **(const uint64_t *const *)a, y = **(const uint64_t *const *)b;

	return x < y ? -1 : x > y;
}

void mg_sort(struct mg_set *s)
{
	if (s->count)
		qsort(s->items, s->count, sizeof(*s->items), by_hash);
}

void mg_set_free(struct mg_set *s)
{
	rdep_map_free(&s->map);
	free(s->items);
	*s = (struct mg_set){0};
}

/* ---- modules ---- */

/* Without a build-id two files of one path and size can't be told apart. */
static uint64_t module_hash(const struct rdep_rmodule *m)
{
	const struct rdep_module *raw = m->raw;

	if (raw->build_id_len)
		return rdep_hash(11, raw->build_id, raw->build_id_len);
	return mg_mix(rdep_hash(12, m->path, strlen(m->path)), raw->end - raw->start);
}

static struct mg_module *take_module(struct rdep_merge *m, const struct rdep_rmodule *rm)
{
	const struct rdep_module *raw = rm->raw;
	uint64_t low = raw->start - raw->bias, high = raw->end - raw->bias, hash = module_hash(rm);
	struct mg_module *out = mg_get(&m->modules, hash);

	if (low >= high || high > ADDRESS_MAX || (!out && m->modules.count >= MERGE_MODULES))
		return NULL;
	if (!out) {
		out = rdep_arena_alloc(&m->arena, sizeof(*out));
		*out = (struct mg_module){.hash = hash, .build_id_len = raw->build_id_len, .low = low, .high = high};
		memcpy(out->build_id, raw->build_id, raw->build_id_len);
		out->path = rdep_arena_text(&m->arena, rm->path, strlen(rm->path));
		mg_add(&m->modules, hash, out);
	}
	if (strcmp(rm->path, out->path) < 0)
		out->path = rdep_arena_text(&m->arena, rm->path, strlen(rm->path));
	if (low < out->low)
		out->low = low;
	if (high > out->high)
		out->high = high;
	return out;
}

void mg_take_modules(struct mg_input *in)
{
	size_t i;

	for (i = 0; i < in->r->module_count; i++)
		in->modules[i] = take_module(in->m, &in->r->modules[i]);
}

/* ---- places and stacks ---- */

struct mg_place mg_place_at(struct mg_input *in, uint64_t pc, uint32_t module)
{
	struct mg_module *m = module && module <= in->r->module_count ? in->modules[module - 1] : NULL;

	if (!pc || !m)
		return (struct mg_place){0};
	return (struct mg_place){m, pc - in->r->modules[module - 1].raw->bias};
}

struct mg_place mg_site_at(struct mg_input *in, uint64_t pc, uint32_t module)
{
	return mg_place_at(in, pc, module ? module : rdep_record_module_at(in->r, pc - 1));
}

/* The stack of these places, as it is in the merge. */
static struct mg_stack *intern(struct rdep_merge *m, const struct mg_place *places, size_t count, uint16_t flags,
			       const uint64_t exact[4])
{
	uint64_t h = mg_mix(mg_mix(21, count), flags);
	struct mg_stack *s;
	size_t i;

	for (i = 0; i < 4; i++)
		h = mg_mix(h, exact[i]);
	for (i = 0; i < count; i++)
		h = mg_mix_place(h, places[i]);
	s = mg_get(&m->stacks, h);
	if (s)
		return s;
	s = rdep_arena_alloc(&m->arena, sizeof(*s) + count * sizeof(*places));
	s->hash = h;
	s->count = (uint16_t)count;
	s->flags = flags;
	memcpy(s->exact, exact, sizeof(s->exact));
	if (count)
		memcpy(s->places, places, count * sizeof(*places));
	mg_add(&m->stacks, h, s);
	return s;
}

struct mg_stack *mg_stack_of(struct mg_input *in, uint32_t id)
{
	const struct rdep_rstack *s = id ? rdep_record_stack(in->r, id) : NULL;
	struct mg_place *places;
	struct mg_stack **known;
	size_t i;

	if (!s)
		return NULL;
	known = &in->stacks[s - in->r->stacks];
	if (*known)
		return *known;
	places = rdep_alloc(s->raw->count * sizeof(*places));
	for (i = 0; i < s->raw->count; i++)
		places[i] = mg_place_at(in, s->raw->pcs[i], s->modules[i]);
	*known = intern(in->m, places, s->raw->count, s->raw->flags, s->raw->exact);
	free(places);
	return *known;
}

/* ---- classes ---- */

/* A name that the program gave stands for locks of any kind; others are their kind's own. */
static unsigned kind_of_name(unsigned kind)
{
	return kind == RDEP_DOMAIN || kind == RDEP_FILE || kind == RDEP_SIGNAL || kind == RDEP_LOADER ? kind : 0;
}

/* The frames that make the class; 0: they can't be compared with another process's. */
static uint64_t frames_hash(const struct mg_class *c)
{
	size_t i, from = c->skip, to = c->skip + (size_t)c->depth;
	uint64_t h = 31;

	if (!c->stack)
		return 0;
	/* A part of a class that was split is made by the callers, too. */
	if (c->lump || from >= c->stack->count)
		from = 0;
	if (c->lump || to > c->stack->count)
		to = c->stack->count;
	for (i = from; i < to; i++) {
		if (!c->stack->places[i].module)
			return 0;
		h = mg_mix_place(h, c->stack->places[i]);
	}
	return to > from ? h : 0;
}

/* By the name that people are told, and the module's without its version; 0: it has no name. */
static uint64_t name_hash(struct mg_input *in, const struct mg_class *c, uint32_t id)
{
	const struct rdep_mclass *named;
	const struct mg_module *module = c->module;
	const char *base;

	if (!in->process || c->origin == RDEP_BY_NAME)
		return 0;
	if (!module && c->stack && c->skip < c->stack->count)
		module = c->stack->places[c->skip].module;
	named = rdep_model_class(in->process, id);
	if (!module || strchr(named->key, '?') || strstr(named->key, "+0x"))
		return 0;
	base = rdep_basename(module->path);
	return mg_mix(mg_mix(rdep_hash_text(named->key), rdep_hash(35, base, strcspn(base, "0123456789"))), c->kind);
}

static uint64_t class_hash(struct mg_input *in, struct mg_class *c, uint32_t id)
{
	uint64_t h = mg_mix(mg_mix(32, c->origin), c->subclass), what;

	what = name_hash(in, c, id);
	if (what)
		return mg_mix(mg_mix(33, (uint64_t)c->origin << 16 | c->subclass), what);
	if (c->origin == RDEP_BY_NAME)
		return mg_mix(mg_mix(h, kind_of_name(c->kind)), rdep_hash(1, c->name, c->name_len));
	if (c->origin == RDEP_BY_STATIC && c->module)
		return mg_mix(mg_mix(h, c->module->hash), c->offset);
	what = c->origin == RDEP_BY_STATIC ? 0 : frames_hash(c);
	if (!what) {
		c->alone = true;
		return mg_mix(mg_mix(34, in->unique), id);
	}
	h = mg_mix(mg_mix(mg_mix(h, c->kind), what), c->lump != NULL);
	if (c->origin == RDEP_BY_ALLOC)
		h = mg_mix(h, c->offset);
	if (c->kind == RDEP_LIFE)
		h = mg_mix_place(h, c->address);
	return h;
}

/* Of what differs between processes, the least stands for all. */
static void join_class(struct mg_class *c, const struct mg_class *other)
{
	if (other->stack && (!c->stack || other->stack->hash < c->stack->hash ||
			     (other->stack == c->stack && other->skip < c->skip))) {
		c->stack = other->stack;
		c->skip = other->skip;
		c->depth = other->depth;
	}
	if (mg_hash_of(other->module) < mg_hash_of(c->module) ||
	    (other->module == c->module && other->offset < c->offset)) {
		c->module = other->module;
		c->offset = other->offset;
	}
	if (other->address.module &&
	    (!c->address.module || mg_mix_place(0, other->address) < mg_mix_place(0, c->address)))
		c->address = other->address;
	if (other->kind < c->kind)
		c->kind = other->kind;
	if (other->lump && (!c->lump || other->lump->hash < c->lump->hash))
		c->lump = other->lump;
	c->inherited &= other->inherited;
}

static struct mg_class *known_class(struct mg_input *in, const struct mg_class *c)
{
	struct rdep_merge *m = in->m;
	struct mg_class *out = mg_get(&m->classes, c->hash);

	if (out) {
		join_class(out, c);
		return out;
	}
	out = rdep_arena_copy(&m->arena, c, sizeof(*c));
	out->name = rdep_arena_text(&m->arena, c->name ? c->name : "", c->name_len);
	mg_add(&m->classes, c->hash, out);
	return out;
}

/* Two classes of one record are two, even where nothing that it says tells them apart. */
static struct mg_class *own_class(struct mg_input *in, struct mg_class *c)
{
	uint64_t *taken;
	unsigned i;

	for (i = 0; i < c->twin; i++)
		c->hash = mg_mix(c->hash, 36);
	while (!in->process && !in->r->header.merged && c->twin < UINT8_MAX) {
		taken = rdep_map_put(&in->taken, c->hash);
		if (!(*taken)++)
			break;
		c->hash = mg_mix(c->hash, 36);
		c->twin++;
	}
	return known_class(in, c);
}

/* The frames that make it are counted by the option, in a record of one process. */
static unsigned depth_of(const struct mg_input *in, const struct rdep_class *raw)
{
	return raw->depth ? raw->depth : in->class_depth;
}

/* A part's whole is none itself; a forged record may go round in a circle. */
static struct mg_class *lump_of(struct mg_input *in, const struct rdep_class *raw)
{
	const struct rdep_rclass *lump = raw->lump ? rdep_record_class(in->r, raw->lump) : NULL;

	return lump && !lump->raw->lump ? mg_class_of(in, raw->lump) : NULL;
}

static struct mg_class *take_class(struct mg_input *in, const struct rdep_rclass *rc)
{
	const struct rdep_class *raw = rc->raw;
	const struct rdep_rmodule *rm;
	size_t module;
	struct mg_class c = {
		.kind = raw->kind,
		.origin = raw->origin,
		.depth = (uint8_t)depth_of(in, raw),
		.inherited = raw->inherited != 0,
		.subclass = raw->subclass,
		.skip = raw->skip,
		.stack = mg_stack_of(in, raw->stack),
		.name = rc->name,
		.name_len = (uint32_t)rc->name_len,
	};

	uint64_t *index = rdep_map_get(&in->r->index, (uint64_t)RDEP_MODULE << 32 | raw->module);

	module = raw->origin == RDEP_BY_STATIC && index ? (size_t)*index : 0;
	rm = module ? &in->r->modules[module - 1] : NULL;
	c.module = rm ? in->modules[module - 1] : NULL;
	if (c.module || raw->origin == RDEP_BY_ALLOC)
		c.offset = raw->offset;
	c.address = mg_site_at(in, raw->address, rdep_record_module_at(in->r, raw->address));
	c.lump = lump_of(in, raw);
	c.twin = raw->twin;
	c.alone = raw->alone != 0;
	c.hash = raw->alone ? raw->address : class_hash(in, &c, raw->id);
	return own_class(in, &c);
}

/* What is said of locks of a class that no record describes. */
static struct mg_class *stranger(struct mg_input *in, uint32_t id)
{
	struct mg_class c = {.hash = mg_mix(mg_mix(37, in->unique), id), .name = "", .alone = true};

	return known_class(in, &c);
}

struct mg_class *mg_class_of(struct mg_input *in, uint32_t id)
{
	const struct rdep_rclass *rc = rdep_record_class(in->r, id);
	struct mg_class **known;

	if (!id)
		return NULL;
	if (id < RDEP_FIRST_CLASS)
		return in->m->domains[id];
	if (!rc)
		return stranger(in, id);
	known = &in->classes[rc - in->r->classes];
	if (!*known)
		*known = take_class(in, rc);
	return *known;
}

/* Of the longest, where it was; of two that are as long, always the same one. */
static void add_longest(uint64_t *most, struct mg_place *at, uint64_t ns, struct mg_place site)
{
	if (ns > *most || (ns == *most && ns && mg_mix_place(0, site) < mg_mix_place(0, *at))) {
		*most = ns;
		*at = site;
	}
}

static void add_stat(struct mg_input *in, struct mg_stat *to, const struct rdep_stat *s)
{
	to->acquisitions += s->acquisitions;
	to->contended += s->contended;
	to->wait_ns += s->wait_ns;
	to->hold_ns += s->hold_ns;
	add_longest(&to->wait_max_ns, &to->wait_site, s->wait_max_ns, mg_site_at(in, s->wait_site, 0));
	add_longest(&to->hold_max_ns, &to->hold_site, s->hold_max_ns, mg_site_at(in, s->hold_site, 0));
}

static void take_stats(struct mg_input *in)
{
	struct rdep_rstat *list = NULL;
	size_t i, n = in->r->stats_count ? rdep_record_stats(in->r, &list) : 0;

	for (i = 0; i < n; i++) {
		struct mg_class *c = mg_class_of(in, list[i].cls);

		if (!c || list[i].cls < RDEP_FIRST_CLASS)
			continue;
		if (!c->stats)
			c->stats = rdep_arena_alloc(&in->m->arena, 2 * sizeof(*c->stats));
		add_stat(in, &c->stats[0], &list[i].of[0]);
		add_stat(in, &c->stats[1], &list[i].of[1]);
	}
	free(list);
}

void mg_take_classes(struct mg_input *in)
{
	size_t i;

	for (i = 0; i < in->r->class_count; i++)
		mg_class_of(in, in->r->classes[i].raw->id);
	take_stats(in);
}

/* ---- roles: which callers made the locks of a class, and which calls take them ---- */

static bool has_roles(const struct mg_class *c)
{
	return (c->origin == RDEP_BY_INIT || c->origin == RDEP_BY_FIRST) && c->stack && !c->lump &&
	       (c->kind == RDEP_MUTEX || c->kind == RDEP_RWLOCK || c->kind == RDEP_SPIN);
}

/* Those with the smallest hashes, in their order. */
static void role_site(struct rdep_merge *m, struct mg_role *r, struct mg_place site)
{
	uint64_t hash = mg_mix_place(0, site);
	size_t i = r->site_count;

	while (i && mg_mix_place(0, r->sites[i - 1]) > hash)
		i--;
	if ((i && mg_same_place(r->sites[i - 1], site)) || i == MERGE_SITES)
		return;
	if (r->site_count == r->site_room) {
		struct mg_place *old = r->sites;

		r->site_room = r->site_room ? 2 * r->site_room : 4;
		r->sites = rdep_arena_alloc(&m->arena, r->site_room * sizeof(*r->sites));
		if (r->site_count)
			memcpy(r->sites, old, r->site_count * sizeof(*old));
	}
	if (r->site_count == MERGE_SITES)
		r->site_count--;
	memmove(&r->sites[i + 1], &r->sites[i], (r->site_count - i) * sizeof(*r->sites));
	r->sites[i] = site;
	r->site_count++;
}

static struct mg_role *known_role(struct rdep_merge *m, struct mg_class *cls, struct mg_stack *callers)
{
	static const uint64_t exact[4];
	uint64_t h;
	struct mg_role *r;

	if (!callers)
		callers = intern(m, NULL, 0, 0, exact);
	h = mg_mix(mg_mix(41, cls->hash), callers->hash);
	r = mg_get(&m->roles, h);

	if (!r) {
		r = rdep_arena_alloc(&m->arena, sizeof(*r));
		*r = (struct mg_role){.hash = h, .cls = cls, .callers = callers};
		mg_add(&m->roles, h, r);
	}
	return r;
}

/* The number of the last place that takes locks of the class, plus 1; site_before leads to the others. */
static size_t last_site(struct mg_input *in, uint32_t cls)
{
	uint64_t *last;
	size_t i;

	if (!in->site_before) {
		in->site_before = rdep_alloc((in->r->lock_place_count + 1) * sizeof(*in->site_before));
		for (i = 0; i < in->r->lock_place_count; i++) {
			last = rdep_map_put(&in->sites_of, in->r->lock_places[i].raw->cls);
			in->site_before[i] = (size_t)*last;
			*last = i + 1;
		}
	}
	last = rdep_map_get(&in->sites_of, cls);
	return last ? (size_t)*last : 0;
}

/* A process's own record tells of the callers that made the first lock of the class. */
static struct mg_role *first_role(struct mg_input *in, const struct rdep_rclass *rc, struct mg_class *cls)
{
	static const uint64_t exact[4];
	const struct rdep_rstack *rs = rdep_record_stack(in->r, rc->raw->stack);
	struct mg_place callers[ROLE_CALLERS];
	struct mg_role *role;
	size_t i, n = 0;

	for (i = rc->raw->skip + 1ull; rs && i < rs->raw->count && n < ROLE_CALLERS; i++)
		callers[n++] = mg_place_at(in, rs->raw->pcs[i], rs->modules[i]);
	role = known_role(in->m, cls, intern(in->m, callers, n, 0, exact));
	for (i = last_site(in, rc->raw->id); i; i = in->site_before[i - 1]) {
		const struct rdep_rlock_place *s = &in->r->lock_places[i - 1];
		struct mg_place at = mg_place_at(in, s->raw->pc, s->module);

		if (at.module)
			role_site(in->m, role, at);
	}
	return role;
}

struct mg_role *mg_role_of(struct mg_input *in, uint32_t id)
{
	const struct rdep_rclass *rc = rdep_record_class(in->r, id);
	struct mg_class *cls = mg_class_of(in, id);
	struct mg_role **known;

	if (!rc || !cls || in->r->header.merged || in->process || !has_roles(cls))
		return NULL;
	known = &in->roles[rc - in->r->classes];
	if (!*known)
		*known = first_role(in, rc, cls);
	return *known;
}

struct mg_role *mg_role_by_id(struct mg_input *in, uint32_t id)
{
	size_t i = id && in->r->header.merged ? rdep_record_index_get(in->r, RDEP_ROLE, id) : 0;
	const struct rdep_rrole *rr;
	struct mg_role **known;
	struct mg_class *cls;
	uint32_t k;

	if (!i)
		return NULL;
	rr = &in->r->roles[i - 1];
	known = &in->roles[i - 1];
	cls = mg_class_of(in, rr->raw->cls);
	if (*known || !cls)
		return *known;
	*known = known_role(in->m, cls, mg_stack_of(in, rr->raw->stack));
	for (k = 0; k < rr->raw->site_count; k++) {
		struct mg_place at = mg_place_at(in, rr->raw->sites[k], rr->modules[k]);

		if (at.module)
			role_site(in->m, *known, at);
	}
	return *known;
}

void mg_take_roles(struct mg_input *in)
{
	size_t i;

	for (i = 0; i < in->r->role_count; i++)
		mg_role_by_id(in, in->r->roles[i].raw->id);
	for (i = 0; i < in->r->class_count; i++)
		mg_role_of(in, in->r->classes[i].raw->id);
}

/* ---- threads, and whose they are ---- */

void mg_origin_put(struct mg_origin *o)
{
	if (!o || --o->refs)
		return;
	free(o->name);
	free(o->exe);
	free(o->cmdline);
	free(o);
}

void mg_thread_put(struct mg_thread *t)
{
	if (!t || --t->refs)
		return;
	mg_origin_put(t->origin);
	free(t);
}

static char *copy_text(const char *p, size_t n)
{
	char *text = rdep_alloc(n + 1);

	if (n)
		memcpy(text, p, n);
	return text;
}

static void set_program(struct rdep_merge *m, struct mg_origin *o)
{
	const char *base = rdep_basename(o->exe);

	o->program_hash = m->by_name	? rdep_hash_text(base)
			  : o->program ? o->program->hash
				       : rdep_hash(51, o->exe, strlen(o->exe));
}

static struct mg_origin *new_origin(const uint64_t id[2])
{
	struct mg_origin *o = rdep_alloc(sizeof(*o));

	o->refs = 1;
	memcpy(o->raw.image_id, id, sizeof(o->raw.image_id));
	o->hash = rdep_hash(52, id, 2 * sizeof(*id));
	return o;
}

static struct mg_origin *origin_of_record(struct mg_input *in)
{
	const struct rdep_record *r = in->r;
	struct mg_origin *o = new_origin(r->header.image_id);
	const char *name = rdep_basename(r->path);
	size_t i;

	o->raw.pid = r->header.pid;
	o->raw.start_realtime_ns = r->header.start_realtime_ns;
	o->raw.name_len = (uint32_t)strlen(name);
	o->raw.exe_len = (uint32_t)(r->exe ? strlen(r->exe) : 0);
	o->raw.cmdline_len = (uint32_t)(r->cmdline_len < 4096 ? r->cmdline_len : 4096);
	o->name = copy_text(name, o->raw.name_len);
	o->exe = copy_text(r->exe, o->raw.exe_len);
	o->cmdline = copy_text(r->cmdline, o->raw.cmdline_len);
	for (i = 0; i < r->module_count && *o->exe; i++)
		if (in->modules[i] && strcmp(r->modules[i].path, o->exe) == 0)
			o->program = in->modules[i];
	set_program(in->m, o);
	return o;
}

static struct mg_origin *origin_by_index(struct mg_input *in, size_t i)
{
	const struct rdep_rorigin *ro = &in->r->origins[i];
	struct mg_origin *o = in->origins[i];
	uint64_t *module;

	if (o)
		return o;
	o = in->origins[i] = new_origin(ro->raw->image_id);
	o->raw.pid = ro->raw->pid;
	o->raw.start_realtime_ns = ro->raw->start_realtime_ns;
	o->raw.name_len = ro->raw->name_len;
	o->raw.exe_len = ro->raw->exe_len;
	o->raw.cmdline_len = ro->raw->cmdline_len;
	o->name = copy_text(ro->name, o->raw.name_len);
	o->exe = copy_text(ro->exe, o->raw.exe_len);
	o->cmdline = copy_text(ro->cmdline, o->raw.cmdline_len);
	module = rdep_map_get(&in->r->index, (uint64_t)RDEP_MODULE << 32 | ro->raw->program);
	o->program = ro->raw->program && module ? in->modules[*module - 1] : NULL;
	set_program(in->m, o);
	return o;
}

/* Of a thread by its number in the record; and its number there. */
static struct mg_origin *origin_of_thread(struct mg_input *in, uint32_t id, uint32_t *own)
{
	const struct rdep_rorigin *ro = rdep_record_origin(in->r, id, own);

	if (!in->r->header.merged || !ro) {
		*own = id;
		if (!in->self)
			in->self = origin_of_record(in);
		return in->self;
	}
	return origin_by_index(in, (size_t)(ro - in->r->origins));
}

static struct mg_thread *new_thread(struct mg_input *in, uint32_t id, const struct rdep_rthread *rt)
{
	struct mg_thread *t = rdep_alloc(sizeof(*t));

	t->refs = 1;
	t->origin = origin_of_thread(in, id, &t->own);
	t->origin->refs++;
	t->hash = mg_mix(mg_mix(53, t->origin->hash), t->own);
	if (!rt)
		return t;
	t->raw = *rt->raw;
	t->routine = mg_site_at(in, rt->raw->start_routine,
				rt->routine_module ? rt->routine_module
						   : rdep_record_module_at(in->r, rt->raw->start_routine));
	t->create_stack = mg_stack_of(in, rt->raw->create_stack);
	return t;
}

struct mg_thread *mg_thread_of(struct mg_input *in, uint32_t id)
{
	const struct rdep_rthread *rt = rdep_record_thread(in->r, id);
	uint64_t *known;

	if (rt) {
		struct mg_thread **t = &in->threads[rt - in->r->threads];

		if (!*t)
			*t = new_thread(in, id, rt);
		return *t;
	}
	known = rdep_map_put(&in->strangers, id);
	if (!*known)
		*known = (uintptr_t)new_thread(in, id, NULL);
	return (struct mg_thread *)(uintptr_t)*known;
}

/* ---- a record ---- */

static unsigned class_depth(const struct rdep_record *r)
{
	char text[16];
	int depth = 1;

	if (rdep_record_option(r, "class_depth", text, sizeof(text)))
		depth = (int)strtol(text, NULL, 10);
	return depth < 1 ? 1 : depth > 16 ? 16 : (unsigned)depth;
}

void mg_open(struct mg_input *in, struct rdep_merge *m, struct rdep_record *r)
{
	size_t roles = r->header.merged ? r->role_count : r->class_count;

	*in = (struct mg_input){.m = m, .r = r};
	in->unique = rdep_hash(54, r->header.image_id, sizeof(r->header.image_id));
	in->class_depth = class_depth(r);
	in->modules = rdep_alloc((r->module_count + 1) * sizeof(*in->modules));
	in->stacks = rdep_alloc((r->stack_count + 1) * sizeof(*in->stacks));
	in->classes = rdep_alloc((r->class_count + 1) * sizeof(*in->classes));
	in->roles = rdep_alloc((roles + 1) * sizeof(*in->roles));
	in->threads = rdep_alloc((r->thread_count + 1) * sizeof(*in->threads));
	in->origins = rdep_alloc((r->origin_count + 1) * sizeof(*in->origins));
	in->scopes = rdep_alloc((r->scope_count + 1) * sizeof(*in->scopes));
}

void mg_close(struct mg_input *in)
{
	size_t i;

	for (i = 0; i < in->r->thread_count; i++)
		mg_thread_put(in->threads[i]);
	for (i = 0; in->strangers.slots && i <= in->strangers.mask; i++)
		if (rdep_map_used(&in->strangers, i))
			mg_thread_put((struct mg_thread *)(uintptr_t)in->strangers.slots[i].value);
	for (i = 0; i < in->r->origin_count; i++)
		mg_origin_put(in->origins[i]);
	mg_origin_put(in->self);
	rdep_map_free(&in->strangers);
	rdep_map_free(&in->instances);
	rdep_map_free(&in->taken);
	rdep_map_free(&in->sites_of);
	free(in->modules);
	free(in->stacks);
	free(in->classes);
	free(in->roles);
	free(in->threads);
	free(in->origins);
	free(in->scopes);
	free(in->site_before);
}
