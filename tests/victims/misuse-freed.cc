/* SPDX-License-Identifier: MIT */
/*
 * Memory is given back while a lock in it is held: the last reference dropped under the object's own lock, an object
 * deleted by its own method, free, realloc that moves, munmap. What is unlocked in it later is not told again.
 *
 * expect: held-freed certain
 * detail: freed-held
 * stack: acquire drop_last
 * stack: held drop_last
 * expect: held-freed certain
 * detail: freed-held
 * stack: acquire worker::delete_self
 * expect: held-freed certain
 * detail: freed-held
 * stack: acquire free_object
 * stack: held hold
 * expect: held-freed certain
 * detail: freed-held
 * stack: acquire move_object
 * expect: held-freed certain
 * detail: unmapped-held
 * stack: acquire unmap_object
 * expect: held-freed certain
 * detail: freed-held
 * stack: acquire free_reader
 * expect: held-freed certain
 * detail: freed-held
 * stack: acquire free_large
 * expect: held-freed certain
 * detail: freed-held
 * stack: acquire free_then_unlock
 */
#include <sys/mman.h>
#include <memory>
#include <mutex>
#include "victim.h"

struct session {
	std::mutex lock;
	int value = 1;
};

static NOINLINE void drop_last()
{
	auto s = std::make_shared<session>();
	std::lock_guard<std::mutex> guard(s->lock);

	s.reset();
}

struct worker {
	std::mutex lock;
	NOINLINE void delete_self()
	{
		std::lock_guard<std::mutex> guard(lock);

		delete this;
	}
};

struct object {
	long pad[4];
	pthread_mutex_t lock;
	pthread_rwlock_t table;
};

static NOINLINE void hold(object *o)
{
	pthread_mutex_lock(&o->lock);
}

static object *new_object(size_t n)
{
	object *o = (object *)calloc(1, n);

	must(o != nullptr, "calloc");
	return o;
}

static NOINLINE void free_object()
{
	object *o = new_object(sizeof(object));

	hold(o);
	free(o);
}

/* The lock's words are zero when it is unlocked: that is no unlock-unheld as well. */
static NOINLINE void free_then_unlock()
{
	object *o = new_object(1000), *next;

	pthread_mutex_lock(&o->lock);
	free(o);
	next = (object *)malloc(1000);
	must(next == o, "the same block again");
	memset((void *)next, 0, 1000);
	pthread_mutex_unlock(&o->lock);
	free(next);
}

static NOINLINE void free_reader()
{
	object *o = new_object(sizeof(object));

	pthread_rwlock_rdlock(&o->table);
	free(o);
}

static NOINLINE void free_large()
{
	char *p = (char *)calloc(1, 4 << 20);
	object *o = (object *)(p + (4 << 20) - sizeof(object));

	must(p != nullptr, "calloc");
	pthread_mutex_lock(&o->lock);
	free(p);
}

static NOINLINE void move_object()
{
	object *o = new_object(sizeof(object));
	void *next = malloc(sizeof(object)); /* nothing can grow into it */
	object *to;

	pthread_mutex_lock(&o->lock);
	to = (object *)realloc(o, 64 << 20);
	must(to != o, "realloc that moves");
	free(next);
	free(to);
}

static NOINLINE void unmap_object()
{
	void *p = mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	object *o = (object *)((char *)p + 4000);

	must(p != MAP_FAILED, "mmap");
	pthread_mutex_lock(&o->lock);
	munmap(p, 8192);
}

int main()
{
	drop_last();
	(new worker)->delete_self();
	free_object();
	free_reader();
	free_then_unlock();
	free_large();
	move_object();
	unmap_object();
	puts("done");
	return 0;
}
