/* SPDX-License-Identifier: MIT */
/*
 * Where a provoked shrinker could deadlock, none is run: under its lock, in its own kind of context, in a signal
 * handler, in what libc calls back, once exit() or the thread's end has begun, in a noreclaim scope,
 * and while a thread waits for another that holds the lock. Every shrinker is due all the time.
 *
 * expect: sleep-in-atomic certain
 * detail: handler-alloc
 * stack: acquire on_signal
 * options: provoke=shrink:1
 * links: gfp
 */
#include <signal.h>
#include <reclaimdep/annotate.h>
#include "provoke.h"

static void quiet(const char *where, void (*what)(void))
{
	int before = cache_runs;

	what();
	printf("%s: %d\n", where, cache_runs - before);
}

static void allocate(void)
{
	for (int i = 0; i < 10; i++)
		kfree(kmalloc(64, GFP_KERNEL));
}

static void under_lock(void)
{
	pthread_mutex_lock(&cache_lock);
	for (int i = 0; i < 10; i++)
		kfree(kmalloc(64, GFP_NOFS));
	pthread_mutex_unlock(&cache_lock);
}

static void in_context(void)
{
	reclaimdep_context_enter(RECLAIMDEP_FS_RECLAIM);
	allocate();
	reclaimdep_context_leave(RECLAIMDEP_FS_RECLAIM);
}

static void on_signal(int sig)
{
	(void)sig;
	allocate();
}

static void in_handler(void)
{
	signal(SIGUSR1, on_signal);
	raise(SIGUSR1);
	signal(SIGUSR1, SIG_DFL);
}

static int compare(const void *a, const void *b)
{
	(void)a;
	(void)b;
	allocate();
	return 0;
}

static void in_qsort(void)
{
	int two[2] = { 1, 2 };

	qsort(two, 2, sizeof(two[0]), compare);
}

static void once(void)
{
	static pthread_once_t control = PTHREAD_ONCE_INIT;

	pthread_once(&control, allocate);
}

static void in_scope(void)
{
	unsigned int flags = memalloc_noreclaim_save();

	allocate();
	memalloc_noreclaim_restore(flags);
}

static pthread_key_t key;

static void at_thread_end(void *unused)
{
	(void)unused;
	allocate();
}

static void set_key(void)
{
	pthread_setspecific(key, &key);
}

static void thread_end(void)
{
	pthread_key_create(&key, at_thread_end);
	in_thread(set_key);
}

/* The joiner holds the lock: what the joined thread waits for would never come. */
static sem_t joining;

static void joined(void)
{
	sem_wait(&joining);
	usleep(100000);
	allocate();
}

static void joined_under_lock(void)
{
	pthread_t t;

	sem_init(&joining, 0, 0);
	must(!pthread_create(&t, NULL, victim_call, (void *)(uintptr_t)joined), "pthread_create");
	pthread_mutex_lock(&cache_lock);
	sem_post(&joining);
	pthread_join(t, NULL);
	pthread_mutex_unlock(&cache_lock);
}

static void at_exit(void)
{
	quiet("after exit began", allocate);
}

int main(void)
{
	cache_start();
	allocate();
	atexit(at_exit);
	quiet("under the lock", under_lock);
	quiet("in a context", in_context);
	quiet("in a signal handler", in_handler);
	quiet("in qsort", in_qsort);
	quiet("in pthread_once", once);
	quiet("in a noreclaim scope", in_scope);
	quiet("at the thread's end", thread_end);
	quiet("joined under the lock", joined_under_lock);
	return 0;
}
