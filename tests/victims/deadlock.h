/* SPDX-License-Identifier: MIT */
/*
 * deadlock.h - threads that run into each other on purpose: started, met, and waited for until they sleep.
 */
#ifndef DEADLOCK_H
#define DEADLOCK_H

#include "victim.h"
#include <sys/syscall.h>

static UNUSED void second(pthread_mutex_t *lock) NOINLINE;
static UNUSED void second(pthread_mutex_t *lock)
{
	pthread_mutex_lock(lock);
	pthread_mutex_unlock(lock);
}

/* A point that each of the threads passes once, when all are there. */
static pthread_barrier_t meeting UNUSED;

static UNUSED pthread_t start(victim_fn fn)
{
	pthread_t t;

	must(!pthread_create(&t, NULL, victim_call, (void *)(uintptr_t)fn), "pthread_create");
	return t;
}

/* Runs them all at once, and waits for them. */
static UNUSED void at_once(const victim_fn *fns, unsigned n)
{
	pthread_t t[VICTIM_THREADS];
	unsigned i;

	pthread_barrier_init(&meeting, NULL, n);
	for (i = 0; i < n; i++)
		t[i] = start(fns[i]);
	for (i = 0; i < n; i++)
		pthread_join(t[i], NULL);
}

#define AT_ONCE(...)                                                                               \
	do {                                                                                       \
		static const victim_fn fns_[] = {__VA_ARGS__};                                     \
		at_once(fns_, sizeof(fns_) / sizeof(fns_[0]));                                     \
	} while (0)

/* Waits until a thread has said who it is (its tid), and sleeps in the kernel waiting for a futex. */
static UNUSED void until_asleep(const volatile int *tid)
{
	char path[64], text[8] = "";

	while (!*tid)
		usleep(1000);
	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", *tid);
	for (;;) {
		FILE *f = fopen(path, "r");

		if (f && fgets(text, sizeof(text), f) && !strncmp(text, "202 ", 4)) {
			fclose(f);
			return;
		}
		if (f)
			fclose(f);
		usleep(1000);
	}
}

static UNUSED int own_tid(void)
{
	return (int)syscall(SYS_gettid);
}

#endif
