/* SPDX-License-Identifier: MIT */
/*
 * journal.c - one transaction at a time, which owns the journal from start to stop
 * and is a NOFS scope for as long.
 */
#include "minifs.h"

#include <stdlib.h>
#include <string.h>

void journal_open(struct journal *j)
{
	memset(j, 0, sizeof(*j));
	pthread_mutex_init(&j->lock, NULL);
	pthread_mutex_init(&j->checkpoint, NULL);
	pthread_mutex_init(&j->bitmap_lock, NULL);
}

struct transaction *journal_start(struct journal *j)
{
	struct transaction *t;
	unsigned nofs = 0;

	pthread_mutex_lock(&j->lock);
	if (!bugs[BUG_EVICT_TRANSACTION])
		nofs = memalloc_nofs_save();
	t = kzalloc(sizeof(*t), GFP_KERNEL);
	if (!t)
		abort();
	if (bugs[BUG_EVICT_TRANSACTION])
		nofs = memalloc_nofs_save();
	j->nofs = nofs;
	return t;
}

void journal_add(struct transaction *t, unsigned block)
{
	t->blocks[t->count++ % 8] = block;
}

/* What the transaction changed, as it would stand on the disk. */
static void write_commit_record(struct journal *j, const struct transaction *t)
{
	struct transaction *record = kmalloc(sizeof(*record), GFP_KERNEL);

	if (!record)
		abort();
	*record = *t;
	j->commits++;
	kfree(record);
}

void journal_stop(struct journal *j, struct transaction *t)
{
	unsigned nofs = j->nofs;

	if (bugs[BUG_SCOPE_RESTORED_EARLY])
		memalloc_nofs_restore(nofs);
	write_commit_record(j, t);
	kfree(t);
	if (!bugs[BUG_SCOPE_RESTORED_EARLY])
		memalloc_nofs_restore(nofs);
	pthread_mutex_unlock(&j->lock);
}

/* Frees what the committed transactions no longer need. */
static void update_bitmap(struct journal *j)
{
	pthread_mutex_lock(&j->bitmap_lock);
	kfree(j->bitmap);
	j->bitmap = kzalloc(BLOCKS / 8, bugs[BUG_THREE_LINKS] ? GFP_KERNEL : GFP_NOFS);
	pthread_mutex_unlock(&j->bitmap_lock);
}

void journal_checkpoint(struct journal *j)
{
	pthread_mutex_lock(&j->lock);
	pthread_mutex_lock(&j->checkpoint);
	update_bitmap(j);
	pthread_mutex_unlock(&j->checkpoint);
	pthread_mutex_unlock(&j->lock);
}

void journal_close(struct journal *j)
{
	kfree(j->bitmap);
	pthread_mutex_destroy(&j->bitmap_lock);
	pthread_mutex_destroy(&j->checkpoint);
	pthread_mutex_destroy(&j->lock);
}
