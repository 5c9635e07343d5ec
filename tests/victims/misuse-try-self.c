/* SPDX-License-Identifier: MIT */
/*
 * Silent: trying a lock that one holds oneself does not wait; and rdlock inside rdlock.
 *
 * expect: none
 */
#include "victim.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;

int main(void)
{
	pthread_mutex_lock(&lock);
	printf("%d\n", pthread_mutex_trylock(&lock) == EBUSY);
	pthread_mutex_unlock(&lock);
	pthread_rwlock_rdlock(&table);
	printf("%d\n", pthread_rwlock_rdlock(&table));
	printf("%d\n", pthread_rwlock_trywrlock(&table) == EBUSY);
	pthread_rwlock_unlock(&table);
	pthread_rwlock_unlock(&table);
	printf("%d\n", pthread_rwlock_trywrlock(&table));
	pthread_rwlock_unlock(&table);
	return 0;
}
