// SPDX-License-Identifier: MIT
/* wrapper.c - see wrapper.h. */
#include "wrapper.h"
#include "elf_symbols.h"
#include "glob.h"
#include "mem.h"
#include "module.h"
#include "options.h"
#include "record_layout.h"

#include <string.h>

static const struct {
	const char *text;
	size_t len;
} patterns[] = {
#define WRAPPER(pattern, what) {pattern, sizeof(pattern) - 1},
#include "wrappers.def"
#undef WRAPPER
};

/* What every pattern of the table has one of. */
static const char parts[][4] = {"ock", "ute", "rw_", "hre", "mtx", "_mu", "tic"};
#define BLOCK 16
typedef char block __attribute__((vector_size(BLOCK)));

/* What lies behind a name in its page is read with it. */
#define READS_ON __attribute__((no_sanitize("address")))

static READS_ON block load(const char *s)
{
	block b;

	memcpy(&b, s, sizeof(b));
	return b;
}

static unsigned mask_of(block b)
{
	return (unsigned)__builtin_ia32_pmovmskb128(b);
}

static block all(char c)
{
	return (block){} + c;
}

/* A block and the two letters behind it, where the name's page may be the last. */
static const char *within_page(const char *s, char room[BLOCK + 2])
{
	size_t i;

	if (((uintptr_t)s & 4095) <= 4096 - (BLOCK + 2))
		return s;
	memset(room, 0, BLOCK + 2);
	for (i = 0; i < BLOCK + 2 && s[i]; i++)
		room[i] = s[i];
	return room;
}

/* Most names of a large module end here, and there may be a hundred thousand: 16 places at a time. */
static READS_ON bool may_be_wrapper(const char *s)
{
	for (;; s += BLOCK) {
		char room[BLOCK + 2];
		const char *at = within_page(s, room);
		block one = load(at), two = load(at + 1), three = load(at + 2), found = {};
		unsigned end = mask_of(one == 0), hits;
		size_t i;

		for (i = 0; i < sizeof(parts) / sizeof(*parts); i++)
			found |= (one == all(parts[i][0])) & (two == all(parts[i][1])) & (three == all(parts[i][2]));
		hits = mask_of(found);
		/* Not what is behind the name. */
		if (hits && (!end || (hits & -hits) < (end & -end)))
			return true;
		if (end)
			return false;
	}
}

/* Is the name's first or last letter another one? */
static bool cannot_match(const char *p, size_t len, const char *name, size_t n)
{
	char begin = p[0], end = p[len - 1];

	return (begin != '*' && begin != '?' && begin != name[0]) ||
	       (end != '*' && end != '?' && (!n || end != name[n - 1]));
}

static bool is_wrapper(const char *name, bool *told)
{
	bool likely = may_be_wrapper(name);
	const char *p = rd_options.wrapper, *end;
	size_t n = likely ? strlen(name) : 0, i;

	for (i = 0; i < sizeof(patterns) / sizeof(*patterns) && likely; i++) {
		const char *text = patterns[i].text;

		if (!cannot_match(text, patterns[i].len, name, n) && rd_glob(text, text + patterns[i].len, name))
			return true;
	}
	for (; *p; p = *end ? end + 1 : end) {
		for (end = p; *end && *end != ','; end++)
			;
		*told = end > p && rd_glob(p, end, name);
		if (*told)
			return true;
	}
	return false;
}

/* What a pattern, FUNCTION or FUNCTION/KIND, says of a function: 1 << kind of its locks, or 0. */
static uint16_t novalidate_kinds(const char *p, const char *end, const char *name)
{
	static const struct {
		const char *text;
		uint16_t kinds;
	} suffixes[] = {{"/mutex", 1 << RDEP_MUTEX},
			{"/rwlock", 1 << RDEP_RWLOCK},
			{"/spin", 1 << RDEP_SPIN},
			{"/sem", 1 << RDEP_SEM}};
	const char *stop;
	size_t i, n;

	/* Asked of every function of every module. */
	if (*p != *name && *p != '*' && *p != '?')
		return 0;
	for (stop = p; stop < end && *stop != '/'; stop++)
		;
	if (stop == p || !rd_glob(p, stop, name))
		return 0;
	for (i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		n = strlen(suffixes[i].text);
		if ((size_t)(end - stop) == n && memcmp(stop, suffixes[i].text, n) == 0)
			return suffixes[i].kinds;
	}
	return stop == end ? 0xffff : 0;
}

static uint16_t novalidate(const char *name)
{
	static const struct {
		const char *pattern;
		size_t len;
	} known[] = {
#define NOVALIDATE(function, kind, what) {function kind, sizeof(function kind) - 1},
#include "novalidate.def"
#undef NOVALIDATE
	};
	const char *p = rd_options.novalidate, *end;
	uint16_t kinds = 0;
	size_t i;

	if (strcmp(p, "none") == 0)
		return 0;
	for (i = 0; i < sizeof(known) / sizeof(*known); i++)
		kinds |= novalidate_kinds(known[i].pattern, known[i].pattern + known[i].len, name);
	for (; *p; p = *end ? end + 1 : end) {
		for (end = p; *end && *end != ','; end++)
			;
		kinds |= novalidate_kinds(p, end, name);
	}
	return kinds;
}

/* What is being collected: the module's ranges have room for `room`. */
struct collecting {
	struct rd_module *m;
	uint32_t room;
};

static bool collect(void *arg, const char *name, uint64_t start, uint64_t size, bool function)
{
	struct collecting *c = arg;
	struct rd_module *m = c->m;
	uint16_t kinds = function && size ? novalidate(name) : 0;
	bool told = false;

	if (!function || !size || (!kinds && !is_wrapper(name, &told)))
		return true;
	if (m->wrapper_count == c->room) {
		uint32_t more = c->room ? c->room * 2 : 16;
		struct rd_range *wider = rd_mem_alloc(more * sizeof(*wider));

		if (!wider)
			return false;
		if (m->wrapper_count)
			memcpy(wider, m->wrappers, m->wrapper_count * sizeof(*wider));
		rd_mem_free(m->wrappers, c->room * sizeof(*wider));
		m->wrappers = wider;
		c->room = more;
	}
	m->wrappers[m->wrapper_count++] =
		(struct rd_range){start, start + size, kinds, name[0] == 'g' && name[1] == '_', told, false};
	return true;
}

/* The known function that the call before pc stands in, or NULL. */
static struct rd_range *known_at(uint64_t pc)
{
	struct rd_module *m = rd_module_at(pc - 1);
	uint64_t at;
	uint32_t i;

	if (!m)
		return NULL;
	if (!m->wrappers_read) {
		struct collecting c = {.m = m};

		m->wrappers_read = true;
		rd_elf_symbols(m, collect, &c);
	}
	at = pc - 1 - m->bias;
	for (i = 0; i < m->wrapper_count; i++) {
		if (at >= m->wrappers[i].start && at < m->wrappers[i].end)
			return &m->wrappers[i];
	}
	return NULL;
}

bool rd_wrapper_at(uint64_t pc)
{
	const struct rd_range *r = known_at(pc);

	return r && !r->novalidate && !r->denied;
}

bool rd_wrapper_deny(uint64_t pc)
{
	struct rd_range *r = known_at(pc);

	if (!r || r->novalidate || r->told || r->inside || r->denied)
		return false;
	r->denied = true;
	return true;
}

bool rd_novalidate_at(uint64_t pc, unsigned kind)
{
	const struct rd_range *r = known_at(pc);

	return r && r->novalidate & 1u << kind;
}

/* What a stripped GLib calls inside of a function that is known by name has no name itself. */
static bool is_inside(const struct rd_walk *w, size_t i)
{
	const struct rd_range *outer = i + 1 < w->count ? known_at(w->frames[i + 1].pc) : NULL;

	return outer && outer->inside && rd_module_at(w->frames[i].pc - 1) == rd_module_at(w->frames[i + 1].pc - 1);
}

size_t rd_wrapper_skip(const struct rd_walk *w)
{
	size_t i;

	for (i = is_inside(w, 0); i < w->count; i++) {
		if (!rd_wrapper_at(w->frames[i].pc))
			return i;
	}
	return 0;
}
