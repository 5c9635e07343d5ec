/* SPDX-License-Identifier: MIT */
/*
 * Silent: the subclass is of one acquisition only, a try's too; a recursive lock that was taken with one is
 * taken again without; a lock held with one is waited with.
 *
 * expect: none
 */
#include <reclaimdep/annotate.h>
#include "victim.h"

static pthread_mutex_t parent, child, recursive;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;

static NOINLINE void descend(void)
{
	pthread_mutex_lock(&parent);
	reclaimdep_next_subclass(1);
	pthread_mutex_lock(&child);
	pthread_mutex_unlock(&child);
	pthread_mutex_unlock(&parent);
}

/* Not with the subclass: of the class that both are of. */
static NOINLINE void other(void)
{
	pthread_mutex_lock(&child);
	pthread_mutex_lock(&parent);
	pthread_mutex_unlock(&parent);
	pthread_mutex_unlock(&child);
}

static NOINLINE void again(void)
{
	pthread_mutex_lock(&parent);
	reclaimdep_next_subclass(2);
	pthread_mutex_lock(&recursive);
	pthread_mutex_lock(&recursive);
	pthread_mutex_lock(&recursive);
	pthread_mutex_unlock(&recursive);
	pthread_mutex_unlock(&recursive);
	reclaimdep_assert_held(&recursive);
	pthread_mutex_unlock(&recursive);
	reclaimdep_assert_not_held(&recursive);
	pthread_mutex_unlock(&parent);
}

static NOINLINE void waits(void)
{
	static const struct timespec past = {0, 1};

	pthread_mutex_lock(&parent);
	reclaimdep_next_subclass(1);
	must(!pthread_mutex_trylock(&child), "trylock");
	pthread_cond_timedwait(&cond, &child, &past);
	pthread_mutex_unlock(&child);
	pthread_mutex_unlock(&parent);
}

static void set_up(pthread_mutex_t *m, int type)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, type);
	pthread_mutex_init(m, &attr);
	reclaimdep_lock_class(m, "inode");
}

int main(void)
{
	int i;

	set_up(&parent, PTHREAD_MUTEX_NORMAL);
	set_up(&child, PTHREAD_MUTEX_NORMAL);
	set_up(&recursive, PTHREAD_MUTEX_RECURSIVE);
	for (i = 0; i < 3; i++)
		TOGETHER(descend, other, waits);
	again();
	puts("done");
	return 0;
}
