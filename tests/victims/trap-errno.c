/* SPDX-License-Identifier: MIT */
/*
 * errno, the signal mask and the cancellation state are as they were after every kind of call that is
 * watched, on new chains and on old ones.
 *
 * expect: none
 */
#include <signal.h>
#include "victim.h"

static pthread_mutex_t locks[3];
static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static int errors;

static void check(const char *after)
{
	sigset_t now, none;
	int type, state;

	if (errno != EXDEV) {
		errors++;
		fprintf(stderr, "errno %d after %s\n", errno, after);
	}
	pthread_sigmask(SIG_SETMASK, NULL, &now);
	sigemptyset(&none);
	sigaddset(&none, SIGUSR2);
	pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &type);
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &state);
	if (memcmp(&now, &none, 8) || type != PTHREAD_CANCEL_DEFERRED || state != PTHREAD_CANCEL_ENABLE) {
		errors++;
		fprintf(stderr, "mask or cancellation after %s\n", after);
	}
	errno = EXDEV;
}

#define TRY(call)                                                                                  \
	do {                                                                                       \
		call;                                                                              \
		check(#call);                                                                      \
	} while (0)

static void one_round(void)
{
	struct timespec past = { 0, 0 };
	pthread_mutex_t *m = malloc(sizeof(*m));

	errno = EXDEV;
	for (int i = 0; i < 2; i++) {
		TRY(pthread_mutex_lock(&locks[i]));
		TRY(pthread_mutex_lock(&locks[i + 1]));
		TRY(pthread_cond_timedwait(&cond, &locks[i + 1], &past));
		TRY(pthread_mutex_unlock(&locks[i + 1]));
		TRY(pthread_mutex_unlock(&locks[i]));
	}
	TRY(pthread_rwlock_rdlock(&rw));
	TRY(pthread_rwlock_trywrlock(&rw));
	TRY(pthread_spin_lock(&spin));
	TRY(pthread_spin_unlock(&spin));
	TRY(pthread_rwlock_unlock(&rw));
	TRY(pthread_mutex_init(m, NULL));
	TRY(pthread_mutex_trylock(m));
	TRY(pthread_mutex_unlock(m));
	TRY(pthread_mutex_timedlock(m, &past));
	TRY(pthread_mutex_unlock(m));
	TRY(pthread_mutex_destroy(m));
	TRY(m = realloc(m, 1000));
	TRY(free(m));
	TRY(free(calloc(10, 10)));
}

int main(void)
{
	sigset_t usr2;

	sigemptyset(&usr2);
	sigaddset(&usr2, SIGUSR2);
	pthread_sigmask(SIG_SETMASK, &usr2, NULL);
	pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
	one_round();
	one_round();
	in_thread(one_round);
	printf("%d\n", errors);
	return 0;
}
