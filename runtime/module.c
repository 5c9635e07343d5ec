// SPDX-License-Identifier: MIT
/* module.c - see module.h. */
#define _GNU_SOURCE
#include "module.h"
#include "mem.h"
#include "record.h"
#include "sys.h"

#include <dlfcn.h>
#include <elf.h>
#include <limits.h>
#include <link.h>
#include <string.h>

static struct rd_module **modules;
static uint32_t count, room, last_id;
static uint32_t recent; /* index of the last one asked for */

static uint64_t hash_bytes(const void *p, size_t n)
{
	const uint8_t *b = p;
	uint64_t h = 0xcbf29ce484222325ull;

	while (n--)
		h = (h ^ *b++) * 0x100000001b3ull;
	return h;
}

static void read_build_id(struct rd_module *m)
{
	const Elf64_Ehdr *e = (const Elf64_Ehdr *)m->start;
	const Elf64_Phdr *p;
	Elf64_Ehdr copy;
	int i;

	if (rd_peek(&copy, e, sizeof(copy)) || memcmp(copy.e_ident, ELFMAG, SELFMAG) != 0 ||
	    copy.e_phentsize != sizeof(*p) || copy.e_phoff + copy.e_phnum * sizeof(*p) > m->end - m->start)
		return;
	p = (const Elf64_Phdr *)(m->start + copy.e_phoff);
	for (i = 0; i < copy.e_phnum; i++) {
		Elf64_Phdr ph;
		uint64_t at, end;

		if (rd_peek(&ph, p + i, sizeof(ph)) || ph.p_type != PT_NOTE)
			continue;
		at = m->bias + ph.p_vaddr;
		end = at + ph.p_memsz;
		while (at >= m->start && at + sizeof(Elf64_Nhdr) <= end && end <= m->end) {
			Elf64_Nhdr n;
			uint64_t desc;

			if (rd_peek(&n, (const void *)at, sizeof(n)))
				break;
			desc = at + sizeof(n) + ((n.n_namesz + 3u) & ~3u);
			if (n.n_type == NT_GNU_BUILD_ID && n.n_namesz == 4 && n.n_descsz <= sizeof(m->build_id) &&
			    !rd_peek(m->build_id, (const void *)desc, n.n_descsz)) {
				m->build_id_len = n.n_descsz;
				return;
			}
			at = desc + ((n.n_descsz + 3u) & ~3u);
		}
	}
}

void rd_module_path(const struct rd_module *m, char *buf, size_t n)
{
	const struct link_map *map = m->link_map;
	const char *path = map->l_name && map->l_name[0] ? map->l_name : rd_record_exe();

	strncpy(buf, path, n - 1);
	buf[n - 1] = 0;
}

static void publish(struct rd_module *m)
{
	static char path[PATH_MAX];
	struct rdep_module item = {.id = m->id, .build_id_len = m->build_id_len, .start = m->start, .end = m->end, .bias = m->bias};

	rd_module_path(m, path, sizeof(path));
	memcpy(item.build_id, m->build_id, sizeof(item.build_id));
	item.path_len = (uint32_t)strlen(path);
	m->identity = m->build_id_len ? hash_bytes(m->build_id, m->build_id_len) : hash_bytes(path, item.path_len);
	rd_record_put2(RDEP_MODULE, &item, sizeof(item), path, item.path_len);
}

static void drop(uint32_t i)
{
	struct rdep_module_gone gone = {.id = modules[i]->id};

	rd_record_put(RDEP_MODULE_GONE, &gone, sizeof(gone), NULL, 0);
	/* The struct stays: classes may point to it. */
	modules[i] = modules[--count];
}

static bool same_object(const struct rd_module *m, const struct dl_find_object *o)
{
	struct rd_module now = {.start = m->start, .end = m->end, .bias = m->bias};

	if (m->start != (uint64_t)o->dlfo_map_start || m->end != (uint64_t)o->dlfo_map_end ||
	    m->link_map != o->dlfo_link_map || m->eh_frame != o->dlfo_eh_frame)
		return false;
	if (!m->build_id_len)
		return true;
	read_build_id(&now);
	return now.build_id_len == m->build_id_len && memcmp(now.build_id, m->build_id, now.build_id_len) == 0;
}

static struct rd_module *add(const struct dl_find_object *o)
{
	struct rd_module *m;
	uint32_t i;

	for (i = count; i-- > 0;) {
		if (modules[i]->start < (uint64_t)o->dlfo_map_end && (uint64_t)o->dlfo_map_start < modules[i]->end)
			drop(i);
	}
	if (count == room) {
		uint32_t more = room ? room * 2 : 64;
		struct rd_module **wider = rd_mem_alloc(more * sizeof(*wider));

		if (!wider)
			return NULL;
		if (count)
			memcpy(wider, modules, count * sizeof(*wider));
		rd_mem_free(modules, room * sizeof(*modules));
		modules = wider;
		room = more;
	}
	m = rd_mem_alloc(sizeof(*m));
	if (!m)
		return NULL;
	m->start = (uint64_t)o->dlfo_map_start;
	m->end = (uint64_t)o->dlfo_map_end;
	m->bias = o->dlfo_link_map->l_addr;
	m->link_map = o->dlfo_link_map;
	m->eh_frame = o->dlfo_eh_frame;
	m->id = ++last_id;
	read_build_id(m);
	publish(m);
	modules[count] = m;
	recent = count++;
	return m;
}

struct rd_module *rd_module_at(uint64_t address)
{
	struct dl_find_object o;
	uint32_t i;

	if (_dl_find_object((void *)address, &o) || !o.dlfo_link_map)
		return NULL;
	if (recent < count && modules[recent]->start == (uint64_t)o.dlfo_map_start && same_object(modules[recent], &o))
		return modules[recent];
	for (i = 0; i < count; i++) {
		if (modules[i]->start == (uint64_t)o.dlfo_map_start && same_object(modules[i], &o)) {
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
}
