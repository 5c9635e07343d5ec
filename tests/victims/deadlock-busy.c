/* SPDX-License-Identifier: MIT */
/*
 * A circle of two, among fifty threads that contend for the same classes of locks in the right order.
 *
 * expect: lock-inversion certain
 * expect: deadlock certain
 * run: deadlocks
 * options: on_deadlock=exit
 */
#include "deadlock.h"

#define BUSY 50

static struct both {
	pthread_mutex_t left, right;
} both[2];
#define common both[0]
#define odd both[1]
static volatile int busy;

static NOINLINE void make(struct both *b)
{
	pthread_mutex_init(&b->left, NULL);
	pthread_mutex_init(&b->right, NULL);
}

static void work(void)
{
	busy = 1;
	for (;;)
		nest(&common.left, &common.right);
}

static void forward(void)
{
	pthread_mutex_lock(&odd.left);
	pthread_barrier_wait(&meeting);
	second(&odd.right);
}

static void backward(void)
{
	pthread_mutex_lock(&odd.right);
	pthread_barrier_wait(&meeting);
	second(&odd.left);
}

int main(void)
{
	int i;

	for (i = 0; i < 2; i++)
		make(&both[i]);
	for (i = 0; i < BUSY; i++)
		start(work);
	while (!busy)
		usleep(1000);
	AT_ONCE(forward, backward);
	return 0;
}
