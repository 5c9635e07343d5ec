/* SPDX-License-Identifier: MIT */
/* names.c - what places, stacks, threads and classes are called. */
#include <stdlib.h>
#include <string.h>
#include "reports/model.h"

/* ---- frames and stacks ---- */

struct rdep_symbol_module *rdep_model_module(struct rdep_process *p, uint32_t module)
{
	const struct rdep_rmodule *m;

	if (!module || module > p->record->module_count)
		return NULL;
	m = &p->record->modules[module - 1];
	return rdep_symbols_module(p->report->symbols, m->path, m->raw->build_id, m->raw->build_id_len,
				   p->record->header.start_realtime_ns);
}

/* Frames of the injected object (a thread's trampoline) are not the program's. */
static bool is_injected(const struct rdep_symbol_module *m)
{
	return strncmp(m->name, "libreclaimdep.so", 16) == 0;
}

/* What annotate.h makes of a call is not a place of the program's. */
static bool is_annotation(const struct rdep_mframe *f)
{
	return f->inlined && f->function && strncmp(f->function, "reclaimdep_", 11) == 0 && f->file &&
	       strcmp(rdep_basename(f->file), "annotate.h") == 0;
}

/* Appends the frames at one pc. exact: it is no return address. */
static void add_place(struct rdep_process *p, struct rdep_mframe **frames, size_t *count,
		      uint64_t pc, uint32_t module, bool exact)
{
	const struct rdep_place *place;
	struct rdep_mframe f = {.pc = pc, .address = pc};
	size_t i;

	f.module = rdep_model_module(p, module);
	if (f.module && is_injected(f.module))
		return;
	if (!f.module) {
		RDEP_GROW(*frames, *count);
		(*frames)[(*count)++] = f;
		return;
	}
	f.address = pc - p->record->modules[module - 1].raw->bias;
	place = rdep_symbols_code(f.module, exact ? f.address : f.address - 1);
	for (i = 0; i < place->count; i++) {
		f.function = place->frames[i].function;
		f.unit = place->frames[i].unit;
		f.file = place->frames[i].file;
		f.line = place->frames[i].line;
		f.inlined = place->frames[i].inlined;
		if (is_annotation(&f))
			continue;
		RDEP_GROW(*frames, *count);
		(*frames)[(*count)++] = f;
	}
}

static struct rdep_mstack keep(struct rdep_process *p, struct rdep_mframe *frames, size_t count,
			       unsigned flags)
{
	struct rdep_mstack s = {.count = count, .flags = flags};

	s.frames = rdep_arena_copy(&p->report->arena, frames, count * sizeof(*frames));
	free(frames);
	return s;
}

static bool is_exact(const struct rdep_rstack *s, size_t i)
{
	return i < s->raw->count && i < 256 && s->raw->exact[i / 64] >> i % 64 & 1;
}

static void add_signal(struct rdep_mframe **frames, size_t *count, uint64_t pc)
{
	RDEP_GROW(*frames, *count);
	(*frames)[(*count)++] = (struct rdep_mframe){.pc = pc, .address = pc, .function = "<signal handler called>"};
}

/* The frames of a stack from its frame `skip` on. */
static struct rdep_mstack stack_from(struct rdep_process *p, uint32_t id, size_t skip)
{
	const struct rdep_rstack *s = id ? rdep_record_stack(p->record, id) : NULL;
	struct rdep_mframe *frames = NULL;
	size_t i, count = 0;

	if (!s)
		return (struct rdep_mstack){.flags = id ? RDEP_STACK_LOST : 0};
	if (skip >= s->raw->count)
		skip = 0;
	for (i = skip; i < s->raw->count; i++) {
		/* What a handler returns to stands for the signal: what it interrupted comes next. */
		if (is_exact(s, i + 1) && !is_exact(s, i))
			add_signal(&frames, &count, s->raw->pcs[i]);
		else
			add_place(p, &frames, &count, s->raw->pcs[i], s->modules[i], is_exact(s, i));
	}
	return keep(p, frames, count, s->raw->flags);
}

struct rdep_mstack rdep_model_stack(struct rdep_process *p, uint32_t id)
{
	uint64_t *known = rdep_map_put(&p->stacks, id);
	struct rdep_mstack *s = (struct rdep_mstack *)(uintptr_t)*known;

	if (!s) {
		s = rdep_arena_alloc(&p->report->arena, sizeof(*s));
		*known = (uintptr_t)s;
		*s = stack_from(p, id, 0);
	}
	return *s;
}

/* A module that was told after the place in it; the writer tells those of stacks before them. */
static uint32_t module_of(const struct rdep_process *p, uint64_t pc, uint32_t module)
{
	return module ? module : rdep_record_module_at(p->record, pc - 1);
}

struct rdep_mstack rdep_model_site(struct rdep_process *p, uint64_t site, uint32_t module)
{
	struct rdep_mframe *frames = NULL;
	size_t count = 0;

	if (site)
		add_place(p, &frames, &count, site, module_of(p, site, module), false);
	return keep(p, frames, count, 0);
}

bool rdep_model_is_wrapper(const struct rdep_mframe *f)
{
	static const char *const prefixes[] = {"std::", "__gthread_", "__gnu_cxx::", NULL};
	const char *const *p;

	if (!f->function)
		return false;
	for (p = prefixes; *p; p++)
		if (strncmp(f->function, *p, strlen(*p)) == 0)
			return true;
	/* A wrapper around an init call that was inlined: the call that made the class is its caller's. */
	if (f->inlined && strstr(f->function, "init") &&
	    (strstr(f->function, "lock") || strstr(f->function, "mutex") || strstr(f->function, "sem")))
		return true;
	return strstr(f->function, "__glibcxx_rwlock") != NULL;
}

const struct rdep_mframe *rdep_model_frame(const struct rdep_mstack *s)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (!rdep_model_is_wrapper(&s->frames[i]))
			return &s->frames[i];
	return s->count ? &s->frames[0] : NULL;
}

const char *rdep_model_where(struct rdep_report *r, const struct rdep_mframe *f)
{
	struct rdep_arena *a = &r->arena;

	if (!f)
		return "an unknown place";
	if (f->function && f->file)
		return rdep_arena_printf(a, "%s at %s:%u", f->function, rdep_basename(f->file),
					 f->line);
	if (f->module && f->function)
		return rdep_arena_printf(a, "%s (%s+0x%llx)", f->function, f->module->name,
					 (unsigned long long)f->address);
	if (f->module)
		return rdep_arena_printf(a, "%s+0x%llx", f->module->name,
					 (unsigned long long)f->address);
	return rdep_arena_printf(a, "0x%llx", (unsigned long long)f->pc);
}

struct rdep_mthread rdep_model_thread(struct rdep_process *p, uint32_t id)
{
	const struct rdep_rthread *t = rdep_record_thread(p->record, id);
	struct rdep_mthread m = {.id = id, .own = id, .name = "", .routine = "", .label = ""};
	struct rdep_mframe *frames = NULL;
	size_t n = 0;

	m.origin = rdep_model_origin(p, id, &m.own);
	if (!t)
		return m;
	m.tid = t->raw->tid;
	m.name = rdep_clean(&p->report->arena, t->raw->name,
			    strnlen(t->raw->name, sizeof(t->raw->name)));
	if (t->raw->start_routine)
		add_place(p, &frames, &n, t->raw->start_routine,
			  module_of(p, t->raw->start_routine, t->routine_module), true);
	if (n && frames[n - 1].function)
		m.routine = frames[n - 1].function;
	free(frames);
	/* A thread that was given no name has its program's, cut to 15 bytes. */
	m.named = *m.name && strncmp(m.name, m.origin ? m.origin->program : p->name, 15) != 0;
	m.label = m.named ? m.name : m.routine;
	if (!*m.label && m.own == 1)
		m.label = "main";
	return m;
}

/* ---- classes ---- */

static const char *kind_text(unsigned kind)
{
	static const char *const names[] = {
		[RDEP_MUTEX] = "mutex",		  [RDEP_RWLOCK] = "rwlock",
		[RDEP_SPIN] = "spinlock",	  [RDEP_SEM] = "semaphore",
		[RDEP_DOMAIN] = "reclaim domain", [RDEP_USER] = "lock",
		[RDEP_FILE] = "file lock",	  [RDEP_LOADER] = "the loader's lock",
		[RDEP_GLIB] = "GMutex",
		[RDEP_SIGNAL] = "signal",
		[RDEP_ONCE] = "once",		  [RDEP_STDIO] = "stream",
		[RDEP_LIFE] = "thread",		  [RDEP_EVENT] = "condition",
	};

	return kind < sizeof(names) / sizeof(*names) && names[kind] ? names[kind] : "lock";
}

static const char *domain_name(uint32_t id)
{
	return id == RDEP_CLASS_RECLAIM	     ? "reclaim"
	       : id == RDEP_CLASS_IO_RECLAIM ? "io_reclaim"
	       : id == RDEP_CLASS_FS_RECLAIM ? "fs_reclaim"
					     : NULL;
}

const char *rdep_function_key(struct rdep_report *r, const struct rdep_mframe *f)
{
	struct rdep_arena *a = &r->arena;

	if (!f)
		return "?";
	if (!f->function && f->module)
		return rdep_arena_printf(a, "%s+0x%llx", f->module->name,
					 (unsigned long long)f->address);
	if (!f->function)
		return "?";
	return f->unit ? rdep_arena_printf(a, "%s:%s", f->unit, f->function) : f->function;
}

/* A static variable of a function as it is written there: gcc puts a number behind its name, clang the
 * function's name before it. */
static const char *plain_name(struct rdep_arena *a, const char *name)
{
	const char *dot = strrchr(name, '.');
	if (!dot || dot == name || !dot[1])
		return name;
	if (dot[1 + strspn(dot + 1, "0123456789")])
		return dot + 1;
	return rdep_arena_printf(a, "%.*s", (int)(dot - name), name);
}

/* What libc's stdin, stdout and stderr point to, by their names in it; else NULL. */
static const char *stream_name(struct rdep_arena *a, const char *variable)
{
	size_t n = strlen(variable);

	if (strncmp(variable, "_IO_2_1_std", 11) != 0 || variable[n - 1] != '_')
		return NULL;
	return rdep_arena_printf(a, "%.*s", (int)(n - 9), variable + 8);
}

/* What a static variable of that unit, which may be NULL, is: the same words for all. */
static const char *variable_words(struct rdep_symbol_module *m, const char *unit)
{
	struct rdep_arena *a = &m->owner->arena;

	if (!m->words || m->words_unit != unit) {
		m->words_unit = unit;
		m->words = unit ? rdep_arena_printf(a, "static variable of %s in %s", unit, m->name)
				: rdep_arena_printf(a, "static variable of %s", m->name);
	}
	return m->words;
}

static void name_static(struct rdep_process *p, struct rdep_mclass *c)
{
	struct rdep_arena *a = &p->report->arena;
	uint64_t *index =
		rdep_map_get(&p->record->index, (uint64_t)RDEP_MODULE << 32 | c->raw->raw->module);
	struct rdep_symbol_module *m = index ? rdep_model_module(p, (uint32_t)*index) : NULL;
	const struct rdep_variable *v;
	uint64_t offset = c->raw->raw->offset;
	char rest[32] = "";

	if (!m) {
		c->name = rdep_arena_printf(a, "lock at 0x%llx",
					    (unsigned long long)c->raw->raw->address);
		c->key = "static:?";
		c->detail = "a static variable of a module that the record does not name";
		return;
	}
	v = rdep_symbols_data(m, offset);
	c->detail = variable_words(m, v->name && !stream_name(a, v->name) ? v->unit : NULL);
	if (!v->name) {
		c->name = c->key =
			rdep_arena_printf(a, "%s+0x%llx", m->name, (unsigned long long)offset);
		return;
	}
	c->name = c->key = stream_name(a, v->name);
	if (c->name)
		return;
	if (v->offset)
		snprintf(rest, sizeof(rest), "+0x%llx", (unsigned long long)v->offset);
	c->name = rdep_arena_printf(a, "%s%s%s", plain_name(a, v->name), v->member, rest);
	c->key = v->unit ? rdep_arena_printf(a, "%s:%s", v->unit, c->name) : c->name;
}

/* How many frames, past the wrappers, made the class. */
static size_t class_depth(const struct rdep_process *p, const struct rdep_mclass *c)
{
	char text[16];
	int depth = 1;

	if (c->raw && c->raw->raw->depth)
		return c->raw->raw->depth < 16 ? c->raw->raw->depth : 16;
	if (rdep_record_option(p->record, "class_depth", text, sizeof(text)))
		depth = (int)strtol(text, NULL, 10);
	return depth < 1 ? 1 : depth > 16 ? 16 : (size_t)depth;
}

/* What a call is called for in a key, beside its number among the calls to the same function: two
 * functions have each their first call. Nothing where a mutex's own function is called, or C++. */
static const char *callee_key(const struct rdep_mframe *at)
{
	const char *callee = rdep_symbols_callee(at->module, at->address);

	if (!callee || strncmp(callee, "pthread_mutex_", 14) == 0 || strpbrk(callee, ":<(,"))
		return NULL;
	return callee;
}

/* "cache_init#2", "cache_init#1:pthread_rwlock_init" or, with class_depth=2, "cache_init#2<setup". */
static const char *stack_key(struct rdep_process *p, const struct rdep_mclass *c,
			     const struct rdep_mframe *at)
{
	struct rdep_buf b = {0};
	size_t i, depth = class_depth(p, c), frames = 1;
	unsigned ordinal = at->module ? rdep_symbols_ordinal(at->module, at->address) : 0;
	const char *callee = ordinal ? callee_key(at) : NULL;
	char *text;

	rdep_buf_add(&b, rdep_function_key(p->report, at));
	if (ordinal && at->function)
		rdep_buf_printf(&b, "#%u%s%s", ordinal, callee ? ":" : "", callee ? callee : "");
	for (i = (size_t)(at - c->origin.frames) + 1; i < c->origin.count && frames < depth; i++) {
		if (c->origin.frames[i - 1].inlined)
			continue;
		rdep_buf_printf(&b, "<%s", rdep_function_key(p->report, &c->origin.frames[i]));
		frames++;
	}
	text = rdep_arena_text(&p->report->arena, b.text, b.len);
	rdep_buf_free(&b);
	return text;
}

/* The variable that a lock with an init call is, where its first instance lies in a module's data. */
static const char *variable_of(struct rdep_process *p, const struct rdep_mclass *c)
{
	uint64_t address = c->raw->raw->address;
	uint32_t module = address ? rdep_record_module_at(p->record, address) : 0;
	struct rdep_symbol_module *m = rdep_model_module(p, module);
	const struct rdep_variable *v;

	if (!m)
		return NULL;
	v = rdep_symbols_data(m, address - p->record->modules[module - 1].raw->bias);
	return v->name && !v->offset
		       ? rdep_arena_printf(&p->report->arena, "%s%s", plain_name(&p->report->arena, v->name), v->member)
		       : NULL;
}

static void name_stack(struct rdep_process *p, struct rdep_mclass *c)
{
	struct rdep_arena *a = &p->report->arena;
	const struct rdep_mframe *at = rdep_model_frame(&c->origin);
	bool init = c->raw->raw->origin == RDEP_BY_INIT;
	const char *where = rdep_model_where(p->report, at), *object = NULL, *short_where;

	if (!at) {
		c->name = rdep_arena_printf(a, "lock at 0x%llx",
					    (unsigned long long)c->raw->raw->address);
		c->key = init ? "init:?" : "first:?";
		c->detail = "its stack is not in the record";
		return;
	}
	c->key = rdep_arena_printf(a, "%s", stack_key(p, c, at));
	short_where = at->function && at->file
			      ? rdep_arena_printf(a, "%s:%u", rdep_basename(at->file), at->line)
			      : NULL;
	if (at->module && at->file)
		object = rdep_source_object(at->module, at->file, at->line);
	if (!object && init)
		object = variable_of(p, c);
	if (c->raw->raw->origin == RDEP_BY_ALLOC) {
		c->name = rdep_arena_printf(a, "lock at +0x%llx of what %s allocates",
					    (unsigned long long)c->raw->raw->offset,
					    at->function ? at->function : where);
		c->key = rdep_arena_printf(a, "alloc:%s+0x%llx", c->key,
					   (unsigned long long)c->raw->raw->offset);
		c->detail = rdep_arena_printf(a, "in memory allocated in %s", where);
	} else if (init) {
		c->name = object	? object
			  : short_where ? rdep_arena_printf(a, "lock of %s (%s)", at->function,
							    short_where)
					: rdep_arena_printf(a, "lock of %s",
							    at->function ? at->function : where);
		if (object || (at->function && !short_where))
			c->detail = rdep_arena_printf(a, "initialised in %s", where);
	} else {
		c->name = object	? object
			  : short_where ? rdep_arena_printf(a, "lock first taken in %s (%s)",
							    at->function, short_where)
					: rdep_arena_printf(a, "lock first taken in %s",
							    at->function ? at->function : where);
		c->key = rdep_arena_printf(a, "first:%s", c->key);
		if (object)
			c->detail = rdep_arena_printf(a, "lock first taken in %s", where);
	}
}

/* The frame that asks for a thread: what is inlined of the C++ library has names without its
 * namespace. */
static const struct rdep_mframe *maker(const struct rdep_mstack *s)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (!rdep_model_is_wrapper(&s->frames[i]) &&
		    !(s->frames[i].file && strstr(s->frames[i].file, "/c++/")))
			return &s->frames[i];
	return rdep_model_frame(s);
}

/*
 * A thread by the function that it starts in, where that is the program's; else (a library's own
 * function, behind which the program's is) by who made it. Both are in the key.
 */
static void name_life(struct rdep_process *p, struct rdep_mclass *c)
{
	struct rdep_arena *a = &p->report->arena;
	const struct rdep_mframe *at = maker(&c->origin);
	uint64_t start = c->raw->raw->address;
	struct rdep_mstack routine = {0};
	struct rdep_mframe *frames = NULL;
	const struct rdep_mframe *f;
	const char *where = rdep_model_where(p->report, at);

	c->life = true;
	add_place(p, &frames, &routine.count, start, module_of(p, start, 0), true);
	routine = keep(p, frames, routine.count, 0);
	f = routine.count ? &routine.frames[routine.count - 1] : NULL;
	c->key = rdep_arena_printf(a, "thread:%s%s%s", rdep_function_key(p->report, f),
				   at ? "@" : "", at ? stack_key(p, c, at) : "");
	if (f && f->function && (!at || f->module == at->module))
		c->name = rdep_arena_printf(a, "thread %s", f->function);
	else
		c->name = rdep_arena_printf(a, "thread made in %s",
					    at && at->function ? at->function : where);
	c->detail = rdep_arena_printf(a, "made in %s", where);
}

/* Where the call is that made the class before it was split: the first frame of its stack. */
static const char *lump_where(struct rdep_process *p, const struct rdep_class *raw)
{
	struct rdep_mstack s = stack_from(p, raw->stack, 0);

	return rdep_model_where(p->report, rdep_model_frame(&s));
}

static void name_class(struct rdep_process *p, struct rdep_mclass *c)
{
	struct rdep_arena *a = &p->report->arena;
	const struct rdep_class *raw;
	const char *domain = domain_name(c->id);

	if (domain) {
		c->name = c->key = domain;
		c->domain = true;
		c->detail = "";
		c->kind = "reclaim domain";
		return;
	}
	if (!c->raw) {
		c->name = rdep_arena_printf(a, "lock of unknown class %u", c->id);
		c->key = rdep_arena_printf(a, "?%u", c->id);
		c->detail = "its class is not in the record";
		c->kind = "lock";
		return;
	}
	raw = c->raw->raw;
	c->kind = kind_text(raw->kind);
	c->detail = "";
	c->event = raw->kind == RDEP_EVENT;
	if (raw->origin == RDEP_BY_NAME) {
		c->name = c->key = c->raw->name_len
					   ? rdep_clean(a, c->raw->name, c->raw->name_len)
					   : rdep_arena_printf(a, "unnamed class %u", c->id);
		c->signal = raw->kind == RDEP_SIGNAL;
		if (!c->signal)
			rdep_name_own(a, c);
	} else if (raw->origin == RDEP_BY_STATIC) {
		name_static(p, c);
	} else {
		c->origin = stack_from(p, raw->stack, raw->skip);
		if (raw->kind == RDEP_LIFE)
			name_life(p, c);
		else
			name_stack(p, c);
	}
	if (raw->lump)
		c->detail = rdep_arena_printf(a, "%s%smade by %s, whose locks are of several roles", c->detail,
					      *c->detail ? "; " : "", lump_where(p, raw));
	if (raw->subclass) {
		c->name = rdep_arena_printf(a, "%s/%u", c->name, raw->subclass);
		c->key = rdep_arena_printf(a, "%s/%u", c->key, raw->subclass);
	}
}

const struct rdep_mclass *rdep_model_class(struct rdep_process *p, uint32_t id)
{
	uint64_t *known = rdep_map_put(&p->classes, id);
	const struct rdep_rclass *raw;
	struct rdep_mclass *c;

	if (*known)
		return (const struct rdep_mclass *)(uintptr_t)*known;
	c = rdep_arena_alloc(&p->report->arena, sizeof(*c));
	*known = (uintptr_t)c;
	c->id = id;
	/* A copy: the table of a record that is still written moves as it grows. */
	raw = rdep_record_class(p->record, id);
	c->raw = raw ? rdep_arena_copy(&p->report->arena, raw, sizeof(*raw)) : NULL;
	name_class(p, c);
	return c;
}

/* ---- words ---- */

const char *rdep_gfp_text(struct rdep_report *r, uint32_t gfp)
{
	static const struct {
		uint32_t bits;
		const char *name;
	} words[] = {
		{RDEP_GFP_KERNEL, "GFP_KERNEL"},
		{RDEP_GFP_NOFS, "GFP_NOFS"},
		{RDEP_GFP_NOIO, "GFP_NOIO"},
		{RDEP_GFP_HIGH | RDEP_GFP_KSWAPD_RECLAIM, "GFP_ATOMIC"},
		{RDEP_GFP_KSWAPD_RECLAIM, "GFP_NOWAIT"},
		{RDEP_GFP_DIRECT_RECLAIM, "__GFP_DIRECT_RECLAIM"},
		{RDEP_GFP_IO, "__GFP_IO"},
		{RDEP_GFP_FS, "__GFP_FS"},
		{RDEP_GFP_HIGH, "__GFP_HIGH"},
		{RDEP_GFP_NOFAIL, "__GFP_NOFAIL"},
		{RDEP_GFP_NORETRY, "__GFP_NORETRY"},
		{RDEP_GFP_RETRY_MAYFAIL, "__GFP_RETRY_MAYFAIL"},
		{RDEP_GFP_NOWARN, "__GFP_NOWARN"},
		{RDEP_GFP_ZERO, "__GFP_ZERO"},
		{RDEP_GFP_MOVABLE, "__GFP_MOVABLE"},
		{RDEP_GFP_ACCOUNT, "__GFP_ACCOUNT"},
		{RDEP_GFP_MEMALLOC, "__GFP_MEMALLOC"},
		{RDEP_GFP_NOMEMALLOC, "__GFP_NOMEMALLOC"},
		{RDEP_GFP_NOLOCKDEP, "__GFP_NOLOCKDEP"},
		{RDEP_GFP_HARDWALL, "__GFP_HARDWALL"},
		{RDEP_GFP_HIGHMEM, "__GFP_HIGHMEM"},
	};
	struct rdep_buf b = {0};
	char *text;
	size_t i;

	if (!gfp)
		return "0";
	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if ((gfp & words[i].bits) != words[i].bits)
			continue;
		rdep_buf_printf(&b, "%s%s", b.len ? "|" : "", words[i].name);
		gfp &= ~words[i].bits;
	}
	if (gfp)
		rdep_buf_printf(&b, "%s0x%x", b.len ? "|" : "", gfp);
	text = rdep_arena_text(&r->arena, b.text, b.len);
	rdep_buf_free(&b);
	return text;
}

bool rdep_is_kind(const struct rdep_mclass *c, unsigned kind)
{
	return c->raw && c->raw->raw->kind == kind;
}

const char *rdep_mode_words(const struct rdep_mclass *c, uint32_t mode)
{
	if (mode == RDEP_WRITE)
		return "";
	return rdep_is_kind(c, RDEP_SEM) ? ", one of its permits" : ", as a reader";
}

const char *rdep_lock_verb(const struct rdep_mclass *c, uint32_t mode)
{
	unsigned kind = c->raw ? c->raw->raw->kind : 0;

	if (kind == RDEP_EVENT)
		return "wait";
	if (kind == RDEP_SEM)
		return "down";
	if (kind == RDEP_ONCE)
		return "once";
	if (kind == RDEP_STDIO)
		return "flockfile";
	if (mode == RDEP_READ || mode == RDEP_READ_REC)
		return "read_lock";
	return kind == RDEP_RWLOCK ? "write_lock" : "lock";
}
