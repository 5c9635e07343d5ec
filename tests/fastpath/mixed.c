// SPDX-License-Identifier: MIT
/*
 * mixed.c - threads at a few locks, taken in all ways, half of the time by libc's own functions, past all hooks: locks
 * exclude each other whoever takes them, nobody sleeps on for good, and in the end each is as at first.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define THREADS 4
#define ROUNDS 200000
#define READERS_ROUND 8
#define TYPES 4

/* The functions twice: as everybody calls them, and past the hooks. */
static struct calls {
	int (*lock)(pthread_mutex_t *), (*trylock)(pthread_mutex_t *), (*unlock)(pthread_mutex_t *);
	int (*timedlock)(pthread_mutex_t *, const struct timespec *);
	int (*wait)(pthread_cond_t *, pthread_mutex_t *), (*broadcast)(pthread_cond_t *);
	int (*rdlock)(pthread_rwlock_t *), (*wrlock)(pthread_rwlock_t *), (*rwunlock)(pthread_rwlock_t *);
	int (*tryrdlock)(pthread_rwlock_t *), (*trywrlock)(pthread_rwlock_t *);
	int (*spin)(pthread_spinlock_t *), (*tryspin)(pthread_spinlock_t *), (*unspin)(pthread_spinlock_t *);
} hooked = {
	pthread_mutex_lock,    pthread_mutex_trylock,  pthread_mutex_unlock,	 pthread_mutex_timedlock,
	pthread_cond_wait,     pthread_cond_broadcast, pthread_rwlock_rdlock,	 pthread_rwlock_wrlock,
	pthread_rwlock_unlock, pthread_rwlock_tryrdlock, pthread_rwlock_trywrlock, pthread_spin_lock,
	pthread_spin_trylock,  pthread_spin_unlock,
}, plain;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, typed[TYPES], turns = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turned = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t for_writers = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
static pthread_spinlock_t spin;
static long by_mutex, by_type[TYPES], by_spin, written[2], preferred[2], turn;

static void fail(const char *what)
{
	printf("not so: %s\n", what);
	fflush(stdout);
	abort();
}

static void check(int ok, const char *what)
{
	if (!ok)
		fail(what);
}

/* Takes it in one of the ways, which n says. */
static void take(const struct calls *c, pthread_mutex_t *m, unsigned n)
{
	struct timespec far = {.tv_sec = time(NULL) + 600};

	if (n % 3 == 1 && c->trylock(m) == 0)
		return;
	check((n % 3 == 2 ? c->timedlock(m, &far) : c->lock(m)) == 0, "a lock call gets the lock");
}

static void prefer_writers(const struct calls *c, unsigned n)
{
	if (n % READERS_ROUND == 1) {
		check(c->wrlock(&for_writers) == 0, "a preferred writer");
		preferred[0]++;
		preferred[1]++;
	} else {
		check(c->rdlock(&for_writers) == 0, "a reader behind writers");
		check(preferred[0] == preferred[1], "no preferred writer while one reads");
	}
	check(c->rwunlock(&for_writers) == 0, "unlock");
}

static void in_turn(const struct calls *c, long self)
{
	check(c->lock(&turns) == 0, "lock");
	while (turn % THREADS != self)
		check(c->wait(&turned, &turns) == 0, "wait");
	turn++;
	check(c->broadcast(&turned) == 0, "broadcast");
	check(c->unlock(&turns) == 0, "unlock");
}

static void read_and_write(const struct calls *c, unsigned n)
{
	int writes = n % READERS_ROUND == 0;

	if (writes) {
		if (n % 3 || c->trywrlock(&rwlock))
			check(c->wrlock(&rwlock) == 0, "wrlock");
		written[0]++;
		written[1]++;
	} else {
		if (n % 3 || c->tryrdlock(&rwlock))
			check(c->rdlock(&rwlock) == 0, "rdlock");
		check(written[0] == written[1], "nobody writes while one reads");
		if (n % 7 == 0) {
			check(c->rdlock(&rwlock) == 0, "a reader reads once more");
			check(written[0] == written[1], "and nobody writes");
			check(c->rwunlock(&rwlock) == 0, "one of two unlocks");
			check(written[0] == written[1], "nobody writes after it");
		}
	}
	check(c->rwunlock(&rwlock) == 0, "unlock of a rwlock");
}

/* Of all types. A recursive one also while it is held, by either way. */
static void take_typed(const struct calls *c, const struct calls *inner, unsigned n)
{
	unsigned type = n % TYPES;

	take(c, &typed[type], n / TYPES);
	if (type == PTHREAD_MUTEX_RECURSIVE) {
		check(inner->lock(&typed[type]) == 0, "a recursive one is taken again");
		by_type[type]++;
		check(inner->unlock(&typed[type]) == 0, "and given back");
	} else {
		by_type[type]++;
		if (type == PTHREAD_MUTEX_ERRORCHECK)
			check(inner->lock(&typed[type]) == EDEADLK, "one that checks for errors is not");
	}
	check(c->unlock(&typed[type]) == 0, "unlock of a type");
	if (type == PTHREAD_MUTEX_ERRORCHECK || type == PTHREAD_MUTEX_RECURSIVE)
		check(plain.unlock(&typed[type]) == EPERM, "who does not hold it is refused");
}

static void *work(void *arg)
{
	long self = (long)arg;
	unsigned seed = (unsigned)self + 1, n;
	long i;

	for (i = 0; i < ROUNDS; i++) {
		const struct calls *c = rand_r(&seed) % 2 ? &hooked : &plain;

		n = (unsigned)rand_r(&seed);
		take(c, &mutex, n);
		by_mutex++;
		check(c->unlock(&mutex) == 0, "unlock");
		take_typed(c, n % 5 ? c : &plain, n / 3);
		read_and_write(c, n);
		prefer_writers(c, n);
		if (n % 2 || c->tryspin(&spin))
			check(c->spin(&spin) == 0, "spin lock");
		by_spin++;
		check(c->unspin(&spin) == 0, "spin unlock");
		if (i % 64 == 0)
			in_turn(c, self);
	}
	return NULL;
}

/* Nobody sleeps: two at once are most likely here. */
static void *race(void *unused)
{
	int i;

	for (i = 0; i < ROUNDS; i++) {
		while (pthread_mutex_trylock(&mutex))
			;
		by_mutex++;
		pthread_mutex_unlock(&mutex);
		pthread_spin_lock(&spin);
		by_spin++;
		pthread_spin_unlock(&spin);
	}
	return unused;
}

static void find_past_hooks(void)
{
	void *libc = dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD);

	check(libc != NULL, "libc is there");
#define FIND(field, name) check((*(void **)&plain.field = dlsym(libc, name)) != NULL, name)
	FIND(lock, "pthread_mutex_lock");
	FIND(trylock, "pthread_mutex_trylock");
	FIND(unlock, "pthread_mutex_unlock");
	FIND(timedlock, "pthread_mutex_timedlock");
	FIND(wait, "pthread_cond_wait");
	FIND(broadcast, "pthread_cond_broadcast");
	FIND(rdlock, "pthread_rwlock_rdlock");
	FIND(wrlock, "pthread_rwlock_wrlock");
	FIND(rwunlock, "pthread_rwlock_unlock");
	FIND(tryrdlock, "pthread_rwlock_tryrdlock");
	FIND(trywrlock, "pthread_rwlock_trywrlock");
	FIND(spin, "pthread_spin_lock");
	FIND(tryspin, "pthread_spin_trylock");
	FIND(unspin, "pthread_spin_unlock");
#undef FIND
}

/* Alone, and so in libc's way without locked instructions. */
static void alone(void)
{
	int i;

	for (i = 0; i < 100; i++) {
		check(hooked.lock(&mutex) == 0, "lock");
		check(plain.trylock(&mutex) == EBUSY, "a lock that is held is refused past the hooks");
		check(hooked.trylock(&mutex) == EBUSY, "and by a hook");
		check(plain.unlock(&mutex) == 0 && plain.lock(&mutex) == 0, "given back past the hooks, taken there");
		check(hooked.unlock(&mutex) == 0, "unlock");
		check(hooked.rdlock(&rwlock) == 0 && plain.trywrlock(&rwlock) == EBUSY, "a reader keeps writers out");
		check(plain.tryrdlock(&rwlock) == 0 && plain.rwunlock(&rwlock) == 0, "and no reader");
		check(hooked.rwunlock(&rwlock) == 0, "unlock");
		check(plain.wrlock(&rwlock) == 0 && hooked.tryrdlock(&rwlock) == EBUSY, "a writer keeps readers out");
		check(plain.rwunlock(&rwlock) == 0, "unlock");
	}
}

int main(void)
{
	pthread_t thread[THREADS];
	pthread_mutexattr_t type;
	long i;

	find_past_hooks();
	pthread_mutexattr_init(&type);
	for (i = 0; i < TYPES; i++) {
		pthread_mutexattr_settype(&type, (int)i);
		pthread_mutex_init(&typed[i], &type);
	}
	pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
	alone();
	for (i = 0; i < 2; i++)
		check(pthread_create(&thread[i], NULL, race, NULL) == 0, "create");
	for (i = 0; i < 2; i++)
		check(pthread_join(thread[i], NULL) == 0, "join");
	for (i = 0; i < THREADS; i++)
		check(pthread_create(&thread[i], NULL, work, (void *)i) == 0, "create");
	for (i = 0; i < THREADS; i++)
		check(pthread_join(thread[i], NULL) == 0, "join");
	check(by_mutex == (THREADS + 2) * ROUNDS, "a mutex excludes");
	check(by_type[0] + by_type[1] + by_type[2] + by_type[3] == THREADS * ROUNDS, "those of a type too");
	check(by_spin == (THREADS + 2) * ROUNDS, "a spinlock too");
	check(written[0] == written[1], "a rwlock too");
	check(turn >= THREADS * (ROUNDS / 64), "all had their turns");
	check(mutex.__data.__lock == 0 && mutex.__data.__owner == 0 && mutex.__data.__nusers == 0, "a mutex is as at first");
	check(rwlock.__data.__readers < 8 && rwlock.__data.__cur_writer == 0, "nobody reads or writes");
	for (i = 0; i < TYPES; i++)
		check(pthread_mutex_destroy(&typed[i]) == 0, "one of a type can be destroyed");
	check(pthread_mutex_destroy(&mutex) == 0 && pthread_mutex_destroy(&turns) == 0 &&
		      pthread_rwlock_destroy(&rwlock) == 0,
	      "and the others");
	puts("as it should be");
	return 0;
}
