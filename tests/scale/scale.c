// SPDX-License-Identifier: MIT
/*
 * scale.c - a program with many of something, and one inversion at the end that must still be found.
 *
 *   scale classes N       N static locks: a class each
 *   scale named N         N locks, each of a class that has a name of its own
 *   scale edges C E       E pairs of C static locks, one inside the other, in one order
 *   scale down C E        the same, but each pair goes down in the order that they were met in
 *   scale depth D N       D locks held at once, N times
 *   scale locks N         N mutexes of one class, each taken inside another lock
 *   scale spins N         N spinlocks of one class (no room for a tag)
 *   scale lives C N       a wait-inversion: over a lock met after C others, of threads joined before N others
 *   scale stacks N        pairs of locks, N of them, each by another way through the program
 *   scale places N        N places: a scope and an allocation under another lock
 *   scale scopes N        N scopes open at once
 *   scale threads N       N threads that take a pair of locks each
 *   scale alive N         N threads at once
 *   scale findings N      N inversions
 *   scale modules N FILE  N copies of a module, at once, each of which takes locks
 *   scale chains K N      N different held stacks of K locks, without a new pair of classes after the first few
 *
 * Prints nanoseconds for each, and KiB resident when it is done: anonymous, of files, shared.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <reclaimdep/annotate.h>

#define CLASSES_MAX 1200000

static pthread_mutex_t classes[CLASSES_MAX]; /* all zero: as by PTHREAD_MUTEX_INITIALIZER */
static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER, second = PTHREAD_MUTEX_INITIALIZER;

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* One place takes them all. */
static void lock(pthread_mutex_t *m)
{
	pthread_mutex_lock(m);
}

static void unlock(pthread_mutex_t *m)
{
	pthread_mutex_unlock(m);
}

static void pair(pthread_mutex_t *from, pthread_mutex_t *to)
{
	lock(from);
	lock(to);
	unlock(to);
	unlock(from);
}

static void *need(void *p)
{
	if (!p)
		exit(1);
	return p;
}

/* ---- what there is many of ---- */

static void many_classes(long n, long unused)
{
	long i;

	(void)unused;
	for (i = 0; i < n; i++) {
		lock(&classes[i]);
		unlock(&classes[i]);
	}
}

static void many_named(long n, long unused)
{
	pthread_mutex_t *locks = need(calloc((size_t)n, sizeof(*locks)));
	char name[32];
	long i;

	(void)unused;
	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "object %ld", i);
		reclaimdep_lock_class(&locks[i], name);
		pair(&outer, &locks[i]);
	}
}

static void many_edges(long count, long n)
{
	long i;

	for (i = 0; i < n; i++) {
		long from = i % count, to = from + 1 + i / count;

		if (to < count)
			pair(&classes[from], &classes[to]);
	}
}

/* Each lock is first met on its own, and the pairs go against that. */
static void many_down(long count, long n)
{
	long i;

	for (i = 0; i + 1 < count; i += 2)
		pair(&classes[i], &classes[i + 1]);
	for (i = 0; i < n; i++) {
		long to = i % count, from = to + 2 + i / count;

		if (from < count)
			pair(&classes[from], &classes[to & ~1l]);
	}
}

static void many_held(long depth, long n)
{
	long i;

	while (n--) {
		for (i = 0; i < depth; i++)
			lock(&classes[i]);
		while (i--)
			unlock(&classes[i]);
	}
}

static void many_locks(long n, long unused)
{
	pthread_mutex_t *locks = need(malloc((size_t)n * sizeof(*locks)));
	long i;

	(void)unused;
	for (i = 0; i < n; i++)
		pthread_mutex_init(&locks[i], NULL);
	for (i = 0; i < n; i++)
		pair(&outer, &locks[i]);
}

static void many_spins(long n, long unused)
{
	pthread_spinlock_t *locks = need(malloc((size_t)n * sizeof(*locks)));
	long i;

	(void)unused;
	for (i = 0; i < n; i++)
		pthread_spin_init(&locks[i], PTHREAD_PROCESS_PRIVATE);
	for (i = 0; i < n; i++) {
		pthread_spin_lock(&locks[i]);
		pthread_spin_unlock(&locks[i]);
	}
}

static uint64_t next_random(void)
{
	static uint64_t state = 0x9e3779b97f4a7c15ull;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static void many_chains(long locks, long n)
{
	while (n--) {
		uint64_t some = next_random();
		long i;

		for (i = 0; i < locks; i++) {
			if (some >> i % 64 & 1)
				lock(&classes[i]);
		}
		while (i--) {
			if (some >> i % 64 & 1)
				unlock(&classes[i]);
		}
	}
}

/* ---- threads that are joined ---- */

/* One at a time, so what they take they have given back when they are joined. */
static void run_thread(void *(*run)(void *), pthread_mutex_t *takes, pthread_mutex_t *joined_under)
{
	pthread_t t;
	int done = 0;
	void *args[] = {takes, &done};

	if (pthread_create(&t, NULL, run, args))
		exit(1);
	while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE))
		sched_yield();
	if (joined_under)
		lock(joined_under);
	pthread_join(t, NULL);
	if (joined_under)
		unlock(joined_under);
}

static void *worker(void *args)
{
	lock(((void **)args)[0]);
	unlock(((void **)args)[0]);
	__atomic_store_n((int *)((void **)args)[1], 1, __ATOMIC_RELEASE);
	return NULL;
}

/* Made elsewhere, and of another start routine. */
static void *other_worker(void *args)
{
	return worker(args);
}

/*
 * Of what the workers take and of where they are joined the first occurrences are kept, which are of different ones: that some
 * of them took it and were joined there, too, is known by what each of them took.
 */
static void many_lives(long count, long n)
{
	pthread_mutex_t *late = &classes[count];
	long i;

	many_classes(count, 0);
	for (i = 0; i < 16; i++)
		run_thread(worker, late, NULL);
	for (i = 0; i < 16; i++)
		run_thread(worker, late, &outer);
	for (i = 0; i < n; i++)
		run_thread(other_worker, &classes[i % (count + 1)], &first);
	pair(late, &outer);
}

/* ---- what fills a record ---- */

static void way(long which, unsigned left, pthread_mutex_t *from, pthread_mutex_t *to);

static __attribute__((noinline)) void left_turn(long which, unsigned left, pthread_mutex_t *from, pthread_mutex_t *to)
{
	way(which, left, from, to);
	__asm__ volatile("");
}

static __attribute__((noinline)) void right_turn(long which, unsigned left, pthread_mutex_t *from, pthread_mutex_t *to)
{
	way(which, left, from, to);
	__asm__ volatile("");
}

/* A stack for each number. */
static __attribute__((noinline)) void way(long which, unsigned left, pthread_mutex_t *from, pthread_mutex_t *to)
{
	if (!left)
		pair(from, to);
	else
		(which & 1 ? left_turn : right_turn)(which >> 1, left - 1, from, to);
	__asm__ volatile("");
}

static void many_stacks(long n, long unused)
{
	long i;

	(void)unused;
	for (i = 0; i < n; i++)
		way(i, 16, &classes[i], &classes[i + 1]);
}

static void many_places(long n, long unused)
{
	long i;

	(void)unused;
	for (i = 0; i < n; i++) {
		lock(&classes[i]);
		reclaimdep_scope_enter(RECLAIMDEP_SCOPE_NOFS, "under a lock");
		free(malloc(100));
		reclaimdep_alloc(RECLAIMDEP_GFP_NOIO);
		reclaimdep_scope_leave(RECLAIMDEP_SCOPE_NOFS);
		unlock(&classes[i]);
	}
}

static void many_scopes(long n, long unused)
{
	long i;

	(void)unused;
	for (i = 0; i < n; i++)
		reclaimdep_scope_enter(RECLAIMDEP_SCOPE_NOFS, "inside another");
	while (i--)
		reclaimdep_scope_leave(RECLAIMDEP_SCOPE_NOFS);
}

static void *take_pair(void *args)
{
	pair(((void **)args)[0], &classes[CLASSES_MAX - 1]);
	__atomic_store_n((int *)((void **)args)[1], 1, __ATOMIC_RELEASE);
	return NULL;
}

static void many_threads(long n, long unused)
{
	long i;

	(void)unused;
	for (i = 0; i < n; i++)
		run_thread(take_pair, &classes[i], NULL);
}

static pthread_barrier_t there, done;

static void *stay(void *mine)
{
	lock(mine);
	pthread_barrier_wait(&there);
	pthread_barrier_wait(&done);
	unlock(mine);
	return NULL;
}

static void many_alive(long n, long unused)
{
	pthread_t *threads = need(calloc((size_t)n, sizeof(*threads)));
	pthread_attr_t attr;
	long i;

	(void)unused;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	pthread_barrier_init(&there, NULL, (unsigned)n + 1);
	pthread_barrier_init(&done, NULL, (unsigned)n + 1);
	for (i = 0; i < n; i++) {
		if (pthread_create(&threads[i], &attr, stay, &classes[i]))
			exit(1);
	}
	pthread_barrier_wait(&there);
	pthread_barrier_wait(&done);
	for (i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	free(threads);
}

static void many_findings(long n, long unused)
{
	long i;

	(void)unused;
	for (i = 0; i < n; i++)
		run_thread(take_pair, &classes[i], NULL);
	for (i = 0; i < n; i++)
		pair(&classes[CLASSES_MAX - 1], &classes[i]);
}

static const char *module;

static void copy(const char *to)
{
	FILE *in = need(fopen(module, "r")), *out = need(fopen(to, "w"));
	char part[4096];
	size_t got;

	while ((got = fread(part, 1, sizeof(part), in)))
		fwrite(part, 1, got, out);
	fclose(in);
	fclose(out);
}

static void many_modules(long n, long unused)
{
	char name[4096];
	void (*run)(void);
	void *loaded;
	long i;

	(void)unused;
	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%s.%ld", module, i);
		copy(name);
		loaded = dlopen(name, RTLD_NOW | RTLD_LOCAL);
		*(void **)&run = loaded ? dlsym(loaded, "soak_module_run") : NULL;
		if (!run)
			exit(1);
		run();
		unlink(name);
	}
}

/* ---- the inversion ---- */

static void *forward(void *unused)
{
	pthread_mutex_lock(&first);
	pthread_mutex_lock(&second);
	pthread_mutex_unlock(&second);
	pthread_mutex_unlock(&first);
	__atomic_store_n((int *)unused, 1, __ATOMIC_RELEASE);
	return NULL;
}

static void invert(void)
{
	int done = 0;
	pthread_t t;

	if (pthread_create(&t, NULL, forward, &done))
		exit(1);
	while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE))
		;
	pthread_mutex_lock(&second);
	pthread_mutex_lock(&first);
	pthread_mutex_unlock(&first);
	pthread_mutex_unlock(&second);
	pthread_join(t, NULL);
}

static void print_memory(void)
{
	static const char *const names[] = {"RssAnon:", "RssFile:", "RssShmem:"};
	FILE *f = fopen("/proc/self/status", "r");
	char line[256];
	size_t i;

	while (f && fgets(line, sizeof(line), f)) {
		for (i = 0; i < 3; i++) {
			if (strncmp(line, names[i], strlen(names[i])) == 0)
				printf(" %ld", atol(line + strlen(names[i])));
		}
	}
	printf("\n");
	if (f)
		fclose(f);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(long a, long b);
	} modes[] = {
		{"classes", many_classes}, {"named", many_named}, {"edges", many_edges}, {"down", many_down},
		{"depth", many_held},	   {"locks", many_locks}, {"spins", many_spins}, {"chains", many_chains},
		{"lives", many_lives},	   {"stacks", many_stacks}, {"places", many_places}, {"threads", many_threads},
		{"alive", many_alive},	   {"findings", many_findings}, {"modules", many_modules},
		{"scopes", many_scopes},
	};
	long a = argc > 2 ? atol(argv[2]) : 0, b = argc > 3 ? atol(argv[3]) : 0;
	double begin;
	size_t i;

	module = argc > 3 ? argv[3] : "";
	for (i = 0; i < sizeof(modes) / sizeof(*modes) && argc > 2; i++) {
		if (strcmp(modes[i].name, argv[1]))
			continue;
		begin = now_ns();
		modes[i].run(a, b);
		printf("%.1f", (now_ns() - begin) / (double)(b ? b : a));
		print_memory();
		invert();
		return 0;
	}
	return 2;
}
