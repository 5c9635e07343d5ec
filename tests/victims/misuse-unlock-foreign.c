/* SPDX-License-Identifier: MIT */
/*
 * Locks of every kind are given back by a thread that does not hold them, while another one does. Those that know
 * their owner refuse, and stay held.
 *
 * expect: unlock-foreign certain plain
 * stack: acquire give_back hand_in
 * stack: held take take_all
 * expect: unlock-foreign certain checked
 * expect: unlock-foreign certain recursive
 * expect: unlock-foreign certain robust
 * expect: unlock-foreign certain inherit
 * expect: unlock-foreign certain written
 * expect: unlock-foreign certain read_shared
 * expect: unlock-foreign certain spin
 * expect: unlock-foreign certain unseen
 * expect: unlock-foreign certain passed
 * stack: held take_now
 * options: waits=none
 * note: "passed" stands in the stack of a thread that gave it back where no hook saw it, too
 * note: "unseen" was taken where no hook saw it: the owner that stands in it is another thread
 */
#include <dlfcn.h>
#include <sched.h>
#include "victim.h"

static pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t checked = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
static pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_mutex_t unseen = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t robust, inherit, passed = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t written = PTHREAD_RWLOCK_INITIALIZER, read_shared = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;

static NOINLINE void take(pthread_mutex_t *m)
{
	pthread_mutex_lock(m);
}

static NOINLINE int give_back(pthread_mutex_t *m)
{
	return pthread_mutex_unlock(m);
}

static void *of_libc(const char *name)
{
	void *p = dlsym(dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD), name);

	must(p != NULL, "dlsym");
	return p;
}

static void take_unseen(void)
{
	int (*lock)(pthread_mutex_t *) = (int (*)(pthread_mutex_t *))of_libc("pthread_mutex_lock");

	lock(&unseen);
}

static NOINLINE void take_all(void)
{
	take(&plain);
	take(&checked);
	take(&recursive);
	take(&robust);
	take(&inherit);
	pthread_rwlock_wrlock(&written);
	pthread_rwlock_rdlock(&read_shared);
	take_unseen();
	pthread_spin_lock(&spin);
}

static NOINLINE void hand_in(void)
{
	printf("%d", give_back(&plain));
	printf(" %d", give_back(&checked) == EPERM);
	printf(" %d", give_back(&recursive) == EPERM);
	printf(" %d", give_back(&robust) == EPERM);
	printf(" %d", give_back(&inherit));
	printf(" %d", pthread_rwlock_unlock(&written));
	printf(" %d", pthread_rwlock_unlock(&read_shared));
	printf(" %d", pthread_spin_unlock(&spin));
	printf(" %d", give_back(&passed));
	printf(" %d\n", give_back(&unseen));
}

/* What refused is held still: no unlock-unheld. */
static void give_rest(void)
{
	printf("%d %d %d\n", give_back(&checked), give_back(&recursive), give_back(&robust));
}

static sem_t go, stale, end;
static int done;

static NOINLINE void take_stale(void)
{
	pthread_mutex_lock(&passed);
}

static NOINLINE void take_now(void)
{
	pthread_mutex_lock(&passed);
}

static void *stale_holder(void *unused)
{
	int (*unlock)(pthread_mutex_t *) = (int (*)(pthread_mutex_t *))of_libc("pthread_mutex_unlock");

	take_stale();
	unlock(&passed);
	sem_post(&stale);
	sem_wait(&end);
	return unused;
}

static void *other(void *unused)
{
	sem_wait(&go);
	hand_in();
	__atomic_store_n(&done, 1, __ATOMIC_RELEASE);
	return unused;
}

int main(void)
{
	pthread_mutexattr_t attr;
	pthread_t thread, passer;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&robust, &attr);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(&inherit, &attr);
	pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
	sem_init(&go, 0, 0);
	must(!pthread_create(&thread, NULL, other, NULL), "pthread_create");
	sem_init(&stale, 0, 0);
	sem_init(&end, 0, 0);
	must(!pthread_create(&passer, NULL, stale_holder, NULL), "pthread_create");
	pthread_detach(passer);
	sem_wait(&stale);
	take_now();
	take_all();
	sem_post(&go);
	/* By no call that sleeps: it holds a spinlock. */
	while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE))
		sched_yield();
	give_rest();
	pthread_join(thread, NULL);
	/* The rwlock is as it was, but for its readers: that thread is not joined under it. */
	return 0;
}
