// SPDX-License-Identifier: MIT
/* class.c - see class.h. */
#include "class.h"
#include "engine.h"
#include "hash.h"
#include "lock.h"
#include "lock_words.h"
#include "map.h"
#include "module.h"
#include "options.h"
#include "record.h"
#include "role.h"
#include "stack.h"
#include "sys.h"
#include "tag.h"
#include "threads.h"
#include "wrapper.h"

#include <pthread.h>
#include <semaphore.h>
#include <string.h>

/* A class by what makes it one: the same in every process that runs the same files. */
struct key {
	uint32_t kind, origin;
	uint64_t a, b;
};

struct keyed {
	struct key key;
	uint32_t id;
	UT_hash_handle hh;
};

/* A lock that carries no tag. */
struct instance {
	uint64_t address;
	uint32_t cls, generation, role;
	uint32_t next_in_page; /* index + 1 */
	/* What the program told of a lock whose kind, and with it its tag's place, is not known yet. */
	uint32_t told_name, told_subclass;
	/* Destroyed: where, and what it was; 0: not known to be. */
	uint32_t dead, dead_cls, dead_generation;
	bool shared; /* with other processes, which may initialise it */
};

static struct rd_array classes = RD_ARRAY(sizeof(struct rd_class));
static uint32_t class_count = RDEP_FIRST_CLASS;
static struct keyed *by_key;
/* Init calls seen: (return address, kind or the address past the wrapper) -> class. */
static struct rd_map_of init_sites;
#define SITE_IS_WRAPPED 0xffffffffu

static struct rd_array instances = RD_ARRAY(sizeof(struct instance));
static uint32_t instance_count = 1;
static bool anything_told;
static struct rd_map_of by_address; /* (address, 0) -> instance; (page, 1) -> first of the page */
static uint32_t last_generation;

/* Names that the program gave, each once; and the classes that are subclasses of others. */
struct name {
	uint32_t len;
	uint64_t hash[2];
	char text[RD_CLASS_NAME_MAX];
};
static struct rd_array names = RD_ARRAY(sizeof(struct name));
static uint32_t name_count = 1;
static struct rd_map_of by_name;    /* two hashes -> index in names */
static struct rd_map_of subclasses; /* (class, n) -> class */

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

static uint32_t new_generation(void)
{
	return __atomic_add_fetch(&last_generation, 1, __ATOMIC_RELAXED);
}

struct rd_class *rd_class_at(uint32_t id)
{
	return rd_array_at(&classes, id);
}

uint32_t rd_class_base(uint32_t cls)
{
	uint32_t base = rd_class_at(cls)->base;

	return base ? base : cls;
}

uint32_t rd_class_count(void)
{
	return class_count;
}

static void publish(struct rd_class *c, const struct rdep_class *item, const char *name)
{
	char tail[32 + RD_CLASS_NAME_MAX] = {0}; /* the counters, then the name */

	memcpy(tail + 32, name, item->name_len);
	_Static_assert(sizeof(struct rdep_class) - offsetof(struct rdep_class, acquisitions) == 32, "counters");
	c->item = rd_record_put(RDEP_CLASS, item, offsetof(struct rdep_class, acquisitions), tail, 32 + item->name_len);
}

static struct rd_class *new_class(uint32_t id, struct rdep_class *item, uint64_t where, const char *name)
{
	struct rd_class *c = rd_array_need(&classes, id);

	if (!c) {
		rd_count(RDEP_C_CLASSES_DROPPED);
		return NULL;
	}
	item->id = id;
	*c = (struct rd_class){.id = id, .kind = item->kind, .origin = item->origin, .stack = item->stack, .where = where};
	publish(c, item, name);
	return c;
}

void rd_class_start(void)
{
	static const char *const names[] = {"", "reclaim", "io_reclaim", "fs_reclaim"};
	uint32_t id;

	for (id = RDEP_CLASS_RECLAIM; id <= RDEP_CLASS_FS_RECLAIM; id++) {
		struct rdep_class item = {.kind = RDEP_DOMAIN, .origin = RDEP_BY_NAME, .name_len = (uint32_t)strlen(names[id])};

		new_class(id, &item, 0, names[id]);
	}
}

void rd_class_moved(uint32_t id, struct rdep_class *item)
{
	if (id < class_count)
		rd_class_at(id)->item = item;
}

static uint32_t class_by_key(const struct key *key, struct rdep_class *item, uint64_t where, const char *name)
{
	struct keyed *k;

	HASH_FIND(hh, by_key, key, sizeof(*key), k);
	if (k)
		return k->id;
	k = rd_mem_alloc(sizeof(*k));
	if (!k || !new_class(class_count, item, where, name)) {
		rd_mem_free(k, sizeof(*k));
		return 0;
	}
	k->key = *key;
	k->id = class_count++;
	HASH_ADD(hh, by_key, key, sizeof(k->key), k);
	return k->id;
}

/* ---- by call chain ---- */

static void hash_frames(struct key *key, const struct rd_walk *w, size_t first, size_t n)
{
	size_t i;

	for (i = first; i < first + n && i < w->count; i++) {
		uint64_t pc = w->frames[i].pc;
		const struct rd_module *m = rd_module_at(pc);
		uint64_t where = m ? pc - m->bias : pc;

		key->a = (key->a ^ (m ? m->identity : 0) ^ i) * 0x9e3779b97f4a7c15ull;
		key->b = (key->b ^ where) * 0xff51afd7ed558ccdull;
		key->b ^= key->b >> 32;
	}
}

static uint32_t class_by_chain(unsigned kind, unsigned origin, const void *lock, size_t *first)
{
	const struct rd_walk *w = rd_stack_walk();
	struct key key = {.kind = kind, .origin = origin};
	struct rdep_class item = {.kind = (uint8_t)kind, .origin = (uint8_t)origin, .address = (uint64_t)lock};
	struct keyed *k;
	uint32_t cls;

	*first = rd_wrapper_skip(w);
	hash_frames(&key, w, *first, (size_t)rd_options.class_depth);
	HASH_FIND(hh, by_key, &key, sizeof(key), k);
	if (k)
		return k->id;
	item.stack = rd_stack_of(w->frames[*first].pc, *first + 1);
	cls = class_by_key(&key, &item, w->frames[*first].pc, "");
	if (cls)
		rd_class_at(cls)->novalidate = rd_novalidate_at(w->frames[*first].pc, RD_PLAIN_KIND(kind));
	return cls;
}

uint32_t rd_class_thread(uint64_t start_routine, size_t first)
{
	const struct rd_walk *w = rd_stack_walk();
	const struct rd_module *m = rd_module_at(start_routine);
	struct key key = {.kind = RDEP_LIFE,
			  .origin = RDEP_BY_INIT,
			  .a = m ? m->identity : 0,
			  .b = m ? start_routine - m->bias : start_routine};
	struct rdep_class item = {
		.kind = RDEP_LIFE, .origin = RDEP_BY_INIT, .address = start_routine};
	struct keyed *k;

	hash_frames(&key, w, first, (size_t)rd_options.class_depth);
	HASH_FIND(hh, by_key, &key, sizeof(key), k);
	if (k)
		return k->id;
	item.stack = rd_stack_of(w->frames[first].pc, first + 1);
	return class_by_key(&key, &item, w->frames[first].pc, "");
}

/* ---- by role ---- */

static bool kind_has_roles(unsigned kind)
{
	return kind == RDEP_MUTEX || kind == RDEP_RWLOCK || kind == RDEP_SPIN;
}

bool rd_class_has_roles(uint32_t cls)
{
	const struct rd_class *c = rd_class_at(cls);

	return (c->lump ? rd_class_at(c->lump) : c)->role_count > 0;
}

uint32_t rd_class_whole(uint32_t cls)
{
	uint32_t lump = rd_class_at(cls)->lump;

	return lump ? lump : rd_class_base(cls);
}

uint32_t rd_class_now(uint32_t cls, uint32_t role)
{
	uint32_t own;

	if (!role || !__atomic_load_n(&rd_class_at(cls)->split, __ATOMIC_ACQUIRE))
		return cls;
	own = rd_role_at(rd_role_root(role))->own;
	return own ? own : cls;
}

uint32_t rd_class_of_role(uint32_t role)
{
	const struct rd_role *r = rd_role_at(role);
	const struct rd_class *c = rd_class_at(r->cls);
	uint64_t pcs[1 + RD_ROLE_CALLERS] = {c->where};
	struct key key = {.kind = c->kind, .origin = c->origin};
	struct rdep_class item = {
		.kind = c->kind, .origin = c->origin, .address = r->address, .lump = c->id, .skip = 1};
	static struct rd_walk w;
	size_t n = 1, i;
	uint32_t cls;

	for (i = 0; i < RD_ROLE_CALLERS && r->caller[i]; i++)
		pcs[n++] = r->caller[i];
	w = (struct rd_walk){.count = n};
	for (i = 0; i < n; i++)
		w.frames[i].pc = pcs[i];
	/* The callers that all roles share tell nothing. */
	if (n > 2 && !rd_role_nearest_tell(role))
		item.skip = 2;
	hash_frames(&key, &w, 0, n);
	item.stack = rd_stack_put(pcs, n);
	cls = class_by_key(&key, &item, pcs[item.skip], "");
	if (cls) {
		rd_class_at(cls)->lump = c->id;
		rd_class_at(cls)->novalidate = c->novalidate || rd_novalidate_at(pcs[item.skip], c->kind);
	}
	return cls;
}

/* The role that this event's walk makes, of which frames[first] made the class; and what class it is of. */
static uint32_t role_of_walk(uint32_t *cls, const void *lock, unsigned kind, const struct rd_frame *frames,
			     size_t count, size_t first)
{
	uint32_t role = 0;
	struct rd_role *root;

	if (kind_has_roles(kind) && rd_class_at(*cls)->where == frames[first].pc)
		role = rd_role_add(*cls, frames, count, first, (uint64_t)lock);
	if (role && rd_class_at(*cls)->split) {
		root = rd_role_at(rd_role_root(role));
		if (!root->own)
			root->own = rd_class_of_role(rd_role_root(role));
		*cls = rd_class_now(*cls, role);
	}
	return role;
}

static uint32_t class_by_variable(unsigned kind, const void *lock, const struct rd_module *m)
{
	uint64_t offset = (uint64_t)lock - m->bias;
	/* One variable is one lock: it may be told of before its kind is known. */
	struct key key = {.origin = RDEP_BY_STATIC, .a = m->identity, .b = offset};
	struct rdep_class item = {.kind = (uint8_t)kind,
				  .origin = RDEP_BY_STATIC,
				  .module = m->id,
				  .offset = offset,
				  .address = (uint64_t)lock};

	return class_by_key(&key, &item, (uint64_t)lock, "");
}

/* ---- by name, and by subclass ---- */

static uint32_t name_index(const char *text)
{
	uint64_t hash[2] = {0x9e3779b97f4a7c15ull, 0xc2b2ae3d27d4eb4full};
	uint32_t len, i;
	struct name *n;

	for (len = 0; len < RD_CLASS_NAME_MAX - 1 && text[len]; len++) {
		hash[0] = (hash[0] ^ (unsigned char)text[len]) * 0xff51afd7ed558ccdull;
		hash[1] = (hash[1] ^ (unsigned char)text[len]) * 0xc4ceb9fe1a85ec53ull;
		hash[1] ^= hash[1] >> 29;
	}
	i = rd_map_get(&by_name, hash[0], hash[1]);
	if (i)
		return i;
	n = rd_array_need(&names, name_count);
	if (!n || !rd_map_set(&by_name, hash[0], hash[1], name_count)) {
		rd_count(RDEP_C_CLASSES_DROPPED);
		return 0;
	}
	n->len = len;
	memcpy(n->hash, hash, sizeof(hash));
	memcpy(n->text, text, len);
	return name_count++;
}

static uint32_t class_of_name(struct key key, unsigned kind, uint32_t name, const void *lock)
{
	const struct name *n = rd_array_at(&names, name);
	struct rdep_class item = {
		.kind = (uint8_t)kind, .origin = RDEP_BY_NAME, .address = (uint64_t)lock, .name_len = n->len};

	key.a = n->hash[0];
	key.b = n->hash[1];
	return class_by_key(&key, &item, 0, n->text);
}

/* The name is the class, whatever kinds of lock bear it; the first one's kind is what is shown. */
static uint32_t class_by_name(unsigned kind, uint32_t name, const void *lock)
{
	return class_of_name((struct key){.origin = RDEP_BY_NAME}, kind, name, lock);
}

uint32_t rd_class_named(unsigned kind, const char *text)
{
	uint32_t name = name_index(text);

	return name ? class_of_name((struct key){.kind = kind, .origin = RDEP_BY_NAME}, kind, name, NULL) : 0;
}

uint32_t rd_class_signal(uint32_t sig, const char *name)
{
	struct key key = {.kind = RDEP_SIGNAL, .origin = RDEP_BY_NAME, .a = sig};
	struct rdep_class item = {.kind = RDEP_SIGNAL, .origin = RDEP_BY_NAME, .name_len = (uint32_t)strlen(name)};

	return class_by_key(&key, &item, sig, name);
}

uint32_t rd_class_sub_known(uint32_t cls, uint32_t n)
{
	return n ? rd_map_get(&subclasses, cls, n) : cls;
}

uint32_t rd_class_sub(uint32_t cls, uint32_t n)
{
	const struct rd_class *base = rd_class_at(cls);
	struct rdep_class item = {.kind = base->kind, .origin = base->origin, .stack = base->stack};
	/* No key of a class is of origin 0. */
	struct key key = {.a = cls, .b = n};
	char name[RD_CLASS_NAME_MAX] = {0};
	uint32_t sub = rd_class_sub_known(cls, n);

	if (sub)
		return sub;
	if (base->item) {
		memcpy(&item, base->item, offsetof(struct rdep_class, acquisitions));
		if (item.name_len > sizeof(name))
			item.name_len = 0;
		memcpy(name, base->item->name, item.name_len);
	}
	item.subclass = (uint16_t)n;
	item.inherited = 0;
	sub = class_by_key(&key, &item, base->where, name);
	if (!sub)
		return cls;
	rd_class_at(sub)->base = cls;
	rd_map_set(&subclasses, cls, n, sub);
	return sub;
}

/* ---- where the answer is kept ---- */

static struct instance *instance_of(const void *lock)
{
	uint32_t i = rd_map_get(&by_address, (uint64_t)lock, 0);

	return i ? rd_array_at(&instances, i) : NULL;
}

uint64_t rd_table_epoch;

/* The table has another answer now than it gave before. */
static void table_changed(void)
{
	__atomic_add_fetch(&rd_table_epoch, 1, __ATOMIC_RELEASE);
}

static void set_instance(const void *lock, uint32_t cls, uint32_t generation, uint32_t role)
{
	struct instance *in = instance_of(lock);
	uint64_t page = (uint64_t)lock >> 12;
	uint32_t was;

	if (!in) {
		in = rd_array_need(&instances, instance_count);
		if (!in || !rd_map_set(&by_address, (uint64_t)lock, 0, instance_count)) {
			rd_count(RDEP_C_CLASSES_DROPPED);
			return;
		}
		in->address = (uint64_t)lock;
		in->next_in_page = rd_map_get(&by_address, page, 1);
		rd_map_set(&by_address, page, 1, instance_count);
		instance_count++;
	}
	was = in->cls;
	in->generation = generation;
	in->role = role;
	in->told_name = in->told_subclass = in->dead = 0;
	in->shared = false;
	__atomic_store_n(&in->cls, cls, __ATOMIC_RELEASE);
	if (was)
		table_changed();
}

/* Where all that is kept of it goes. */
static void end_instance(struct instance *in)
{
	bool known = in->cls;

	in->told_name = in->told_subclass = in->generation = in->dead = 0;
	__atomic_store_n(&in->cls, 0, __ATOMIC_RELEASE);
	if (known)
		table_changed();
}

static void set_class(const void *lock, unsigned kind, uint32_t cls, uint32_t generation, uint32_t role)
{
	if (cls < RD_TAG_CLASSES && rd_tag_usable(lock, kind))
		rd_tag_write(lock, kind, cls, generation, role);
	else
		set_instance(lock, cls, generation, role);
}

uint32_t rd_class_role(const void *lock, unsigned kind)
{
	const struct instance *in;

	if (rd_tag_class(lock, kind))
		return rd_tag_role(lock, kind);
	in = kind_has_roles(kind) && !rd_tag_usable(lock, kind) ? instance_of(lock) : NULL;
	return in && in->cls ? in->role : 0;
}

uint32_t rd_class_role_at(uint64_t address, uint32_t cls, uint32_t generation)
{
	const struct rd_class *c = rd_class_at(rd_class_whole(cls));
	const void *lock = (const void *)address;
	uint32_t is_generation;
	char words[sizeof(pthread_rwlock_t)];

	if (c->role_count < 2)
		return c->roles;
	if (rd_peek(words, lock, c->kind == RDEP_RWLOCK ? sizeof(pthread_rwlock_t)
				 : c->kind == RDEP_SPIN ? sizeof(pthread_spinlock_t)
							: sizeof(pthread_mutex_t)))
		return 0;
	return rd_class_get(lock, c->kind, &is_generation) && is_generation == generation
		       ? rd_class_role(lock, c->kind)
		       : 0;
}

void rd_class_retag(const void *lock, unsigned kind, uint32_t cls, uint32_t generation)
{
	uint32_t was = rd_tag_class(lock, kind);

	if (was && was != cls && cls < RD_TAG_CLASSES)
		rd_tag_write(lock, kind, cls, generation, rd_tag_role(lock, kind));
}

uint32_t rd_class_get(const void *lock, unsigned kind, uint32_t *generation)
{
	uint32_t cls = rd_tag_class(lock, kind);
	const struct instance *in;

	if (cls) {
		*generation = rd_tag_generation(lock, kind);
		return rd_class_at(cls)->split ? rd_class_now(cls, rd_tag_role(lock, kind)) : cls;
	}
	/* A lock that can carry a tag and does not is new, whatever was at its address. */
	if (rd_tag_usable(lock, kind))
		return 0;
	in = instance_of(lock);
	if (!in)
		return 0;
	*generation = in->generation;
	cls = __atomic_load_n(&in->cls, __ATOMIC_ACQUIRE);
	return cls && rd_class_at(cls)->split ? rd_class_now(cls, in->role) : cls;
}

static uint32_t told_class(const void *lock, unsigned kind)
{
	const struct instance *in = anything_told ? instance_of(lock) : NULL;

	if (!in)
		return 0;
	return in->told_name ? class_by_name(kind, in->told_name, lock) : in->cls;
}

static uint32_t told_subclass(const void *lock, uint32_t cls)
{
	const struct instance *in = anything_told ? instance_of(lock) : NULL;

	return cls && in && in->told_subclass ? rd_class_sub(cls, in->told_subclass) : cls;
}

static uint32_t told_generation(const void *lock)
{
	const struct instance *in = anything_told ? instance_of(lock) : NULL;

	return in && in->generation ? in->generation : new_generation();
}

uint32_t rd_class_resolve(const void *lock, unsigned kind, uint32_t *generation)
{
	uint32_t cls = rd_class_get(lock, kind, generation);
	const struct rd_module *m;
	const struct rd_walk *w;
	uint32_t role = 0;
	size_t first;

	if (cls)
		return cls;
	m = rd_module_at((uint64_t)lock);
	cls = told_class(lock, kind);
	if (!cls && m) {
		cls = class_by_variable(kind, lock, m);
	} else if (!cls) {
		cls = class_by_chain(kind, RDEP_BY_FIRST, lock, &first);
		w = rd_stack_walk();
		if (cls)
			role = role_of_walk(&cls, lock, kind, w->frames, w->count, first);
	}
	cls = told_subclass(lock, cls);
	*generation = told_generation(lock);
	if (cls)
		set_class(lock, kind, cls, *generation, role);
	/* The tag tells it from now on. */
	if (anything_told && rd_tag_usable(lock, kind) && instance_of(lock))
		end_instance(instance_of(lock));
	/* Set up without a call, and no room for a tag: only the end of its memory ends it. */
	if (!m && !rd_tag_usable(lock, kind))
		rd_forget_begin();
	return cls;
}

/* ---- what the program tells of a lock ---- */

/* The class in the lock's own tag, as a lock of that kind; it may be a word at the end of its page, and no
 * pthread lock at all. */
static uint32_t peek_tag(const void *lock, unsigned kind, size_t size, uint32_t *generation)
{
	char words[sizeof(pthread_rwlock_t)];
	uint32_t cls = rd_peek(words, lock, size) ? 0 : rd_tag_class(lock, kind);

	if (cls)
		*generation = rd_tag_generation(lock, kind);
	return cls;
}

unsigned rd_class_find(const void *lock, uint32_t *cls, uint32_t *generation)
{
	const struct instance *in;

	*generation = 0;
	/* Before rwlocks: the tag is at the same place, in something smaller. */
	*cls = peek_tag(lock, RDEP_SEM, sizeof(sem_t), generation);
	if (*cls && rd_class_at(*cls)->kind == RDEP_SEM)
		return RDEP_SEM;
	*cls = peek_tag(lock, RDEP_MUTEX, sizeof(pthread_mutex_t), generation);
	if (*cls)
		return RDEP_MUTEX;
	*cls = peek_tag(lock, RDEP_RWLOCK, sizeof(pthread_rwlock_t), generation);
	if (*cls)
		return RDEP_RWLOCK;
	in = instance_of(lock);
	*cls = in && !in->told_name ? __atomic_load_n(&in->cls, __ATOMIC_ACQUIRE) : 0;
	if (!*cls)
		return 0;
	*generation = in->generation;
	return rd_class_at(*cls)->kind;
}

/* What is told before the lock's first use is looked for then, by its address. */
static struct instance *told_instance(const void *lock)
{
	struct instance *in = instance_of(lock);

	anything_told = true;
	rd_class_follow_memory(lock);
	if (in)
		return in;
	set_instance(lock, 0, 0, 0);
	return instance_of(lock);
}

void rd_class_tell_name(const void *lock, unsigned kind, const char *text)
{
	uint32_t name = name_index(text), cls, generation = 0;
	struct instance *in;

	if (!name)
		return;
	if (!kind)
		kind = rd_class_find(lock, &cls, &generation);
	if (kind) {
		cls = class_by_name(kind, name, lock);
		if (cls)
			set_class(lock, kind, cls, generation ? generation : new_generation(), 0);
		return;
	}
	in = told_instance(lock);
	if (in)
		in->told_name = name;
}

void rd_class_tell_subclass(const void *lock, uint32_t n)
{
	uint32_t cls, generation;
	unsigned kind = rd_class_find(lock, &cls, &generation);
	struct instance *in;

	if (kind) {
		uint32_t base = rd_class_base(cls);

		set_class(lock, kind, n ? rd_class_sub(base, n) : base, generation, 0);
		return;
	}
	in = told_instance(lock);
	if (in)
		in->told_subclass = n;
}

void rd_class_begin(const void *lock, unsigned kind, uint32_t cls)
{
	set_class(lock, kind, cls, new_generation(), 0);
}

uint32_t rd_class_foresee(const void *lock, uint32_t *generation)
{
	const struct rd_module *m = rd_module_at((uint64_t)lock);
	struct instance *in;
	uint32_t cls;
	size_t first;

	if (rd_class_find(lock, &cls, generation))
		return cls;
	in = told_instance(lock);
	if (!in)
		return 0;
	if (!in->generation)
		in->generation = new_generation();
	*generation = in->generation;
	/* Which kind is not known; most locks are mutexes. */
	cls = told_class(lock, RDEP_MUTEX);
	if (!cls)
		cls = m ? class_by_variable(RDEP_MUTEX, lock, m)
			: class_by_chain(RDEP_MUTEX, RDEP_BY_INIT, lock, &first);
	cls = told_subclass(lock, cls);
	if (!in->told_name && !in->told_subclass)
		__atomic_store_n(&in->cls, cls, __ATOMIC_RELEASE);
	return cls;
}

/* ---- init, destroy, memory given back ---- */

/* The call past the wrapper, as a key: with the variety, in bits that no code address has. */
static uint64_t past_wrapper(uint64_t pc, unsigned kind)
{
	return pc ^ (uint64_t)(kind - RD_PLAIN_KIND(kind)) << 48;
}

/* The class of an init site that was met before; 0 when it must be looked at under the lock. */
static uint32_t init_class_cached(unsigned kind, uint64_t site, uint64_t sp)
{
	uint32_t cls = rd_map_get(&init_sites, site, kind), i, n;
	struct rd_frame frames[6];
	unsigned flags;

	if (cls != SITE_IS_WRAPPED)
		return cls;
	n = (uint32_t)rd_unwind_fast(frames, 6, sp, &flags);
	for (i = 1; i < n; i++) {
		cls = rd_map_get(&init_sites, site, past_wrapper(frames[i].pc, kind));
		if (cls)
			return cls;
	}
	return 0;
}

/* The role of a lock whose init call was met before, of that class; 0: to be looked at under the lock. */
static uint32_t init_role_cached(uint32_t *cls, uint64_t sp)
{
	struct rd_frame frames[6 + RD_ROLE_CALLERS + 1];
	uint64_t where = rd_class_at(*cls)->where;
	unsigned flags;
	size_t n, i;
	uint32_t role;

	n = rd_unwind_fast(frames, RD_ROLE_CALLERS + 2, sp, &flags);
	if (n && frames[0].pc != where)
		n = rd_unwind_fast(frames, sizeof(frames) / sizeof(*frames), sp, &flags);
	for (i = 0; i < n && frames[i].pc != where; i++)
		;
	role = i < n ? rd_role_known(*cls, frames, n, i) : 0;
	if (role)
		*cls = rd_class_now(*cls, role);
	return role;
}

/*
 * A function that is a wrapper by its name, and sets up one lock of an object here and another one there, in one
 * call: it is none, and its locks are told apart by where it sets them up.
 */
static void look_at_wrapper(const struct rd_thread *t, const void *lock, unsigned kind)
{
	static struct {
		uint64_t function, frame, caller, site, lock;
		uint32_t thread, kind;
	} last;
	const struct rd_walk *w = rd_stack_walk();
	size_t first = rd_wrapper_skip(w);
	const struct rd_frame *f = &w->frames[first ? first - 1 : 0];
	uint64_t function = first ? rd_unwind_function(f->pc) : 0;
	bool again = function && function == last.function && f->cfa == last.frame && f[1].pc == last.caller &&
		     t->id == last.thread;

	if (again && f->pc != last.site && (uint64_t)lock - last.lock + 4096 < 8192 && (uint64_t)lock != last.lock &&
	    rd_wrapper_deny(f->pc))
		rd_map_set(&init_sites, last.site, last.kind, 0);
	last.function = function;
	last.frame = f->cfa;
	last.caller = first ? f[1].pc : 0;
	last.site = f->pc;
	last.lock = (uint64_t)lock;
	last.thread = t->id;
	last.kind = kind;
}

static uint32_t init_class(struct rd_thread *t, const void *lock, unsigned kind, uint64_t site, uint64_t sp,
			   uint32_t *role)
{
	const struct rd_walk *w;
	struct rd_locked locked;
	uint32_t cls;
	size_t first;

	rd_enter(t, &locked);
	rd_stack_begin(site, sp);
	look_at_wrapper(t, lock, kind);
	cls = class_by_chain(kind, RDEP_BY_INIT, lock, &first);
	if (cls && rd_options.class_depth == 1) {
		if (first == 0) {
			rd_map_set(&init_sites, site, kind, cls);
		} else {
			rd_map_set(&init_sites, site, kind, SITE_IS_WRAPPED);
			rd_map_set(&init_sites, site, past_wrapper(rd_stack_walk()->frames[first].pc, kind), cls);
		}
	}
	w = rd_stack_walk();
	if (cls)
		*role = role_of_walk(&cls, lock, RD_PLAIN_KIND(kind), w->frames, w->count, first);
	rd_leave(t, &locked);
	return cls;
}

/* A new instance, of which all that was known of its address is forgotten. */
static void begin_instance(struct rd_thread *t, const void *lock, unsigned kind, uint32_t cls, uint32_t role)
{
	uint32_t generation = new_generation();
	struct rd_locked locked;

	if (cls < RD_TAG_CLASSES && rd_tag_usable(lock, kind)) {
		struct instance *in = anything_told ? instance_of(lock) : NULL;

		rd_tag_write(lock, kind, cls, generation, role);
		if (in)
			end_instance(in);
		return;
	}
	rd_enter(t, &locked);
	set_instance(lock, cls, generation, role);
	rd_leave(t, &locked);
}

uint32_t rd_class_init(const void *lock, unsigned kind, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_here();
	uint32_t cls, role = 0;

	if (!t)
		return 0;
	cls = init_class_cached(kind, site, sp);
	if (cls && kind_has_roles(RD_PLAIN_KIND(kind)))
		role = init_role_cached(&cls, sp);
	if (!cls || (!role && kind_has_roles(RD_PLAIN_KIND(kind)) && !rd_role_none(cls)))
		cls = init_class(t, lock, kind, site, sp, &role);
	if (cls)
		begin_instance(t, lock, RD_PLAIN_KIND(kind), cls, role);
	return cls;
}

void rd_lock_init(const void *lock, unsigned kind, uint64_t site, uint64_t sp)
{
	rd_class_init(lock, kind, site, sp);
}

void rd_lock_destroy(const void *lock, unsigned kind)
{
	struct instance *in;

	if (!rd_ready())
		return;
	if (rd_tag_class(lock, kind)) {
		rd_tag_clear(lock, kind);
		if (!anything_told)
			return;
	}
	in = instance_of(lock);
	if (in)
		end_instance(in);
}

void rd_lock_shared(const void *lock)
{
	struct instance *in = rd_ready() ? instance_of(lock) : NULL;

	if (in)
		in->shared = true;
}

/* ---- locks that were destroyed ---- */

static bool table_markable(const struct instance *in, const void *lock, unsigned kind)
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
	const struct instance *in;

	if (rd_tag_usable(lock, kind))
		return true;
	in = instance_of(lock);
	return in && in->cls && table_markable(in, lock, kind);
}

static void mark_instance(struct instance *in, uint32_t place)
{
	uint32_t cls = in->cls, generation = in->generation;

	end_instance(in);
	in->dead_cls = cls;
	in->dead_generation = generation;
	in->dead = place;
}

/* After the call a mutex has no kind any more: where it was kept tells. */
bool rd_class_end(const void *lock, unsigned kind, uint32_t place)
{
	uint32_t cls = rd_tag_class(lock, kind);
	struct instance *in = cls && !anything_told ? NULL : instance_of(lock);

	if (in && in->cls && !cls) {
		mark_instance(in, place);
		return place && kind != RDEP_MUTEX;
	}
	if (place)
		rd_tag_write_dead(lock, kind, cls, cls ? rd_tag_generation(lock, kind) : 0, place);
	else if (cls)
		rd_tag_clear(lock, kind);
	if (in)
		end_instance(in);
	return false;
}

bool rd_class_mark(const void *lock, unsigned kind, uint32_t place)
{
	uint32_t cls = rd_tag_class(lock, kind);

	if (!cls || !place || anything_told)
		return false;
	rd_tag_write_dead(lock, kind, cls, rd_tag_generation(lock, kind), place);
	return true;
}

uint32_t rd_class_ended(const void *lock, unsigned kind, uint32_t *cls, uint32_t *generation)
{
	const struct rd_mutex_words *m = lock;
	const struct instance *in;
	uint32_t place;

	/* Whatever else gave it a kind has initialised it. */
	if (kind == RDEP_MUTEX && m->kind != RD_MUTEX_DESTROYED)
		return 0;
	place = rd_tag_dead(lock, kind, cls, generation);
	if (place)
		return place;
	in = instance_of(lock);
	if (!in || !in->dead)
		return 0;
	*cls = in->dead_cls;
	*generation = in->dead_generation;
	return in->dead;
}

void rd_class_revive(const void *lock, unsigned kind, uint32_t cls, uint32_t generation)
{
	if (instance_of(lock) && instance_of(lock)->dead)
		set_instance(lock, cls, generation, 0);
	else if (cls)
		rd_tag_write(lock, kind, cls, generation, 0);
	else
		rd_tag_clear(lock, kind);
}

uint32_t rd_class_of_place(const void *lock, unsigned kind)
{
	const struct rd_module *m = rd_module_at((uint64_t)lock);
	size_t first;

	return m ? class_by_variable(kind, lock, m) : class_by_chain(kind, RDEP_BY_FIRST, lock, &first);
}

static void forget_page(uint64_t page, uint64_t start, uint64_t end)
{
	uint32_t i = rd_map_get(&by_address, page, 1);

	while (i) {
		struct instance *in = rd_array_at(&instances, i);

		if (in->address >= start && in->address < end)
			end_instance(in);
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
			struct instance *in = rd_array_at(&instances, i);

			if (in->address >= start && in->address < end)
				end_instance(in);
		}
		return;
	}
	for (page = start >> 12; page <= (end - 1) >> 12; page++)
		forget_page(page, start, end);
}

void rd_class_reset(void)
{
	memset(classes.segment, 0, sizeof(classes.segment));
	memset(instances.segment, 0, sizeof(instances.segment));
	class_count = RDEP_FIRST_CLASS;
	instance_count = 1;
	by_key = NULL;
	rd_map_reset(&init_sites);
	rd_map_reset(&by_address);
	memset(names.segment, 0, sizeof(names.segment));
	name_count = 1;
	anything_told = false;
	rd_map_reset(&by_name);
	rd_map_reset(&subclasses);
}
