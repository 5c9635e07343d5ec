// SPDX-License-Identifier: MIT
/* objects.c - loads of objects that come and go with their locks: see loads.def. */
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include "loads.h"

/* ---- of all kinds, under the lock of the list they are in ---- */

struct object {
	pthread_mutex_t lock;
	pthread_rwlock_t data;
	pthread_spinlock_t state;
	sem_t room;
	struct object *next;
	char payload[40];
};

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static struct object *list;

static struct object *new_object(void)
{
	struct object *o = malloc(sizeof(*o));

	if (!o)
		fail("malloc");
	pthread_mutex_init(&o->lock, NULL);
	pthread_rwlock_init(&o->data, NULL);
	pthread_spin_init(&o->state, PTHREAD_PROCESS_PRIVATE);
	sem_init(&o->room, 0, 1);
	return o;
}

static void use(struct object *o)
{
	pthread_mutex_lock(&o->lock);
	pthread_rwlock_rdlock(&o->data);
	pthread_spin_lock(&o->state);
	pthread_spin_unlock(&o->state);
	pthread_rwlock_unlock(&o->data);
	if (pthread_rwlock_trywrlock(&o->data) == 0)
		pthread_rwlock_unlock(&o->data);
	sem_wait(&o->room);
	sem_post(&o->room);
	pthread_mutex_unlock(&o->lock);
}

static void end_object(struct object *o)
{
	sem_destroy(&o->room);
	pthread_spin_destroy(&o->state);
	pthread_rwlock_destroy(&o->data);
	pthread_mutex_destroy(&o->lock);
	free(o);
}

#define AT_ONCE 16

void load_objects(long n)
{
	long made = 0;
	struct object *o;

	for (; n > 0; n--) {
		o = new_object();
		pthread_mutex_lock(&list_lock);
		o->next = list;
		list = o;
		use(o);
		pthread_mutex_unlock(&list_lock);
		made++;
		while (made == AT_ONCE || (made && n == 1)) {
			pthread_mutex_lock(&list_lock);
			o = list;
			list = o->next;
			pthread_mutex_unlock(&list_lock);
			use(o);
			end_object(o);
			made--;
			if (!list)
				break;
		}
	}
}

/* ---- locks of one class inside each other ---- */

struct node {
	pthread_mutex_t lock;
	struct node *child;
};

static struct node *new_node(struct node *child)
{
	struct node *n = malloc(sizeof(*n));

	if (!n)
		fail("malloc");
	pthread_mutex_init(&n->lock, NULL);
	n->child = child;
	return n;
}

#define LEVELS 4

/* From the root down, hand over hand but for the first, which stays held. */
void load_trees(long n)
{
	for (; n > 0; n--) {
		struct node *root = NULL, *at;
		int i;

		for (i = 0; i < LEVELS; i++)
			root = new_node(root);
		pthread_mutex_lock(&root->lock);
		for (at = root->child; at; at = at->child) {
			pthread_mutex_lock(&at->lock);
			if (at->child)
				pthread_mutex_lock(&at->child->lock);
			if (at->child)
				pthread_mutex_unlock(&at->child->lock);
			pthread_mutex_unlock(&at->lock);
		}
		pthread_mutex_unlock(&root->lock);
		while (root) {
			at = root->child;
			pthread_mutex_destroy(&root->lock);
			free(root);
			root = at;
		}
	}
}

/* ---- of sizes that wander ---- */

/* Locks without an init call, in blocks that are never at the same place for long. */
void load_wandering(long n)
{
	static const pthread_mutex_t fresh = PTHREAD_MUTEX_INITIALIZER;
	void *kept[64] = {NULL};
	unsigned seed = 1, i;

	for (; n > 0; n--) {
		unsigned slot = (seed = seed * 1103515245u + 12345u) >> 16 & 63;
		size_t size = sizeof(fresh) + ((seed >> 8) & 0x3ff) * 16;
		pthread_mutex_t *lock;

		free(kept[slot]);
		kept[slot] = malloc(size);
		if (!kept[slot])
			fail("malloc");
		lock = kept[slot];
		memcpy(lock, &fresh, sizeof(fresh));
		pthread_mutex_lock(&list_lock);
		pthread_mutex_lock(lock);
		pthread_mutex_unlock(lock);
		pthread_mutex_unlock(&list_lock);
	}
	for (i = 0; i < 64; i++)
		free(kept[i]);
}
