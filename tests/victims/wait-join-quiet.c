/* SPDX-License-Identifier: MIT */
/*
 * Joins under locks that are all right: of a thread that did not take the lock, though others of
 * its kind did; of one that only tried it; of one that took it as one reader beside another; by a
 * call that does not wait; and joins after the unlock.
 *
 * expect: none
 */
#include "victim.h"

#include <signal.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t readers = PTHREAD_RWLOCK_INITIALIZER;
enum work { LOCK, TRY, READ, NOTHING };

static void *worker(void *arg)
{
	switch (*(enum work *)arg) {
	case LOCK:
		pthread_mutex_lock(&lock);
		pthread_mutex_unlock(&lock);
		break;
	case TRY:
		must(!pthread_mutex_trylock(&lock), "pthread_mutex_trylock");
		pthread_mutex_unlock(&lock);
		break;
	case READ:
		pthread_rwlock_rdlock(&readers);
		pthread_rwlock_unlock(&readers);
		break;
	case NOTHING:
		break;
	}
	return NULL;
}

static NOINLINE pthread_t start(enum work work)
{
	static enum work works[] = {LOCK, TRY, READ, NOTHING};
	pthread_t t;

	must(!pthread_create(&t, NULL, worker, &works[work]), "pthread_create");
	return t;
}

static NOINLINE void join_under_lock(pthread_t t)
{
	pthread_mutex_lock(&lock);
	pthread_join(t, NULL);
	pthread_mutex_unlock(&lock);
}

int main(void)
{
	pthread_t t;

	for (int i = 0; i < 100; i++) {
		pthread_join(start(LOCK), NULL);
		join_under_lock(start(NOTHING));
	}

	/* Until it is done: trying fails where the lock is held. */
	t = start(TRY);
	while (pthread_kill(t, 0) == 0 && pthread_tryjoin_np(t, NULL) == EBUSY)
		usleep(1000);
	t = start(NOTHING);
	join_under_lock(t);

	pthread_rwlock_rdlock(&readers);
	pthread_join(start(READ), NULL);
	pthread_rwlock_unlock(&readers);

	t = start(LOCK);
	while (1) {
		pthread_mutex_lock(&lock);
		if (pthread_tryjoin_np(t, NULL) == 0)
			break;
		pthread_mutex_unlock(&lock);
		usleep(1000);
	}
	pthread_mutex_unlock(&lock);
	puts("done");
	return 0;
}
