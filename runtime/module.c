// SPDX-License-Identifier: MIT
/* module.c - see module.h. */
#define _GNU_SOURCE
#include "module.h"
#include "lock.h"
#include "mem.h"
#include "record.h"
#include "sys.h"

#include <dlfcn.h>
#include <elf.h>
#include <limits.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>

#define SHAPE_FUNCTIONS 100000u /* whose beginnings are looked at */

/*
 * All that there ever were, each place of each file once: classes point to them, and a plugin that is unloaded comes back. Of
 * those that were in one place the last one is there. The journal is told which one before the next item that it gets, not
 * when another comes: so those that come and go with nothing new in them leave nothing.
 */
static struct rd_module **modules;
static uint32_t count, room, last_id;
uint32_t rd_modules_in_turn;
static uint32_t recent; /* index of the last one asked for */

static uint64_t hash_bytes(const void *p, size_t n)
{
	const uint8_t *b = p;
	uint64_t h = 0xcbf29ce484222325ull;

	while (n--)
		h = (h ^ *b++) * 0x100000001b3ull;
	return h;
}

/* Where the object's ELF header is in memory: the loader tells one segment of an object with gaps. */
static uint64_t elf_header(const struct dl_find_object *o)
{
	uint64_t tries[] = {o->dlfo_link_map->l_addr, (uint64_t)o->dlfo_map_start,
			    o->dlfo_link_map->l_addr ? 0 : getauxval(AT_PHDR) & ~4095ull};
	size_t i;

	for (i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
		char magic[SELFMAG];

		if (tries[i] && !rd_peek(magic, (const void *)tries[i], SELFMAG) && memcmp(magic, ELFMAG, SELFMAG) == 0)
			return tries[i];
	}
	return 0;
}

static void read_note(struct rd_module *m, uint64_t at, uint64_t end)
{
	while (at >= m->start && end <= m->end && at + sizeof(Elf64_Nhdr) <= end) {
		Elf64_Nhdr n;
		uint64_t desc;

		if (rd_peek(&n, (const void *)at, sizeof(n)))
			return;
		desc = at + sizeof(n) + ((n.n_namesz + 3ull) & ~3ull);
		if (n.n_type == NT_GNU_BUILD_ID && n.n_namesz == 4 && n.n_descsz <= sizeof(m->build_id) &&
		    !rd_peek(m->build_id, (const void *)desc, n.n_descsz)) {
			m->build_id_len = n.n_descsz;
			m->build_id_at = desc;
			return;
		}
		at = desc + ((n.n_descsz + 3ull) & ~3ull);
	}
}

/* Bounds over all segments, and the build-id. */
static void read_headers(struct rd_module *m, const struct dl_find_object *o)
{
	uint64_t at = elf_header(o);
	static Elf64_Phdr ph[64];
	Elf64_Ehdr e;
	int i;

	m->start = (uint64_t)o->dlfo_map_start;
	m->end = (uint64_t)o->dlfo_map_end;
	m->bias = o->dlfo_link_map->l_addr;
	if (!at || rd_peek(&e, (const void *)at, sizeof(e)) || e.e_phentsize != sizeof(*ph) || e.e_phnum > 64 ||
	    rd_peek(ph, (const void *)(at + e.e_phoff), e.e_phnum * sizeof(*ph)))
		return;
	for (i = 0; i < e.e_phnum; i++) {
		uint64_t start = m->bias + ph[i].p_vaddr, end = start + ph[i].p_memsz;

		if (ph[i].p_type != PT_LOAD)
			continue;
		m->start = start < m->start ? start & ~4095ull : m->start;
		m->end = end > m->end ? end : m->end;
	}
	for (i = 0; i < e.e_phnum && !m->build_id_len; i++) {
		if (ph[i].p_type == PT_NOTE)
			read_note(m, m->bias + ph[i].p_vaddr, m->bias + ph[i].p_vaddr + ph[i].p_memsz);
	}
}

void rd_module_path(const struct rd_module *m, char *buf, size_t n)
{
	strncpy(buf, m->path, n - 1);
	buf[n - 1] = 0;
}

static bool publish(struct rd_module *m)
{
	struct rdep_module item = {.id = m->id, .build_id_len = m->build_id_len, .start = m->start, .end = m->end, .bias = m->bias};

	memcpy(item.build_id, m->build_id, sizeof(item.build_id));
	item.path_len = (uint32_t)strlen(m->path);
	return rd_record_put2(RDEP_MODULE, &item, sizeof(item), m->path, item.path_len);
}

/* What is there, and the journal does not know; and the other way round. What finds no room is told when a finding needs it. */
static void tell_moves(void)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		struct rdep_module_gone gone = {.id = modules[i]->id};

		if (modules[i]->away && modules[i]->told)
			rd_record_put(RDEP_MODULE_GONE, &gone, sizeof(gone), NULL, 0);
		modules[i]->told &= !modules[i]->away;
		modules[i]->no_room &= !modules[i]->away;
	}
	for (i = 0; i < count; i++) {
		struct rd_module *m = modules[i];

		if (m->away || m->told || m->no_room)
			continue;
		m->told = publish(m);
		m->no_room = !m->told;
	}
}

void rd_module_tell(uint64_t address)
{
	struct rd_module *m = rd_module_at(address);

	if (m && !m->told)
		m->told = publish(m);
}

static const char *path_of(const struct dl_find_object *o)
{
	const struct link_map *map = o->dlfo_link_map;

	return map->l_name && map->l_name[0] ? map->l_name : rd_record_exe();
}

bool rd_is_program(const struct link_map *map)
{
	return !map->l_prev && map->l_name && !map->l_name[0];
}

/* Is what the loader has at this place still that module? */
static bool same_object(struct rd_module *m, const struct dl_find_object *o)
{
	uint8_t now[sizeof(m->build_id)];

	if (m->away || m->link_map != o->dlfo_link_map || m->bias != o->dlfo_link_map->l_addr || m->eh_frame != o->dlfo_eh_frame)
		return false;
	if (m->confirmed == rd_lock_turn || rd_is_program(o->dlfo_link_map))
		return true;
	if (m->build_id_len ? rd_peek(now, (const void *)m->build_id_at, m->build_id_len) ||
				      memcmp(now, m->build_id, m->build_id_len) != 0
			    : strcmp(path_of(o), m->path) != 0)
		return false;
	m->confirmed = rd_lock_turn;
	return true;
}

/* What tells files without a build-id apart: what they are called, and where their functions begin. */
static uint64_t shape_of(const char *path, const struct dl_find_object *o)
{
	static uint8_t table[4096];
	uint64_t h = hash_bytes(path, strlen(path)), at = (uint64_t)o->dlfo_eh_frame;
	uint32_t head[3] = {0, 0, 0}, left;

	if (!at || rd_peek(head, (const void *)at, sizeof(head)))
		return 0;
	for (left = head[2] < SHAPE_FUNCTIONS ? head[2] : SHAPE_FUNCTIONS, at += sizeof(head); left;) {
		uint32_t n = left < sizeof(table) / 8 ? left : (uint32_t)sizeof(table) / 8;

		if (rd_peek(table, (const void *)at, n * 8))
			return 0;
		h = (h ^ hash_bytes(table, n * 8)) * 0x9e3779b97f4a7c15ull;
		at += n * 8;
		left -= n;
	}
	return h;
}

/* Is it that module, unloaded and loaded again at the same place? Then the loader may know it by another name. */
static bool is_back(struct rd_module *m, const struct dl_find_object *o)
{
	struct rd_module was = *m;

	if (m->bias != o->dlfo_link_map->l_addr || m->eh_frame != o->dlfo_eh_frame)
		return false;
	if (!m->build_id_len && (!m->away || !m->shape || m->shape != shape_of(path_of(o), o)))
		return false;
	m->away = false;
	m->link_map = o->dlfo_link_map;
	m->confirmed = 0;
	if (same_object(m, o))
		return true;
	*m = was;
	return false;
}

static bool still_there(struct rd_module *m)
{
	struct dl_find_object o;

	return _dl_find_object((void *)m->start, &o) == 0 && o.dlfo_link_map && same_object(m, &o);
}

/* What was where it is now is not there any more. True: something was. */
static bool takes_place(const struct rd_module *m)
{
	bool others = false;
	uint32_t i;

	for (i = 0; i < count; i++) {
		struct rd_module *had = modules[i];

		if (had == m || had->start >= m->end || m->start >= had->end)
			continue;
		had->away |= !still_there(had);
		others |= had->away;
	}
	rd_record_before(tell_moves);
	return others;
}

static bool more_room(void)
{
	uint32_t more = room ? room * 2 : 64;
	struct rd_module **wider = rd_mem_alloc(more * sizeof(*wider));

	if (!wider)
		return false;
	if (count)
		memcpy(wider, modules, count * sizeof(*wider));
	rd_mem_free(modules, room * sizeof(*modules));
	modules = wider;
	room = more;
	return true;
}

static struct rd_module *new_module(const struct dl_find_object *o)
{
	const char *path = path_of(o);
	size_t n = strnlen(path, PATH_MAX - 1);
	struct rd_module *m = rd_mem_alloc(sizeof(*m));

	if (!m)
		return NULL;
	m->path = rd_mem_alloc(n + 1);
	if (!m->path) {
		rd_mem_free(m, sizeof(*m));
		return NULL;
	}
	memcpy(m->path, path, n);
	m->link_map = o->dlfo_link_map;
	m->eh_frame = o->dlfo_eh_frame;
	read_headers(m, o);
	m->shape = m->build_id_len ? 0 : shape_of(m->path, o);
	m->identity = m->build_id_len ? hash_bytes(m->build_id, m->build_id_len) : hash_bytes(m->path, n);
	return m;
}

static struct rd_module *add(const struct dl_find_object *o)
{
	struct rd_module *m;
	uint32_t i;

	for (i = 0; i < count; i++) {
		if (is_back(modules[i], o)) {
			recent = i;
			takes_place(modules[i]);
			return modules[i];
		}
	}
	if (count == room && !more_room())
		return NULL;
	m = new_module(o);
	if (!m)
		return NULL;
	m->id = ++last_id;
	modules[count] = m;
	recent = count++;
	if (takes_place(m))
		rd_modules_in_turn = m->salt = m->id;
	return m;
}

struct rd_module *rd_module_at(uint64_t address)
{
	struct dl_find_object o;
	uint32_t i;

	if (_dl_find_object((void *)address, &o) || !o.dlfo_link_map)
		return NULL;
	if (recent < count && same_object(modules[recent], &o))
		return modules[recent];
	for (i = 0; i < count; i++) {
		if (same_object(modules[i], &o)) {
			recent = i;
			return modules[i];
		}
	}
	return add(&o);
}

void rd_module_reset(void)
{
	modules = NULL;
	count = room = last_id = recent = 0;
	rd_modules_in_turn = 0;
	rd_record_before(NULL);
}
