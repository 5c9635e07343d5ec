/* SPDX-License-Identifier: MIT */
/*
 * A reader asks for the same lock as a writer: it waits for itself.
 *
 * expect: self-deadlock certain table
 * stack: held reader
 * stack: acquire upgrade reader
 * run: hangs
 */
#include "victim.h"

static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;

static NOINLINE void upgrade(void)
{
	pthread_rwlock_wrlock(&table);
	pthread_rwlock_unlock(&table);
}

static NOINLINE void reader(void)
{
	pthread_rwlock_rdlock(&table);
	upgrade();
	pthread_rwlock_unlock(&table);
}

int main(void)
{
	reader();
	return 0;
}
