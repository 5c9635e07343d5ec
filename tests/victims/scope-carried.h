/* SPDX-License-Identifier: MIT */
/*
 * scope-carried.h - saves whose cookies live elsewhere than on the stack, as filesystems have them:
 * in a transaction that hands its cookie on, in a handle, nowhere at all. A victim includes it with
 * RULE_OLD 0 or 1.
 */
#include "victim.h"
#include "kernel.h"

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void cache_shrink(void)
{
	pthread_mutex_lock(&cache_lock);
	pthread_mutex_unlock(&cache_lock);
}

/* Right inside a NOFS scope only. */
static NOINLINE void cache_add(void)
{
	pthread_mutex_lock(&cache_lock);
	kfree(kmalloc(64, GFP_KERNEL));
	pthread_mutex_unlock(&cache_lock);
}

static UNUSED NOINLINE void reclaim(void)
{
	direct_reclaim(cache_shrink);
}

/* ---- a transaction that carries its cookie ---- */

struct transaction {
	unsigned int cookie;
	int moved;
};

static UNUSED NOINLINE void transaction_begin(struct transaction *tp)
{
	tp->cookie = memalloc_nofs_save();
	tp->moved = 0;
}

/* Under the older rule a restore with 0 would clear, so who gave the cookie away restores nothing.
 */
static UNUSED NOINLINE void transaction_end(struct transaction *tp)
{
	if (!RULE_OLD || !tp->moved)
		memalloc_nofs_restore(tp->cookie);
}

/* The scope goes on in a new transaction. */
static UNUSED NOINLINE void transaction_roll(struct transaction *old, struct transaction *new)
{
	new->cookie = old->cookie;
	new->moved = 0;
	old->cookie = 0;
	old->moved = 1;
	cache_add();
	transaction_end(old);
}

static UNUSED NOINLINE void transaction_rolls(void)
{
	struct transaction tp[4];

	transaction_begin(&tp[0]);
	for (int i = 1; i < 4; i++) {
		cache_add();
		transaction_roll(&tp[i - 1], &tp[i]);
	}
	cache_add();
	transaction_end(&tp[3]);
}

/* A worker does a part of it, in a scope of its own whose cookie overwrites the first. */
static struct transaction split;

static UNUSED NOINLINE void split_worker(void)
{
	split.cookie = memalloc_nofs_save();
	cache_add();
	memalloc_nofs_restore(split.cookie);
}

static UNUSED NOINLINE void transaction_splits(void)
{
	transaction_begin(&split);
	cache_add();
	in_thread(split_worker);
	cache_add();
	transaction_end(&split);
}

/* ---- a handle that stores it, once for all who join it ---- */

struct handle {
	unsigned int saved, users;
};

static UNUSED NOINLINE void handle_start(struct handle *h)
{
	if (!h->users++)
		h->saved = memalloc_nofs_save();
}

static UNUSED NOINLINE void handle_stop(struct handle *h)
{
	if (!--h->users)
		memalloc_nofs_restore(h->saved);
}

static UNUSED NOINLINE void handles(void)
{
	struct handle h = {0, 0};

	for (int i = 0; i < 3; i++) {
		handle_start(&h);
		cache_add();
		handle_start(&h);
		cache_add();
		handle_stop(&h);
		cache_add();
		handle_stop(&h);
	}
}

/* ---- a thread that sets it for its life ---- */

static UNUSED NOINLINE void commit(void)
{
	unsigned int cookie = memalloc_nofs_save();

	cache_add();
	memalloc_nofs_restore(cookie);
}

static UNUSED void *journal_thread(void *arg)
{
	memalloc_nofs_save();
	for (int i = 0; i < 3; i++) {
		cache_add();
		commit();
	}
	return arg;
}

/* The same by way of a wrapper that the thread starts in. */
static UNUSED NOINLINE void journal_function(void)
{
	journal_thread(NULL);
}

/* ---- what is odd, and right ---- */

static UNUSED NOINLINE void overlap(void)
{
	unsigned int nofs = memalloc_nofs_save(), noio = memalloc_noio_save();

	cache_add();
	memalloc_nofs_restore(nofs);
	cache_add();
	memalloc_noio_restore(noio);
}

static UNUSED NOINLINE void outer_only(void)
{
	unsigned int outer = memalloc_nofs_save();

	cache_add();
	memalloc_nofs_save();
	cache_add();
	memalloc_nofs_restore(outer);
}
