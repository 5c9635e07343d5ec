/* SPDX-License-Identifier: MIT */
/*
 * C++, in a program and a library that show no symbols, each with its own look-up; one object is made before
 * main.
 *
 * expect: reclaim-inversion certain fs_reclaim table
 * stack: held make_room
 * build: -fvisibility=hidden
 * libraries: annotate-cxx-library
 */
#include <mutex>
#include <reclaimdep/annotate.h>
#include "victim.h"

extern __attribute__((visibility("default"))) std::mutex *table_lock;
__attribute__((visibility("default"))) void make_room(void);

#ifdef PLUGIN_annotate_cxx_library

void make_room(void)
{
	reclaimdep_context_enter(RECLAIMDEP_FS_RECLAIM);
	if (table_lock->try_lock())
		table_lock->unlock();
	table_lock->lock();
	table_lock->unlock();
	reclaimdep_context_leave(RECLAIMDEP_FS_RECLAIM);
}

#else

std::mutex *table_lock __attribute__((visibility("default")));

namespace
{
struct Table {
	std::mutex lock;

	Table()
	{
		table_lock = &lock;
		reclaimdep_lock_class(&lock, "table");
	}
};

Table table;
} // namespace

int main()
{
	make_room();
	std::lock_guard<std::mutex> guard(table.lock);
	delete new int(7);
	puts("done");
	return 0;
}

#endif
