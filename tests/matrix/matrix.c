// SPDX-License-Identifier: MIT
/*
 * matrix.c - runs the cases of a table, each in a process of its own.
 *
 *   matrix list             the cases, a line each
 *   matrix run [NUMBER...]  runs them; prints where their locks are, and "NUMBER PID" for each
 *   matrix case NUMBER      runs one, in this very process
 *
 * Environment: MATRIX_RANDOM=N[,SEED], how many random cases and which.
 *
 * All locks stand in one static array: a class's name tells the case. Threads take turns by a futex
 * of the driver's own, which no tool can take for an order of locks.
 */
#include "matrix.h"
#include "tests/victims/kernel.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CASES 4096
#define NOISE 2000
#define HANG_MS 400
#define NOINLINE __attribute__((noinline))

union lock {
	pthread_mutex_t mutex;
	pthread_rwlock_t rwlock;
	pthread_spinlock_t spin;
	char size[MATRIX_STRIDE / MATRIX_LOCKS];
};

/* The first row is nobody's: a name without an offset. */
static union lock locks[CASES][MATRIX_LOCKS];
static pthread_mutex_t noise[NOISE];
static unsigned random_count;
static unsigned long random_seed;

static const struct matrix_case table[] = {
#define CASE(group, name, kinds, program, expect) {group, name, kinds, program, expect, NULL},
#define LATER(group, name, kinds, program, expect, awaits)                                         \
	{group, name, kinds, program, expect, awaits},
#include "cases.def"
};
#define COUNT (sizeof(table) / sizeof(table[0]))

#define RANDOM_MAX (CASES - 1 - COUNT)
_Static_assert(COUNT < CASES, "room for all cases");
_Static_assert(sizeof(union lock) == MATRIX_STRIDE / MATRIX_LOCKS,
	       "no lock is larger than its place");

/* ---- classes by init call ---- */

static pthread_mutexattr_t *mutex_attr(char kind, pthread_mutexattr_t *attr)
{
	pthread_mutexattr_init(attr);
	pthread_mutexattr_settype(attr, kind == 'c'   ? PTHREAD_MUTEX_RECURSIVE
					: kind == 'k' ? PTHREAD_MUTEX_ERRORCHECK
						      : PTHREAD_MUTEX_NORMAL);
	return attr;
}

/* A function for each class: its init calls are the class, and it has the class's number in its
 * name. */
#define INIT(n)                                                                                    \
	static NOINLINE void init_class_##n(union lock *l, char kind)                              \
	{                                                                                          \
		pthread_mutexattr_t attr;                                                          \
		pthread_rwlockattr_t rwattr;                                                       \
                                                                                                   \
		if (strchr("mck", kind)) {                                                         \
			pthread_mutex_init(&l->mutex, mutex_attr(kind, &attr));                    \
		} else if (kind == 's') {                                                          \
			pthread_spin_init(&l->spin, 0);                                            \
		} else {                                                                           \
			pthread_rwlockattr_init(&rwattr);                                          \
			if (strchr("pq", kind))                                                    \
				pthread_rwlockattr_setkind_np(                                     \
					&rwattr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);    \
			pthread_rwlock_init(&l->rwlock, &rwattr);                                  \
		}                                                                                  \
	}
#define TENS(X)                                                                                    \
	ONES(X, 0) ONES(X, 1) ONES(X, 2) ONES(X, 3) ONES(X, 4) ONES(X, 5) ONES(X, 6) ONES(X, 7)
#define ONES(X, t) X(t##0) X(t##1) X(t##2) X(t##3) X(t##4) X(t##5) X(t##6) X(t##7) X(t##8) X(t##9)
TENS(INIT)

typedef void (*init_fn)(union lock *l, char kind);
#define INIT_NAME(n) init_class_##n,
static const init_fn inits[] = {TENS(INIT_NAME)};
#define INITS (sizeof(inits) / sizeof(inits[0]))

/* How many classes a program makes. */
static unsigned classes_of(const char *program)
{
	unsigned n = 0;

	while ((program = strchr(program, 'i'))) {
		program += 2;
		if ((unsigned)(*program - 'a') >= n)
			n = (unsigned)(*program - 'a') + 1;
	}
	return n;
}

static unsigned first_class(unsigned number)
{
	unsigned i, n = 0;

	for (i = 0; i < number && i < COUNT; i++)
		n += classes_of(table[i].program);
	return n;
}

/* ---- the calls ---- */

static char kind_to_take(char kind, char how)
{
	switch (kind) {
	case 'w':
	case 'r':
		return how == 'w' || how == 'r' ? how : kind;
	case 'p':
	case 'q':
		return how == 'w' ? 'p' : how == 'r' ? 'q' : kind;
	default:
		return kind;
	}
}

static const struct timespec *soon(void)
{
	static __thread struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += 20000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	return &until;
}

static NOINLINE int take(union lock *l, char kind, char how)
{
	switch (kind_to_take(kind, how)) {
	case 's':
		return how == 't' ? pthread_spin_trylock(&l->spin) : pthread_spin_lock(&l->spin);
	case 'w':
	case 'p':
		return how == 't'   ? pthread_rwlock_trywrlock(&l->rwlock)
		       : how == 'l' ? pthread_rwlock_timedwrlock(&l->rwlock, soon())
				    : pthread_rwlock_wrlock(&l->rwlock);
	case 'r':
	case 'q':
		return how == 't'   ? pthread_rwlock_tryrdlock(&l->rwlock)
		       : how == 'l' ? pthread_rwlock_timedrdlock(&l->rwlock, soon())
				    : pthread_rwlock_rdlock(&l->rwlock);
	default:
		return how == 't'   ? pthread_mutex_trylock(&l->mutex)
		       : how == 'l' ? pthread_mutex_timedlock(&l->mutex, soon())
				    : pthread_mutex_lock(&l->mutex);
	}
}

static NOINLINE void give(union lock *l, char kind)
{
	if (kind == 's')
		pthread_spin_unlock(&l->spin);
	else if (strchr("wprq", kind))
		pthread_rwlock_unlock(&l->rwlock);
	else
		pthread_mutex_unlock(&l->mutex);
}

static NOINLINE void destroy(union lock *l, char kind)
{
	if (kind == 's')
		pthread_spin_destroy(&l->spin);
	else if (strchr("wprq", kind))
		pthread_rwlock_destroy(&l->rwlock);
	else
		pthread_mutex_destroy(&l->mutex);
}

/* As a static initialiser does: no call. */
static void set_up(union lock *l, char kind)
{
	static const union lock of_kind[] = {
		['m'] = {.mutex = PTHREAD_MUTEX_INITIALIZER},
		['c'] = {.mutex = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP},
		['k'] = {.mutex = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP},
		['s'] = {.spin = 1},
		['w'] = {.rwlock = PTHREAD_RWLOCK_INITIALIZER},
		['r'] = {.rwlock = PTHREAD_RWLOCK_INITIALIZER},
		['p'] = {.rwlock = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP},
		['q'] = {.rwlock = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP},
	};

	memcpy(l, &of_kind[(unsigned char)kind], sizeof(*l));
}

static NOINLINE void make_noise(void)
{
	int i;

	for (i = 0; i + 1 < NOISE; i++) {
		pthread_mutex_lock(&noise[i]);
		pthread_mutex_lock(&noise[i + 1]);
		pthread_mutex_unlock(&noise[i + 1]);
		pthread_mutex_unlock(&noise[i]);
	}
}

/* ---- a part of a program ---- */

struct part {
	const struct matrix_case *of;
	union lock *lock;
	unsigned first_class;
	const char *text;
	unsigned held[64], depth;
	unsigned nofs;
	uint32_t turn; /* 1: its turn, 2: done */
};

char matrix_kind(const char *kinds, unsigned lock)
{
	size_t n = strlen(kinds);

	return kinds[lock < n ? lock : n - 1];
}

static void put_out(struct part *p, unsigned lock)
{
	unsigned i;

	for (i = p->depth; i-- > 0;) {
		if (p->held[i] != lock)
			continue;
		memmove(&p->held[i], &p->held[i + 1], (p->depth - i - 1) * sizeof(p->held[0]));
		p->depth--;
		return;
	}
}

static void give_all(struct part *p)
{
	while (p->depth) {
		unsigned n = p->held[--p->depth];

		give(&p->lock[n], matrix_kind(p->of->kinds, n));
	}
}

static void on_lock(struct part *p, char command, unsigned n, char class)
{
	char kind = matrix_kind(p->of->kinds, n);
	union lock *l = &p->lock[n];
	int rc;

	switch (command) {
	case 'u':
		put_out(p, n);
		give(l, kind);
		return;
	case 'd':
		destroy(l, kind);
		return;
	case 'i':
		inits[(p->first_class + (unsigned)(class - 'a')) % INITS](l, kind);
		return;
	default:
		rc = take(l, kind, command);
		if (rc == 0 || rc == EOWNERDEAD)
			p->held[p->depth++] = n;
	}
}

static void on_nothing(struct part *p, char command)
{
	switch (command) {
	case ';':
		give_all(p);
		return;
	case '#':
		make_noise();
		return;
	case 'f':
		fs_reclaim_acquire(GFP_KERNEL);
		return;
	case 'g':
		fs_reclaim_release(GFP_KERNEL);
		return;
	case 'k':
		might_alloc(GFP_KERNEL);
		return;
	case 'n':
		might_alloc(GFP_NOFS);
		return;
	case 's':
		p->nofs = memalloc_nofs_save();
		return;
	case 'e':
		memalloc_nofs_restore(p->nofs);
		return;
	default:
		fprintf(stderr, "matrix: '%c' in %s means nothing\n", command, p->of->program);
		_exit(99);
	}
}

static bool at_end(char c)
{
	return !c || strchr("/>+!", c);
}

static NOINLINE void run_part(struct part *p)
{
	const char *c;

	for (c = p->text; !at_end(*c); c++) {
		char command = 0;

		if (*c < 'A' || *c > 'Z') {
			command = *c;
			if (!strchr("rwtluid", command)) {
				on_nothing(p, command);
				continue;
			}
			c++;
		}
		on_lock(p, command, (unsigned)(*c - 'A'), command == 'i' ? c[1] : 0);
		c += command == 'i';
	}
	if (*c != '+')
		give_all(p);
}

/* ---- turns ---- */

static void wait_for(uint32_t *word, uint32_t value, const struct timespec *at_most)
{
	uint32_t now;

	while ((now = __atomic_load_n(word, __ATOMIC_ACQUIRE)) != value) {
		if (syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, now, at_most, NULL, 0) &&
		    errno == ETIMEDOUT)
			return;
	}
}

static void say(uint32_t *word, uint32_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void *take_turn(void *arg)
{
	struct part *p = arg;

	wait_for(&p->turn, 1, NULL);
	run_part(p);
	say(&p->turn, 2);
	return NULL;
}

/* Runs the threads that are alive at the same time; returns the text behind them. */
static const char *run_together(const struct part *like, const char *text, bool hangs)
{
	static const struct timespec enough = {.tv_nsec = HANG_MS * 1000000};
	static struct part part[MATRIX_THREADS];
	pthread_t thread[MATRIX_THREADS];
	unsigned n = 0, i;

	for (;; text++) {
		part[n] = *like;
		part[n].text = text;
		n++;
		text += strcspn(text, "/>");
		if (*text != '/')
			break;
	}
	for (i = 0; i < n; i++) {
		if (pthread_create(&thread[i], NULL, take_turn, &part[i]))
			_exit(99);
	}
	for (i = 0; i < n; i++) {
		say(&part[i].turn, 1);
		wait_for(&part[i].turn, 2, hangs ? &enough : NULL);
	}
	if (hangs)
		_exit(0);
	for (i = 0; i < n; i++)
		pthread_join(thread[i], NULL);
	return *text ? text + 1 : text;
}

/* ---- cases ---- */

/* The case of a number: of the table, else a random one. */
static const struct matrix_case *case_at(unsigned number)
{
	static char kinds[MATRIX_LOCKS + 1], program[128], name[64];
	static struct matrix_case random = {"random", name, kinds, program, "none", NULL};
	unsigned long seed = random_seed * CASES + number;

	if (number < COUNT)
		return &table[number];
	matrix_random(&seed, kinds, program, sizeof(program));
	snprintf(name, sizeof(name), "%u", number - (unsigned)COUNT + 1);
	return &random;
}

static bool hangs(const struct matrix_case *c)
{
	return c->program[strlen(c->program) - 1] == '!';
}

static void run_case(unsigned number)
{
	const struct matrix_case *c = case_at(number);
	struct part like = {.of = c, .lock = locks[number + 1], .first_class = first_class(number)};
	const char *text = c->program;
	unsigned i;

	for (i = 0; i < MATRIX_LOCKS; i++)
		set_up(&like.lock[i], matrix_kind(c->kinds, i));
	while (*text)
		text = run_together(&like, text, hangs(c));
	_exit(0);
}

static void in_child(unsigned number, bool wait)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		run_case(number);
	if (pid < 0) {
		perror("matrix: fork");
		exit(99);
	}
	printf("%u %d\n", number, (int)pid);
	if (wait && waitpid(pid, &status, 0) == pid && status) {
		fprintf(stderr, "matrix: case %u ended with status %#x\n", number,
			(unsigned)status);
		exit(99);
	}
}

static void run_all(void)
{
	unsigned i;

	/* Those that hang do so while the others run. */
	for (i = 0; i < COUNT; i++) {
		if (!table[i].awaits && hangs(&table[i]))
			in_child(i, false);
	}
	for (i = 0; i < COUNT + random_count; i++) {
		if (i >= COUNT || (!table[i].awaits && !hangs(&table[i])))
			in_child(i, true);
	}
	while (wait(NULL) > 0)
		;
}

static void list(void)
{
	unsigned i;

	for (i = 0; i < COUNT + random_count; i++) {
		const struct matrix_case *c = case_at(i);
		const char *expect = c->expect;

		if (i >= COUNT)
			expect = matrix_can_deadlock(c->kinds, c->program) ? "lock-inversion any"
									   : "none";
		printf("%u|%s|%s|%s|%s|%s|%s\n", i, c->group, c->name, c->kinds, c->program, expect,
		       c->awaits ? c->awaits : "");
	}
}

static void read_environment(void)
{
	const char *value = getenv("MATRIX_RANDOM");

	random_count = 400;
	if (value)
		sscanf(value, "%u,%lu", &random_count, &random_seed);
	if (random_count > RANDOM_MAX)
		random_count = RANDOM_MAX;
}

int main(int argc, char **argv)
{
	int i;

	read_environment();
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 1 && !strcmp(argv[1], "run"))
		printf("locks %p %d\n", (void *)locks[1], MATRIX_STRIDE);
	if (argc == 2 && !strcmp(argv[1], "list")) {
		list();
	} else if (argc == 2 && !strcmp(argv[1], "run")) {
		run_all();
	} else if (argc == 3 && !strcmp(argv[1], "case")) {
		run_case((unsigned)atoi(argv[2]));
	} else if (argc > 2 && !strcmp(argv[1], "run")) {
		for (i = 2; i < argc; i++)
			in_child((unsigned)atoi(argv[i]), true);
	} else {
		fputs("usage: matrix list | matrix run [NUMBER...] | matrix case NUMBER\n", stderr);
		return 2;
	}
	return 0;
}
