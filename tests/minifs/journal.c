/* SPDX-License-Identifier: MIT */
/*
 * journal.c - one transaction at a time, which owns the journal from start to stop
 * and is a NOFS scope for as long.
 */
#include "minifs.h"

#include <stdlib.h>
#include <string.h>

void journal_open(struct journal *journal)
{
	pthread_mutex_init(&journal->lock, NULL);
	pthread_mutex_init(&journal->checkpoint, NULL);
	pthread_mutex_init(&journal->bitmap_lock, NULL);
	journal->bitmap = NULL;
	journal->commits = 0;
}

struct transaction *journal_start(struct journal *journal)
{
	struct transaction *t;
	unsigned nofs = 0;

	pthread_mutex_lock(&journal->lock);
	if (!bugs[BUG_EVICT_TRANSACTION])
		nofs = memalloc_nofs_save();
	t = kzalloc(sizeof(*t), GFP_KERNEL);
	if (!t)
		abort();
	if (bugs[BUG_EVICT_TRANSACTION])
		nofs = memalloc_nofs_save();
	journal->nofs = nofs;
	return t;
}

void journal_add(struct transaction *t, unsigned block)
{
	t->blocks[t->count++ % 8] = block;
}

/* What the transaction changed, as it would stand on the disk. */
static void write_commit_record(struct journal *journal, const struct transaction *t)
{
	struct transaction *record = kmalloc(sizeof(*record), GFP_KERNEL);

	if (!record)
		abort();
	*record = *t;
	journal->commits++;
	kfree(record);
}

void journal_stop(struct journal *journal, struct transaction *t)
{
	unsigned nofs = journal->nofs;

	if (bugs[BUG_SCOPE_RESTORED_EARLY])
		memalloc_nofs_restore(nofs);
	write_commit_record(journal, t);
	kfree(t);
	if (!bugs[BUG_SCOPE_RESTORED_EARLY])
		memalloc_nofs_restore(nofs);
	pthread_mutex_unlock(&journal->lock);
}

/* The bitmap of blocks grows with the device, with nothing else locked. */
static void grow_bitmap(struct journal *journal)
{
	pthread_mutex_lock(&journal->bitmap_lock);
	kfree(journal->bitmap);
	journal->bitmap = kzalloc(BLOCKS / 8, bugs[BUG_THREE_LINKS] ? GFP_KERNEL : GFP_NOFS);
	if (!journal->bitmap)
		abort();
	pthread_mutex_unlock(&journal->bitmap_lock);
}

/* Gives the blocks back that the committed transactions no longer need. */
static void clear_bitmap(struct journal *journal)
{
	pthread_mutex_lock(&journal->bitmap_lock);
	memset(journal->bitmap, 0, BLOCKS / 8);
	pthread_mutex_unlock(&journal->bitmap_lock);
}

void journal_checkpoint(struct journal *journal)
{
	unsigned long commits;

	grow_bitmap(journal);
	pthread_mutex_lock(&journal->lock);
	pthread_mutex_lock(&journal->checkpoint);
	commits = journal->commits;
	pthread_mutex_unlock(&journal->checkpoint);
	pthread_mutex_unlock(&journal->lock);

	pthread_mutex_lock(&journal->checkpoint);
	if (commits)
		clear_bitmap(journal);
	pthread_mutex_unlock(&journal->checkpoint);
}

void journal_close(struct journal *journal)
{
	kfree(journal->bitmap);
	pthread_mutex_destroy(&journal->bitmap_lock);
	pthread_mutex_destroy(&journal->checkpoint);
	pthread_mutex_destroy(&journal->lock);
}
