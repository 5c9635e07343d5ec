/* SPDX-License-Identifier: MIT */
/*
 * Locks that are not held as the program says, once for each place: not at all, never yet, as a reader only, still.
 *
 * expect: assert-held certain list_lock
 * stack: acquire list_add_locked add
 * expect: assert-held certain new_lock
 * stack: acquire main
 * expect: assert-held certain map_lock
 * stack: acquire map_change
 * stack: held map_change
 * expect: assert-held certain list_lock
 * stack: acquire may_sleep
 * stack: held flush
 */
#include <reclaimdep/annotate.h>
#include "victim.h"

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t new_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t map_lock = PTHREAD_RWLOCK_INITIALIZER;

static NOINLINE void list_add_locked(void)
{
	reclaimdep_assert_held(&list_lock);
}

static NOINLINE void add(int locked)
{
	if (locked)
		pthread_mutex_lock(&list_lock);
	list_add_locked();
	if (locked)
		pthread_mutex_unlock(&list_lock);
}

static NOINLINE void map_change(void)
{
	pthread_rwlock_rdlock(&map_lock);
	reclaimdep_assert_held(&map_lock);
	reclaimdep_assert_held_write(&map_lock);
	pthread_rwlock_unlock(&map_lock);
}

static NOINLINE void may_sleep(void)
{
	reclaimdep_assert_not_held(&list_lock);
}

static NOINLINE void flush(void)
{
	pthread_mutex_lock(&list_lock);
	may_sleep();
	pthread_mutex_unlock(&list_lock);
	may_sleep();
}

int main(void)
{
	add(1);
	add(0);
	add(0);
	reclaimdep_assert_held(&new_lock);
	map_change();
	flush();
	puts("done");
	return 0;
}
