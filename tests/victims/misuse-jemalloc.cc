/* SPDX-License-Identifier: MIT */
/*
 * The last reference is dropped under the object's own lock, where operator delete and free are another allocator's.
 *
 * needs: jemalloc
 * build: -Wl,--no-as-needed -ljemalloc
 * expect: held-freed certain
 * detail: freed-held
 * stack: acquire drop_last
 * expect: held-freed certain
 * detail: freed-held
 * stack: acquire free_object
 */
#include <memory>
#include <mutex>
#include "victim.h"

struct session {
	std::mutex lock;
	char name[100];
};

static NOINLINE void drop_last()
{
	auto s = std::make_unique<session>();
	std::lock_guard<std::mutex> guard(s->lock);

	s.reset();
}

static NOINLINE void free_object()
{
	auto *m = (pthread_mutex_t *)calloc(1, sizeof(pthread_mutex_t));

	pthread_mutex_lock(m);
	free(m);
}

int main()
{
	drop_last();
	free_object();
	puts("done");
	return 0;
}
