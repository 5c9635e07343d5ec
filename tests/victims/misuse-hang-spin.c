/* SPDX-License-Identifier: MIT */
/*
 * A spinlock is taken again by its owner.
 *
 * expect: self-deadlock certain
 * run: hangs
 */
#include "victim.h"

static pthread_spinlock_t lock;

int main(void)
{
	pthread_spin_init(&lock, PTHREAD_PROCESS_PRIVATE);
	pthread_spin_lock(&lock);
	pthread_spin_lock(&lock);
	return 0;
}
