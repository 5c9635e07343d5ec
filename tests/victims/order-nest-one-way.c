/* SPDX-License-Identifier: MIT */
/*
 * Silent: locks of one class taken inside each other, hand over hand down a list and in the order of addresses, by
 * two threads, and each under its parent in a tree; new ones all the time.
 *
 * expect: none
 */
#include "victim.h"

#define NODES 200

static struct node {
	pthread_mutex_t lock;
} *list[NODES];

static void new_nodes(void)
{
	for (int i = 0; i < NODES; i++) {
		list[i] = malloc(sizeof(*list[i]));
		pthread_mutex_init(&list[i]->lock, NULL);
	}
}

static void free_nodes(void)
{
	for (int i = 0; i < NODES; i++) {
		pthread_mutex_destroy(&list[i]->lock);
		free(list[i]);
	}
}

static void hand_over_hand(void)
{
	pthread_mutex_lock(&list[0]->lock);
	for (int i = 1; i < NODES; i++) {
		pthread_mutex_lock(&list[i]->lock);
		pthread_mutex_unlock(&list[i - 1]->lock);
	}
	pthread_mutex_unlock(&list[NODES - 1]->lock);
}

static void tree(void)
{
	for (int i = 1; i < NODES; i++)
		nest(&list[i / 2]->lock, &list[i]->lock);
}

int main(void)
{
	for (int round = 0; round < 20; round++) {
		new_nodes();
		TOGETHER(hand_over_hand, tree);
		free_nodes();
	}
	puts("done");
	return 0;
}
