/* SPDX-License-Identifier: MIT */
/*
 * A GMutex that is a variable and one of an object, in both orders; and a mutex among them.
 *
 * expect: lock-inversion certain cache_lock store->lock
 * stack: acquire forward
 * stack: held backward
 * expect: lock-inversion certain cache_lock plain_lock
 *
 * build: -l:libglib-2.0.so.0
 * needs: libglib-2.0.so.0
 */
#include "glib.h"

static GMutex cache_lock;
static pthread_mutex_t plain_lock = PTHREAD_MUTEX_INITIALIZER;
static struct store {
	GMutex lock;
	int items;
} *store;

static NOINLINE void new_store(void)
{
	store = malloc(sizeof(*store));
	g_mutex_init(&store->lock);
}

static NOINLINE void forward(void)
{
	g_mutex_lock(&cache_lock);
	g_mutex_lock(&store->lock);
	g_mutex_unlock(&store->lock);
	pthread_mutex_lock(&plain_lock);
	pthread_mutex_unlock(&plain_lock);
	g_mutex_unlock(&cache_lock);
}

static NOINLINE void backward(void)
{
	g_mutex_lock(&store->lock);
	g_mutex_lock(&cache_lock);
	g_mutex_unlock(&cache_lock);
	g_mutex_unlock(&store->lock);
}

static NOINLINE void backward_plain(void)
{
	pthread_mutex_lock(&plain_lock);
	if (g_mutex_trylock(&cache_lock))
		g_mutex_unlock(&cache_lock);
	g_mutex_lock(&cache_lock);
	g_mutex_unlock(&cache_lock);
	pthread_mutex_unlock(&plain_lock);
}

int main(void)
{
	new_store();
	TOGETHER(forward, backward, backward_plain);
	g_mutex_clear(&store->lock);
	free(store);
	puts("done");
	return 0;
}
