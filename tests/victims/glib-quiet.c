/* SPDX-License-Identifier: MIT */
/*
 * GMutexes as they are used: tried the other way round, given up in a wait, set up again at the same address, with a
 * condition that times out.
 *
 * expect: none
 *
 * build: -l:libglib-2.0.so.0
 * needs: libglib-2.0.so.0
 */
#include "glib.h"

static GMutex a, b;
static GCond cond, never;
static int ready;

static NOINLINE void nest_two(GMutex *outer, GMutex *inner)
{
	g_mutex_lock(outer);
	g_mutex_lock(inner);
	g_mutex_unlock(inner);
	g_mutex_unlock(outer);
}

static NOINLINE void wait_ready(void)
{
	g_mutex_lock(&a);
	must(!g_cond_wait_until(&never, &a, g_get_monotonic_time() + 1000), "g_cond_wait_until");
	while (!ready)
		g_cond_wait(&cond, &a);
	g_mutex_lock(&b);
	g_mutex_unlock(&b);
	g_mutex_unlock(&a);
}

static NOINLINE void make_ready(void)
{
	g_mutex_lock(&b);
	if (g_mutex_trylock(&a))
		g_mutex_unlock(&a);
	g_mutex_unlock(&b);
	g_mutex_lock(&a);
	ready = 1;
	g_cond_signal(&cond);
	g_mutex_unlock(&a);
}

/* One place, two locks after each other. */
static NOINLINE void again(void)
{
	GMutex own, other;
	int i;

	for (i = 0; i < 2; i++) {
		g_mutex_init(&own);
		g_mutex_init(&other);
		nest_two(i ? &own : &other, i ? &other : &own);
		g_mutex_clear(&own);
		g_mutex_clear(&other);
	}
}

int main(void)
{
	pthread_t t;

	must(!pthread_create(&t, NULL, victim_call, (void *)(uintptr_t)wait_ready), "pthread_create");
	make_ready();
	pthread_join(t, NULL);
	again();
	puts("done");
	return 0;
}
