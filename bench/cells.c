// SPDX-License-Identifier: MIT
/*
 * cells.c - what is measured, as a program of its own, that runs alike bare, under each tool, and built
 * with a sanitizer.
 *
 *   cells list             the cells' names
 *   cells ID MILLISECONDS  nanoseconds an operation: the median of the batches that fit in that time
 *   cells ID count N       N operations, unmeasured: for who counts instructions
 *   cells ID memory        KiB resident when it is done: anonymous, of files, shared
 */
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifndef NO_GFP
#include <reclaimdep/gfp.h>
#endif

#define BATCHES_MAX 4096
#define RANDOM_SMALL 10000
#define RANDOM_LARGE 1000000
#define CLASSES_MAX 100000

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t c = PTHREAD_MUTEX_INITIALIZER, d = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spinlock;
static pthread_mutex_t *many;
static uint32_t *places; /* in many, at random */
static uint32_t many_count;
static pthread_mutex_t classes[CLASSES_MAX]; /* all zero: as by PTHREAD_MUTEX_INITIALIZER */

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void lock(pthread_mutex_t *m)
{
	pthread_mutex_lock(m);
}

static void unlock(pthread_mutex_t *m)
{
	pthread_mutex_unlock(m);
}

/* ---- locks ---- */

static void setup_none(void)
{
}

/* For what waits for another thread. On several processors it is the scheduler that is measured: whether the other side
 * still runs when it is woken, and where. */
static void setup_one_processor(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	if (sched_setaffinity(0, sizeof(one), &one)) {
		perror("cells: sched_setaffinity");
		exit(1);
	}
}
#define setup_cond setup_one_processor
#define setup_create setup_one_processor

static void run_lock(long n)
{
	while (n--) {
		pthread_mutex_lock(&a);
		pthread_mutex_unlock(&a);
	}
}

static void run_lock_2(long n)
{
	while (n--) {
		pthread_mutex_lock(&a);
		pthread_mutex_lock(&b);
		pthread_mutex_unlock(&b);
		pthread_mutex_unlock(&a);
	}
}

static void run_lock_4(long n)
{
	while (n--) {
		pthread_mutex_lock(&a);
		pthread_mutex_lock(&b);
		pthread_mutex_lock(&c);
		pthread_mutex_lock(&d);
		pthread_mutex_unlock(&d);
		pthread_mutex_unlock(&c);
		pthread_mutex_unlock(&b);
		pthread_mutex_unlock(&a);
	}
}

static void run_out_of_order(long n)
{
	while (n--) {
		pthread_mutex_lock(&a);
		pthread_mutex_lock(&b);
		pthread_mutex_unlock(&a);
		pthread_mutex_unlock(&b);
	}
}

static void run_read(long n)
{
	while (n--) {
		pthread_rwlock_rdlock(&rw);
		pthread_rwlock_unlock(&rw);
	}
}

static void run_write(long n)
{
	while (n--) {
		pthread_rwlock_wrlock(&rw);
		pthread_rwlock_unlock(&rw);
	}
}

static void setup_spin(void)
{
	pthread_spin_init(&spinlock, PTHREAD_PROCESS_PRIVATE);
}

static void run_spin(long n)
{
	while (n--) {
		pthread_spin_lock(&spinlock);
		pthread_spin_unlock(&spinlock);
	}
}

static void run_try(long n)
{
	while (n--) {
		if (pthread_mutex_trylock(&a) == 0)
			pthread_mutex_unlock(&a);
	}
}

static pthread_mutex_t twice = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

static void run_again(long n)
{
	while (n--) {
		pthread_mutex_lock(&twice);
		pthread_mutex_lock(&twice);
		pthread_mutex_unlock(&twice);
		pthread_mutex_unlock(&twice);
	}
}

/* Of one class, as the nodes of a tree are: which of them may be held under which is a matter of these alone. */
#define SIBLINGS 16
static pthread_mutex_t sibling[SIBLINGS + 1];

static void setup_siblings(void)
{
	int i;

	for (i = 0; i <= SIBLINGS; i++)
		pthread_mutex_init(&sibling[i], NULL);
}

static void run_siblings(long n)
{
	while (n--) {
		pthread_mutex_t *m = &sibling[n % SIBLINGS];

		pthread_mutex_lock(m);
		pthread_mutex_lock(m + 1);
		pthread_mutex_unlock(m + 1);
		pthread_mutex_unlock(m);
	}
}

static pthread_mutex_t robust;

static void setup_robust(void)
{
	pthread_mutexattr_t kind;

	pthread_mutexattr_init(&kind);
	pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&robust, &kind);
	pthread_mutexattr_destroy(&kind);
}

static void run_robust(long n)
{
	while (n--) {
		pthread_mutex_lock(&robust);
		pthread_mutex_unlock(&robust);
	}
}

static sem_t permit;

static void setup_sem(void)
{
	sem_init(&permit, 0, 1);
}

static void run_sem(long n)
{
	while (n--) {
		sem_wait(&permit);
		sem_post(&permit);
	}
}

static uint32_t next_random(void)
{
	static uint64_t state = 0x9e3779b97f4a7c15ull;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32);
}

static void setup_many(uint32_t count)
{
	uint32_t i;

	many_count = count;
	many = calloc(count, sizeof(*many));
	places = calloc(count, sizeof(*places));
	if (!many || !places)
		exit(1);
	for (i = 0; i < count; i++) {
		pthread_mutex_init(&many[i], NULL);
		lock(&many[i]);
		unlock(&many[i]);
		places[i] = next_random() % count;
	}
}

static void setup_random_10k(void)
{
	setup_many(RANDOM_SMALL);
}

static void setup_random_1m(void)
{
	setup_many(RANDOM_LARGE);
}

static void run_random(long n)
{
	static uint32_t at;

	while (n--) {
		pthread_mutex_t *m = &many[places[at]];

		at = at + 1 == many_count ? 0 : at + 1;
		pthread_mutex_lock(m);
		pthread_mutex_unlock(m);
	}
}

#define run_random_10k run_random
#define run_random_1m run_random

/* ---- two threads ---- */

struct worker {
	pthread_t thread;
	pthread_mutex_t *lock;
	long n;
	int *there;
	char pad[128];
};

/* Until both are there: else the first is done with much of it alone. */
static void meet(int *there)
{
	__atomic_add_fetch(there, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(there, __ATOMIC_ACQUIRE) < 2)
		sched_yield();
}

static void *work(void *p)
{
	struct worker *w = p;
	long i;

	meet(w->there);
	for (i = 0; i < w->n; i++) {
		pthread_mutex_lock(w->lock);
		pthread_mutex_unlock(w->lock);
	}
	return NULL;
}

/* The threads are made for each batch: it is long enough for that not to count. */
static void run_pair(long n, pthread_mutex_t *first, pthread_mutex_t *second)
{
	int there = 0;
	struct worker w = {.lock = second, .n = n / 2, .there = &there};

	if (pthread_create(&w.thread, NULL, work, &w))
		exit(1);
	work(&(struct worker){.lock = first, .n = n / 2, .there = &there});
	pthread_join(w.thread, NULL);
}

static struct {
	pthread_mutex_t lock;
	char pad[128];
} apart[2] = {{PTHREAD_MUTEX_INITIALIZER, ""}, {PTHREAD_MUTEX_INITIALIZER, ""}};

static void run_private(long n)
{
	run_pair(n, &apart[0].lock, &apart[1].lock);
}

static void run_contended(long n)
{
	run_pair(n, &apart[0].lock, &apart[0].lock);
}

static pthread_cond_t turned = PTHREAD_COND_INITIALIZER;
static int turn;

static void take_turns(long n, int me)
{
	lock(&a);
	while (n--) {
		while (turn != me)
			pthread_cond_wait(&turned, &a);
		turn = !me;
		pthread_cond_signal(&turned);
	}
	unlock(&a);
}

static void *other_side(void *n)
{
	take_turns((long)(intptr_t)n, 1);
	return NULL;
}

static void run_cond(long n)
{
	pthread_t t;

	turn = 0;
	if (pthread_create(&t, NULL, other_side, (void *)(intptr_t)n))
		exit(1);
	take_turns(n, 0);
	pthread_join(t, NULL);
}

/* ---- memory ---- */

/* Kept from the compiler, which knows what malloc is. */
static void *volatile block;

static void run_malloc(long n)
{
	while (n--) {
		block = malloc(64);
		free(block);
	}
}

static void run_malloc_held(long n)
{
	lock(&a);
	run_malloc(n);
	unlock(&a);
}

#ifdef NO_GFP
#define run_malloc_scope run_malloc_held
#define run_kmalloc run_malloc_held
#else
static void run_malloc_scope(long n)
{
	unsigned int flags = memalloc_nofs_save();

	run_malloc_held(n);
	memalloc_nofs_restore(flags);
}

static void run_kmalloc(long n)
{
	lock(&a);
	while (n--) {
		block = kmalloc(64, GFP_KERNEL);
		kfree(block);
	}
	unlock(&a);
}
#endif

struct object {
	pthread_mutex_t lock;
	char data[40];
};

static void run_churn(long n)
{
	while (n--) {
		struct object *o = malloc(sizeof(*o));

		block = o;
		if (!o)
			exit(1);
		pthread_mutex_init(&o->lock, NULL);
		pthread_mutex_lock(&o->lock);
		pthread_mutex_unlock(&o->lock);
		pthread_mutex_destroy(&o->lock);
		free(block);
	}
}

/* As a std::mutex does: no call tells of it. */
static void run_fresh(long n)
{
	while (n--) {
		struct object *o = malloc(sizeof(*o));

		block = o;
		if (!o)
			exit(1);
		o->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
		pthread_mutex_lock(&o->lock);
		pthread_mutex_unlock(&o->lock);
		free(block);
	}
}

static void *nothing(void *unused)
{
	return unused;
}

static void run_create(long n)
{
	while (n--) {
		pthread_t t;

		if (pthread_create(&t, NULL, nothing, NULL))
			exit(1);
		pthread_join(t, NULL);
	}
}

/* ---- what grows ---- */

/* Not inlined: the same pair at another place would be something new. */
static __attribute__((noinline)) void take_pair(long i, long count)
{
	long from = i % count, to = from + 1 + i / count;

	if (to >= count)
		return;
	lock(&classes[from]);
	lock(&classes[to]);
	unlock(&classes[to]);
	unlock(&classes[from]);
}

/* Nanoseconds of a pair that is new, and of one that was met before, at random. */
static void run_edges(long count, long pairs)
{
	double begin;
	long i;

	for (i = 0; i < count; i++) {
		lock(&classes[i]);
		unlock(&classes[i]);
	}
	if (!pairs)
		return;
	begin = now_ns();
	for (i = 0; i < pairs; i++)
		take_pair(i, count);
	printf("%.2f", (now_ns() - begin) / (double)pairs);
	begin = now_ns();
	for (i = 0; i < pairs; i++)
		take_pair(next_random() % pairs, count);
	printf(" %.2f\n", (now_ns() - begin) / (double)pairs);
}

/* ---- the tables ---- */

#define setup_lock setup_none
#define setup_lock_2 setup_none
#define setup_lock_4 setup_none
#define setup_out_of_order setup_none
#define setup_read setup_none
#define setup_write setup_none
#define setup_try setup_none
#define setup_private setup_none
#define setup_contended setup_none
#define setup_again setup_none
#define setup_malloc setup_none
#define setup_malloc_held setup_none
#define setup_malloc_scope setup_none
#define setup_kmalloc setup_none
#define setup_churn setup_none
#define setup_fresh setup_none

static const struct cell {
	const char *id;
	long batch;
	void (*setup)(void);
	void (*run)(long n);
} cells[] = {
#define CELL(id, batch, most, title) {#id, batch, setup_##id, run_##id},
#include "cells.def"
#undef CELL
};

static const struct {
	const char *id;
	long classes, pairs;
} growing[] = {
#define EDGES(id, classes, edges, most, title) {#id, classes, edges},
#include "edges.def"
#undef EDGES
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int by_value(const void *x, const void *y)
{
	const double *p = x, *q = y;

	return (*p > *q) - (*p < *q);
}

static void measure(const struct cell *cell, double milliseconds)
{
	static double took[BATCHES_MAX];
	double end = now_ns() + milliseconds * 1e6;
	size_t n = 0;

	do {
		double begin = now_ns();

		cell->run(cell->batch);
		took[n++] = (now_ns() - begin) / (double)cell->batch;
	} while (n < BATCHES_MAX && (n < 3 || now_ns() < end));
	qsort(took, n, sizeof(took[0]), by_value);
	printf("%.3f\n", took[n / 2]);
}

static void print_memory(void)
{
	static const char *const names[] = {"RssAnon:", "RssFile:", "RssShmem:"};
	FILE *f = fopen("/proc/self/status", "r");
	char line[256];
	size_t i;

	while (f && fgets(line, sizeof(line), f)) {
		for (i = 0; i < COUNT(names); i++) {
			if (strncmp(line, names[i], strlen(names[i])) == 0)
				printf("%ld%c", atol(line + strlen(names[i])), i + 1 == COUNT(names) ? '\n' : ' ');
		}
	}
}

static void *idle(void *unused)
{
	pause();
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t t;
	size_t i;

	if (argc == 2 && strcmp(argv[1], "list") == 0) {
		for (i = 0; i < COUNT(cells); i++)
			puts(cells[i].id);
		return 0;
	}
	/* libc does without atomic operations as long as there is one thread. */
	if (argc < 3 || pthread_create(&t, NULL, idle, NULL))
		return 1;
	for (i = 0; i < COUNT(growing); i++) {
		if (strcmp(argv[1], growing[i].id) == 0)
			run_edges(growing[i].classes, growing[i].pairs);
	}
	for (i = 0; i < COUNT(cells); i++) {
		if (strcmp(argv[1], cells[i].id))
			continue;
		cells[i].setup();
		if (argc == 4)
			cells[i].run(atol(argv[3]));
		else if (strcmp(argv[2], "memory"))
			measure(&cells[i], atof(argv[2]));
	}
	if (strcmp(argv[2], "memory") == 0)
		print_memory();
	fflush(stdout);
	/* What a tool does at the end is not what is measured. */
	_exit(0);
}
