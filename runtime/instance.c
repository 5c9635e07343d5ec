// SPDX-License-Identifier: MIT
/* instance.c - see instance.h. */
#include "instance.h"
#include "class.h"
#include "core_root.h"
#include "engine.h"
#include "event.h"
#include "lock_words.h"
#include "map.h"
#include "mem.h"
#include "module.h"
#include "record.h"
#include "table.h"
#include "tag.h"
#include "threads.h"

#include <string.h>

static struct rd_array instances = RD_ARRAY(sizeof(struct rd_instance));
static uint32_t instance_count = 1;
static struct rd_table by_address;
static struct rd_map_of by_page; /* (page, 0) -> first of the page */
bool rd_anything_told;

void rd_instance_core(uint64_t *address)
{
	address[RD_CORE_INSTANCES] = (uint64_t)&instances;
	address[RD_CORE_INSTANCE_COUNT] = (uint64_t)&instance_count;
}

/* ---- generations ---- */

#define GENERATIONS 64u /* taken at once */
static uint32_t last_generation;

uint32_t rd_new_generation(void)
{
	struct rd_thread *t = rd_self;

	if (!t)
		return __atomic_add_fetch(&last_generation, 1, __ATOMIC_RELAXED);
	if (t->generation == t->last_generation) {
		t->generation = __atomic_fetch_add(&last_generation, GENERATIONS, __ATOMIC_RELAXED);
		t->last_generation = t->generation + GENERATIONS;
	}
	return ++t->generation;
}

/* ---- the table ---- */

static struct rd_instance *at(uint32_t i)
{
	return rd_array_item(&instances, i, sizeof(struct rd_instance));
}

static uint32_t hash_of_address(uint64_t address)
{
	return rd_map_hash(address, 0);
}

struct rd_instance *rd_instance_of(const void *lock)
{
	uint32_t hash = hash_of_address((uint64_t)lock), moves, i;
	unsigned tries = 0;

	do {
		moves = rd_table_moves(&by_address);
		for (i = rd_table_first(&by_address, hash); i; i = __atomic_load_n(&at(i)->next, __ATOMIC_ACQUIRE)) {
			if (at(i)->address == (uint64_t)lock)
				return at(i);
		}
	} while (rd_table_moved(&by_address, moves, &tries));
	return NULL;
}

static uint32_t *next_of(uint32_t i)
{
	return &at(i)->next;
}

static uint32_t hash_of(uint32_t i)
{
	return hash_of_address(at(i)->address);
}

uint64_t rd_table_epoch;

/* The table has another answer now than it gave before. */
static void table_changed(void)
{
	__atomic_add_fetch(&rd_table_epoch, 1, __ATOMIC_RELEASE);
}

void rd_instance_set(const void *lock, uint32_t cls, uint32_t generation, uint32_t role)
{
	static const struct rd_table_of of = {next_of, hash_of};
	struct rd_instance *in = rd_instance_of(lock);
	uint64_t page = (uint64_t)lock >> 12;
	uint32_t was;

	if (!in) {
		in = rd_array_need(&instances, instance_count);
		if (in)
			*in = (struct rd_instance){.address = (uint64_t)lock, .next_in_page = rd_map_get(&by_page, page, 0)};
		if (!in || !rd_table_add(&by_address, &of, instance_count)) {
			rd_count(RDEP_C_CLASSES_DROPPED);
			return;
		}
		rd_map_set(&by_page, page, 0, instance_count);
		instance_count++;
	}
	was = in->cls;
	in->generation = generation;
	in->role = role;
	in->told_name = in->told_subclass = in->dead = 0;
	in->shared = 0;
	__atomic_store_n(&in->cls, cls, __ATOMIC_RELEASE);
	if (was)
		table_changed();
}

void rd_instance_end(struct rd_instance *in)
{
	bool known = in->cls;

	in->told_name = in->told_subclass = in->generation = in->dead = 0;
	__atomic_store_n(&in->cls, 0, __ATOMIC_RELEASE);
	if (known)
		table_changed();
}

/* ---- locks that end ---- */

void rd_lock_destroy(const void *lock, unsigned kind)
{
	struct rd_instance *in;

	if (!rd_ready())
		return;
	if (rd_tag_class(lock, kind)) {
		rd_tag_clear(lock, kind);
		if (!rd_anything_told)
			return;
	}
	in = rd_instance_of(lock);
	if (in)
		rd_instance_end(in);
}

void rd_lock_shared(const void *lock)
{
	struct rd_instance *in = rd_ready() ? rd_instance_of(lock) : NULL;

	if (in)
		in->shared = 1;
}

/* ---- locks that were destroyed ---- */

static bool table_markable(const struct rd_instance *in, const void *lock, unsigned kind)
{
	const union rd_lock_words *w = lock;
	uint32_t origin;

	switch (kind) {
	case RDEP_MUTEX:
		/* Whoever initialises it gives it a kind. */
		return true;
	case RDEP_RWLOCK:
		return !w->rwlock.shared;
	case RDEP_SPIN:
		return !in->shared;
	case RDEP_USER:
		/* Who never tells of an init call may use the memory again without one. */
		origin = rd_class_at(in->cls)->origin;
		return origin == RDEP_BY_INIT || origin == RDEP_BY_NAME;
	default:
		return false;
	}
}

bool rd_class_markable(const void *lock, unsigned kind)
{
	const struct rd_instance *in;

	if (rd_tag_usable(lock, kind))
		return true;
	in = rd_instance_of(lock);
	return in && in->cls && table_markable(in, lock, kind);
}

static void mark_instance(struct rd_instance *in, uint32_t place)
{
	uint32_t cls = in->cls, generation = in->generation;

	rd_instance_end(in);
	in->dead_cls = cls;
	in->dead_generation = generation;
	in->dead = place;
}

/* After the call a mutex has no kind any more: where it was kept tells. */
bool rd_class_end(const void *lock, unsigned kind, uint32_t place)
{
	uint32_t cls = rd_tag_class_far(lock, kind);
	struct rd_instance *in = cls && !rd_anything_told ? NULL : rd_instance_of(lock);

	if (in && in->cls && !cls) {
		mark_instance(in, place);
		return place && kind != RDEP_MUTEX;
	}
	if (place)
		rd_tag_write_dead(lock, kind, cls, cls ? rd_tag_generation(lock, kind) : 0, place);
	else if (cls)
		rd_tag_clear(lock, kind);
	if (in)
		rd_instance_end(in);
	return false;
}

bool rd_class_mark(const void *lock, unsigned kind, uint32_t place)
{
	uint32_t cls = rd_tag_class_far(lock, kind);

	if (!cls || !place || rd_anything_told)
		return false;
	rd_tag_write_dead(lock, kind, cls, rd_tag_generation(lock, kind), place);
	return true;
}

uint32_t rd_class_ended(const void *lock, unsigned kind, uint32_t *cls, uint32_t *generation)
{
	const struct rd_mutex_words *m = lock;
	const struct rd_instance *in;
	uint32_t place;

	/* Whatever else gave it a kind has initialised it. */
	if (kind == RDEP_MUTEX && m->kind != RD_MUTEX_DESTROYED)
		return 0;
	place = rd_tag_dead(lock, kind, cls, generation);
	if (place)
		return place;
	in = rd_instance_of(lock);
	if (!in || !in->dead)
		return 0;
	*cls = in->dead_cls;
	*generation = in->dead_generation;
	return in->dead;
}

void rd_class_revive(const void *lock, unsigned kind, uint32_t cls, uint32_t generation)
{
	if (rd_instance_of(lock) && rd_instance_of(lock)->dead)
		rd_instance_set(lock, cls, generation, 0);
	else if (cls)
		rd_tag_write(lock, kind, cls, generation, 0);
	else
		rd_tag_clear(lock, kind);
}

/* ---- memory given back ---- */

uint8_t rd_forget_on;

void rd_forget_begin(void)
{
	if (!rd_forget_on)
		rd_threads_tell_frees();
	rd_forget_on = 1;
}

void rd_class_follow_memory(const void *lock)
{
	if (!rd_forget_on && !rd_module_at((uint64_t)lock))
		rd_forget_begin();
}

static void forget_page(uint64_t page, uint64_t start, uint64_t end)
{
	uint32_t i = rd_map_get(&by_page, page, 0);

	while (i) {
		struct rd_instance *in = rd_array_at(&instances, i);

		if (in->address >= start && in->address < end)
			rd_instance_end(in);
		i = in->next_in_page;
	}
}

void rd_forget(const void *p, size_t n)
{
	uint64_t start = (uint64_t)p, end = start + n, page;

	if (!rd_ready() || !n)
		return;
	/* A range of more pages than there are locks is looked through the other way round. */
	if (n >> 12 > __atomic_load_n(&instance_count, __ATOMIC_ACQUIRE)) {
		uint32_t i, count = __atomic_load_n(&instance_count, __ATOMIC_ACQUIRE);

		for (i = 1; i < count; i++) {
			struct rd_instance *in = rd_array_at(&instances, i);

			if (in->address >= start && in->address < end)
				rd_instance_end(in);
		}
		return;
	}
	for (page = start >> 12; page <= (end - 1) >> 12; page++)
		forget_page(page, start, end);
}

void rd_instance_reset(void)
{
	memset(instances.segment, 0, sizeof(instances.segment));
	instance_count = 1;
	rd_anything_told = false;
	memset(&by_address, 0, sizeof(by_address));
	rd_map_reset(&by_page);
}
