/* SPDX-License-Identifier: MIT */
/*
 * notefs.c - notes in memory, written as filesystems were before scopes: every allocation says
 * GFP_NOFS, to be on the safe side. doc/HOWTO-from-gfp_nofs-to-scopes.md converts it.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <reclaimdep/gfp.h>

struct note {
	struct note *next;
	char *text;
};

struct volume {
	pthread_mutex_t dir_lock;     /* notes */
	pthread_mutex_t journal_lock; /* journal; taken under dir_lock */
	pthread_mutex_t stats_lock;   /* words */
	struct note *notes;
	char *journal;
	size_t journal_len, synced;
	unsigned long words;
	struct shrinker *shrinker;
};

/* ---- reclaim: the texts of old notes ---- */

static unsigned long notes_count(struct shrinker *shrinker, struct shrink_control *sc)
{
	struct volume *v = shrinker->private_data;
	unsigned long n = 0;

	if (!(sc->gfp_mask & __GFP_FS))
		return SHRINK_STOP;
	pthread_mutex_lock(&v->dir_lock);
	for (struct note *note = v->notes; note; note = note->next)
		n += note->text != NULL;
	pthread_mutex_unlock(&v->dir_lock);
	return n;
}

static unsigned long notes_scan(struct shrinker *shrinker, struct shrink_control *sc)
{
	struct volume *v = shrinker->private_data;
	unsigned long freed = 0;

	if (!(sc->gfp_mask & __GFP_FS))
		return SHRINK_STOP;
	pthread_mutex_lock(&v->dir_lock);
	for (struct note *note = v->notes; note && freed < sc->nr_to_scan; note = note->next) {
		freed += note->text != NULL;
		kfree(note->text);
		note->text = NULL;
	}
	pthread_mutex_unlock(&v->dir_lock);
	return freed;
}

/* ---- the volume ---- */

static struct volume *volume_open(void)
{
	struct volume *v = kzalloc(sizeof(*v), GFP_NOFS);

	pthread_mutex_init(&v->dir_lock, NULL);
	pthread_mutex_init(&v->journal_lock, NULL);
	pthread_mutex_init(&v->stats_lock, NULL);
	v->shrinker = shrinker_alloc(0, "notes");
	v->shrinker->count_objects = notes_count;
	v->shrinker->scan_objects = notes_scan;
	v->shrinker->private_data = v;
	shrinker_register(v->shrinker);
	return v;
}

static void volume_close(struct volume *v)
{
	shrinker_free(v->shrinker);
	for (struct note *note = v->notes, *next; note; note = next) {
		next = note->next;
		kfree(note->text);
		kfree(note);
	}
	kfree(v->journal);
	kfree(v);
}

static void journal_log(struct volume *v, const char *line)
{
	size_t n = strlen(line);

	pthread_mutex_lock(&v->journal_lock);
	v->journal = krealloc(v->journal, v->journal_len + n, GFP_NOFS);
	memcpy(v->journal + v->journal_len, line, n);
	v->journal_len += n;
	pthread_mutex_unlock(&v->journal_lock);
}

static void note_add(struct volume *v, const char *text)
{
	struct note *note;

	pthread_mutex_lock(&v->dir_lock);
	note = kzalloc(sizeof(*note), GFP_NOFS);
	note->text = kmalloc(strlen(text) + 1, GFP_NOFS);
	strcpy(note->text, text);
	journal_log(v, text);
	note->next = v->notes;
	v->notes = note;
	pthread_mutex_unlock(&v->dir_lock);
}

static void volume_sync(struct volume *v)
{
	char *block;

	pthread_mutex_lock(&v->journal_lock);
	block = kmalloc(v->journal_len, GFP_NOFS);
	memcpy(block, v->journal, v->journal_len);
	v->synced = v->journal_len;
	pthread_mutex_unlock(&v->journal_lock);
	kfree(block);
}

static void count_words(struct volume *v, const char *text)
{
	char *copy, *at;

	pthread_mutex_lock(&v->stats_lock);
	copy = kmalloc(strlen(text) + 1, GFP_NOFS);
	strcpy(copy, text);
	for (char *word = strtok_r(copy, " ", &at); word; word = strtok_r(NULL, " ", &at))
		v->words++;
	kfree(copy);
	pthread_mutex_unlock(&v->stats_lock);
}

int main(void)
{
	struct volume *v = volume_open();

	for (int i = 0; i < 10; i++) {
		note_add(v, "buy milk");
		count_words(v, "buy milk");
		volume_sync(v);
	}
	printf("notefs: %lu words, %zu bytes synced\n", v->words, v->synced);
	volume_close(v);
	return 0;
}
