/* SPDX-License-Identifier: MIT */
/*
 * A writer asks for its rwlock again, as a writer and as a reader: libc says EDEADLK both times.
 *
 * expect: self-deadlock certain table
 * expect: self-deadlock certain keys
 */
#include "victim.h"

static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t keys = PTHREAD_RWLOCK_INITIALIZER;

int main(void)
{
	pthread_rwlock_wrlock(&table);
	printf("%d\n", pthread_rwlock_wrlock(&table) == EDEADLK);
	pthread_rwlock_unlock(&table);
	pthread_rwlock_wrlock(&keys);
	printf("%d\n", pthread_rwlock_rdlock(&keys) == EDEADLK);
	pthread_rwlock_unlock(&keys);
	return 0;
}
