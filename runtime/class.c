// SPDX-License-Identifier: MIT
/* class.c - see class.h. */
#include "class.h"
#include "engine.h"
#include "instance.h"
#include "lock.h"
#include "lock_words.h"
#include "map.h"
#include "module.h"
#include "options.h"
#include "record.h"
#include "role.h"
#include "stack.h"
#include "sys.h"
#include "table.h"
#include "tag.h"
#include "threads.h"
#include "wrapper.h"

#include <pthread.h>
#include <semaphore.h>
#include <string.h>

struct rd_array rd_classes = RD_ARRAY(sizeof(struct rd_class));
static uint32_t class_count = RDEP_FIRST_CLASS;
static struct rd_table by_key;

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
	struct rd_class *c = rd_array_need(&rd_classes, id);

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

static uint32_t hash_of_key(const struct rd_class_key *key)
{
	return rd_map_hash(key->a ^ (uint64_t)key->kind << 40, key->b + key->origin);
}

static uint32_t *next_of(uint32_t cls)
{
	return &rd_class_at(cls)->next;
}

static uint32_t hash_of(uint32_t cls)
{
	return hash_of_key(&rd_class_at(cls)->key);
}

/* The class of that key, or 0. Under the runtime lock. */
static uint32_t find_key(const struct rd_class_key *key)
{
	uint32_t cls = rd_table_first(&by_key, hash_of_key(key));

	while (cls && memcmp(&rd_class_at(cls)->key, key, sizeof(*key)))
		cls = rd_class_at(cls)->next;
	return cls;
}

static uint32_t class_by_key(const struct rd_class_key *key, struct rdep_class *item, uint64_t where, const char *name)
{
	static const struct rd_table_of of = {next_of, hash_of};
	uint32_t cls = find_key(key);
	struct rd_class *c;

	if (cls)
		return cls;
	c = new_class(class_count, item, where, name);
	if (!c)
		return 0;
	c->key = *key;
	if (class_count >= RD_TAG_FAR)
		rd_count(RDEP_C_CLASSES_FAR);
	if (!rd_table_add(&by_key, &of, class_count)) {
		rd_count(RDEP_C_CLASSES_DROPPED);
		return 0;
	}
	return class_count++;
}

/* ---- by call chain ---- */

static void hash_frames(struct rd_class_key *key, const struct rd_walk *w, size_t first, size_t n)
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

uint32_t rd_class_by_chain(unsigned kind, unsigned origin, const void *lock, size_t *first)
{
	const struct rd_walk *w = rd_stack_walk();
	struct rd_class_key key = {.kind = kind, .origin = origin};
	struct rdep_class item = {.kind = (uint8_t)kind, .origin = (uint8_t)origin, .address = (uint64_t)lock};
	uint32_t cls;

	*first = rd_wrapper_skip(w);
	hash_frames(&key, w, *first, (size_t)rd_options.class_depth);
	cls = find_key(&key);
	if (cls)
		return cls;
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
	struct rd_class_key key = {.kind = RDEP_LIFE,
			  .origin = RDEP_BY_INIT,
			  .a = m ? m->identity : 0,
			  .b = m ? start_routine - m->bias : start_routine};
	struct rdep_class item = {
		.kind = RDEP_LIFE, .origin = RDEP_BY_INIT, .address = start_routine};
	uint32_t cls;

	hash_frames(&key, w, first, (size_t)rd_options.class_depth);
	cls = find_key(&key);
	if (cls)
		return cls;
	item.stack = rd_stack_of(w->frames[first].pc, first + 1);
	return class_by_key(&key, &item, w->frames[first].pc, "");
}

/* ---- by role ---- */

bool rd_kind_has_roles(unsigned kind)
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
	struct rd_class_key key = {.kind = c->kind, .origin = c->origin};
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
uint32_t rd_class_role_of_walk(uint32_t *cls, const void *lock, unsigned kind, const struct rd_frame *frames,
			     size_t count, size_t first)
{
	uint32_t role = 0;
	struct rd_role *root;

	if (rd_kind_has_roles(kind) && rd_class_at(*cls)->where == frames[first].pc)
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
	struct rd_class_key key = {.origin = RDEP_BY_STATIC, .a = m->identity, .b = offset};
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

static uint32_t class_of_name(struct rd_class_key key, unsigned kind, uint32_t name, const void *lock)
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
	return class_of_name((struct rd_class_key){.origin = RDEP_BY_NAME}, kind, name, lock);
}

uint32_t rd_class_named(unsigned kind, const char *text)
{
	uint32_t name = name_index(text);

	return name ? class_of_name((struct rd_class_key){.kind = kind, .origin = RDEP_BY_NAME}, kind, name, NULL) : 0;
}

uint32_t rd_class_signal(uint32_t sig, const char *name)
{
	struct rd_class_key key = {.kind = RDEP_SIGNAL, .origin = RDEP_BY_NAME, .a = sig};
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
	struct rd_class_key key = {.a = cls, .b = n};
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

static void set_class(const void *lock, unsigned kind, uint32_t cls, uint32_t generation, uint32_t role)
{
	if (rd_tag_usable(lock, kind))
		rd_tag_write(lock, kind, cls, generation, role);
	else
		rd_instance_set(lock, cls, generation, role);
}

uint32_t rd_class_role(const void *lock, unsigned kind)
{
	const struct rd_instance *in;

	if (rd_tag_class(lock, kind))
		return rd_tag_role(lock, kind);
	in = rd_kind_has_roles(kind) && !rd_tag_usable(lock, kind) ? rd_instance_of(lock) : NULL;
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
	uint32_t was = rd_tag_class_far(lock, kind);

	if (was && was != cls && was < RD_TAG_FAR && cls < RD_TAG_FAR)
		rd_tag_write(lock, kind, cls, generation, rd_tag_role(lock, kind));
}

uint32_t rd_class_get(const void *lock, unsigned kind, uint32_t *generation)
{
	uint32_t cls = rd_tag_class_far(lock, kind);
	const struct rd_instance *in;

	if (cls) {
		*generation = rd_tag_generation(lock, kind);
		return rd_class_at(cls)->split ? rd_class_now(cls, rd_tag_role(lock, kind)) : cls;
	}
	/* A lock that can carry a tag and does not is new, whatever was at its address. */
	if (rd_tag_usable(lock, kind))
		return 0;
	in = rd_instance_of(lock);
	if (!in)
		return 0;
	*generation = in->generation;
	cls = __atomic_load_n(&in->cls, __ATOMIC_ACQUIRE);
	return cls && rd_class_at(cls)->split ? rd_class_now(cls, in->role) : cls;
}

static uint32_t told_class(const void *lock, unsigned kind)
{
	const struct rd_instance *in = rd_anything_told ? rd_instance_of(lock) : NULL;

	if (!in)
		return 0;
	return in->told_name ? class_by_name(kind, in->told_name, lock) : in->cls;
}

static uint32_t told_subclass(const void *lock, uint32_t cls)
{
	const struct rd_instance *in = rd_anything_told ? rd_instance_of(lock) : NULL;

	return cls && in && in->told_subclass ? rd_class_sub(cls, in->told_subclass) : cls;
}

static uint32_t told_generation(const void *lock)
{
	const struct rd_instance *in = rd_anything_told ? rd_instance_of(lock) : NULL;

	return in && in->generation ? in->generation : rd_new_generation();
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
		cls = rd_class_by_chain(kind, RDEP_BY_FIRST, lock, &first);
		w = rd_stack_walk();
		if (cls)
			rd_class_first_is(kind, cls, first);
		if (cls)
			role = rd_class_role_of_walk(&cls, lock, kind, w->frames, w->count, first);
	}
	cls = told_subclass(lock, cls);
	*generation = told_generation(lock);
	if (cls)
		set_class(lock, kind, cls, *generation, role);
	/* The tag tells it from now on. */
	if (rd_anything_told && rd_tag_usable(lock, kind) && rd_instance_of(lock))
		rd_instance_end(rd_instance_of(lock));
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
	uint32_t cls = rd_peek(words, lock, size) ? 0 : rd_tag_class_far(lock, kind);

	if (cls)
		*generation = rd_tag_generation(lock, kind);
	return cls;
}

unsigned rd_class_find(const void *lock, uint32_t *cls, uint32_t *generation)
{
	const struct rd_instance *in;

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
	in = rd_instance_of(lock);
	*cls = in && !in->told_name ? __atomic_load_n(&in->cls, __ATOMIC_ACQUIRE) : 0;
	if (!*cls)
		return 0;
	*generation = in->generation;
	return rd_class_at(*cls)->kind;
}

/* What is told before the lock's first use is looked for then, by its address. */
static struct rd_instance *told_instance(const void *lock)
{
	struct rd_instance *in = rd_instance_of(lock);

	if (!rd_anything_told) {
		rd_anything_told = true;
		rd_makings_forget();
	}
	rd_class_follow_memory(lock);
	if (in)
		return in;
	rd_instance_set(lock, 0, 0, 0);
	return rd_instance_of(lock);
}

void rd_class_tell_name(const void *lock, unsigned kind, const char *text)
{
	uint32_t name = name_index(text), cls, generation = 0;
	struct rd_instance *in;

	if (!name)
		return;
	if (!kind)
		kind = rd_class_find(lock, &cls, &generation);
	if (kind) {
		cls = class_by_name(kind, name, lock);
		if (cls)
			set_class(lock, kind, cls, generation ? generation : rd_new_generation(), 0);
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
	struct rd_instance *in;

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
	set_class(lock, kind, cls, rd_new_generation(), 0);
}

uint32_t rd_class_foresee(const void *lock, uint32_t *generation)
{
	const struct rd_module *m = rd_module_at((uint64_t)lock);
	struct rd_instance *in;
	uint32_t cls;
	size_t first;

	if (rd_class_find(lock, &cls, generation))
		return cls;
	in = told_instance(lock);
	if (!in)
		return 0;
	if (!in->generation)
		in->generation = rd_new_generation();
	*generation = in->generation;
	/* Which kind is not known; most locks are mutexes. */
	cls = told_class(lock, RDEP_MUTEX);
	if (!cls)
		cls = m ? class_by_variable(RDEP_MUTEX, lock, m)
			: rd_class_by_chain(RDEP_MUTEX, RDEP_BY_INIT, lock, &first);
	cls = told_subclass(lock, cls);
	if (!in->told_name && !in->told_subclass)
		__atomic_store_n(&in->cls, cls, __ATOMIC_RELEASE);
	return cls;
}

uint32_t rd_class_of_place(const void *lock, unsigned kind)
{
	const struct rd_module *m = rd_module_at((uint64_t)lock);
	size_t first;

	return m ? class_by_variable(kind, lock, m) : rd_class_by_chain(kind, RDEP_BY_FIRST, lock, &first);
}

void rd_class_tell(uint32_t cls)
{
	struct rd_class *c = cls ? rd_class_at(cls) : NULL;
	const struct rd_module *m;
	struct rdep_class item;
	const struct name *n = NULL;

	if (!c || c->item)
		return;
	item = (struct rdep_class){.id = cls, .kind = c->kind, .origin = c->origin, .stack = c->stack, .lump = c->lump};
	if (c->origin == RDEP_BY_STATIC && (m = rd_module_at(c->where))) {
		item.module = m->id;
		item.offset = c->where - m->bias;
		item.address = c->where;
		rd_module_tell(c->where);
	}
	if (c->origin == RDEP_BY_NAME && rd_map_get(&by_name, c->key.a, c->key.b))
		n = rd_array_at(&names, rd_map_get(&by_name, c->key.a, c->key.b));
	item.name_len = n ? n->len : 0;
	rd_stack_tell(c->stack);
	publish(c, &item, n ? n->text : "");
}

void rd_class_reset(void)
{
	memset(rd_classes.segment, 0, sizeof(rd_classes.segment));
	class_count = RDEP_FIRST_CLASS;
	rd_instance_reset();
	rd_class_init_reset();
	memset(&by_key, 0, sizeof(by_key));
	memset(names.segment, 0, sizeof(names.segment));
	name_count = 1;
	rd_map_reset(&by_name);
	rd_map_reset(&subclasses);
}
