/* SPDX-License-Identifier: MIT */
/*
 * victim.h - what the victims share: ways to run pieces of work in threads, always in a fixed
 * order, so that no victim ever deadlocks and every run shows the same events.
 *
 * A victim's first comment block says what must be found in it. One line each, after " * ":
 *
 *   expect: none
 *   expect: KIND VERDICT [CLASS...]   one finding; with classes: exactly these form its cycle
 *   detail: DETAIL [SCOPE]            of the finding above
 *   stack: held|acquire FUNC...       of the finding above: some edge has these functions in its
 *                                     held/acquire stack
 *   tolerates: KIND                   what may be found too, or not: it is up to the moment
 *   exit: N                           the program's own exit status (0)
 *   status: N                         the command's, where it does not follow from the above
 *   options: NAME=VALUE...            given to the command as flags
 *   processes: N                      process images that leave a record (1)
 *   state: TEXT                       how the first process ended, as the report says it
 *   class: NAME                       a class of this name is there once (may stand several times)
 *   run: hangs                        it never ends by itself: killed when its findings are there
 *   run: deadlocks                    likewise, but on_deadlock= ends it: run under the command only
 *   launcher: N TEXT                  the command must exit N and say TEXT; no record is asked for
 *   needs: root|LIBRARY               skipped where that is not there; a victim that ends with 77 is
 *                                     skipped too, and its last line says why
 *   build: FLAGS                      compiler and linker flags of its own
 *   links: gfp                        with libreclaimdep-gfp in place of the kernel shim
 *   plugins: NAME...                  built from this file too, as NAME.so, with -DPLUGIN_NAME
 *   libraries: NAME...                likewise, and the program is linked with them
 *   kshim: VARIANT...                 run with these variants of the kernel shim (full none)
 *   note: ...                         for people
 */
#ifndef VICTIM_H
#define VICTIM_H

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))
#define UNUSED __attribute__((unused))

typedef void (*victim_fn)(void);

static UNUSED void must(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "victim: %s failed\n", what);
	exit(99);
}

static UNUSED void *victim_call(void *fn)
{
	((victim_fn)(uintptr_t)fn)();
	return NULL;
}

/* Runs fn in a thread of its own, and joins it. */
static UNUSED void in_thread(victim_fn fn)
{
	pthread_t t;

	must(!pthread_create(&t, NULL, victim_call, (void *)(uintptr_t)fn), "pthread_create");
	must(!pthread_join(t, NULL), "pthread_join");
}

#define VICTIM_THREADS 16
struct victim_turn {
	victim_fn fn;
	sem_t go, done;
};

static UNUSED void *victim_take_turn(void *arg)
{
	struct victim_turn *turn = (struct victim_turn *)arg;

	sem_wait(&turn->go);
	turn->fn();
	sem_post(&turn->done);
	return NULL;
}

/*
 * Runs fns[0..n) one after the other, each in its own thread. All threads are there before the
 * first piece and until after the last: no creation or join stands between the pieces.
 */
static UNUSED void together(const victim_fn *fns, int n)
{
	static struct victim_turn turn[VICTIM_THREADS];
	pthread_t thread[VICTIM_THREADS];

	must(n <= VICTIM_THREADS, "together");
	for (int i = 0; i < n; i++) {
		turn[i].fn = fns[i];
		sem_init(&turn[i].go, 0, 0);
		sem_init(&turn[i].done, 0, 0);
		must(!pthread_create(&thread[i], NULL, victim_take_turn, &turn[i]), "pthread_create");
	}
	for (int i = 0; i < n; i++) {
		sem_post(&turn[i].go);
		sem_wait(&turn[i].done);
	}
	for (int i = 0; i < n; i++)
		pthread_join(thread[i], NULL);
}

#define TOGETHER(...)                                                                              \
	do {                                                                                       \
		static const victim_fn fns_[] = { __VA_ARGS__ };                                   \
		together(fns_, (int)(sizeof(fns_) / sizeof(fns_[0])));                             \
	} while (0)

/* Takes outer, then inner, and gives both back. */
static UNUSED NOINLINE void nest(pthread_mutex_t *outer, pthread_mutex_t *inner)
{
	pthread_mutex_lock(outer);
	pthread_mutex_lock(inner);
	pthread_mutex_unlock(inner);
	pthread_mutex_unlock(outer);
}

#endif
