/* SPDX-License-Identifier: MIT */
/*
 * Silent: a try that fails although the lock's words said that it is free (another thread was faster; here: too
 * many readers) holds nothing afterwards. The ones before it have made the call well known.
 *
 * expect: none
 */
#include "victim.h"

#define KNOWN 16

static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;

int main(void)
{
	int i, rc = 0;

	for (i = 0; i <= KNOWN; i++) {
		if (i == KNOWN)
			rw.__data.__readers = 0x7ffffff8;
		rc = pthread_rwlock_tryrdlock(&rw);
		/* With rw still held in the model, this would be an order against the last one. */
		if (rc) {
			pthread_mutex_lock(&lock_b);
			pthread_mutex_unlock(&lock_b);
		} else {
			pthread_rwlock_unlock(&rw);
		}
	}
	rw.__data.__readers = 0;
	pthread_mutex_lock(&lock_b);
	pthread_rwlock_wrlock(&rw);
	pthread_rwlock_unlock(&rw);
	pthread_mutex_unlock(&lock_b);
	printf("%s\n", rc ? "done" : "it was got");
	return 0;
}
