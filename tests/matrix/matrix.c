// SPDX-License-Identifier: MIT
/*
 * matrix.c - runs the cases of a table, each in a process of its own.
 *
 *   matrix list             the cases, a line each: number, group, name, kinds, program, what must be found, what that
 *                           awaits, what a search of all orders says (can, cannot), options
 *   matrix run [NUMBER...]  runs them; prints "NUMBER PID" for each
 *   matrix case NUMBER      runs one, in this very process
 *
 * Environment: MATRIX_RANDOM=N[,SEED], how many random cases and which. Every second one is the one before
 * it in disguise. MATRIX_OPTIONS=TEXT: runs those that are to be run with these options, and no random ones.
 * MATRIX_RAN=FILE: what an earlier run printed, whose records lie beside this one's.
 *
 * All locks stand in one static array: a class's name tells the case. Threads take turns by a futex
 * of the driver's own, which no tool can take for an order of locks.
 */
#include "locks.h"
#include "tests/victims/kernel.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CASES 4096
#define MANY 2000
#define HUNDRED 100
#define DEEP 160
#define HANG_MS 400
#define NOINLINE __attribute__((noinline))

/* The first row is nobody's: a name without an offset. */
static union lock locks[CASES][MATRIX_LOCKS];
static pthread_mutex_t noise[MANY], hundred[HUNDRED];
static unsigned random_count;
static unsigned long random_seed;

static const struct matrix_case table[] = {
#define CASE(group, name, kinds, program, expect) {group, name, kinds, program, expect, NULL, NULL},
#define OPTION(group, name, kinds, program, expect, options)                                       \
	{group, name, kinds, program, expect, NULL, options},
#define LATER(group, name, kinds, program, expect, awaits)                                         \
	{group, name, kinds, program, expect, awaits, NULL},
#include "cases.def"
};
#define COUNT (sizeof(table) / sizeof(table[0]))

#define RANDOM_MAX (CASES - 1 - COUNT)
_Static_assert(COUNT < CASES, "room for all cases");

/* ---- classes by init call ---- */

char matrix_kind(const char *kinds, unsigned lock)
{
	size_t n = strlen(kinds);

	return kinds[lock < n ? lock : n - 1];
}

/* The classes that a program names. */
static unsigned named_classes(const char *program)
{
	unsigned n = 0;

	while ((program = strchr(program, 'i'))) {
		program += 2;
		if ((unsigned)(*program - 'a') >= n)
			n = (unsigned)(*program - 'a') + 1;
	}
	return n;
}

static bool has_lock(const char *program, unsigned lock)
{
	return strchr(program, (int)('A' + lock)) != NULL;
}

/* Is it initialised by a call of a class of its own, since its kind has no static initialiser? A
 * spinlock has none either, but as a static variable it does well with what libc's init call writes. */
static bool has_own_class(const struct matrix_case *c, unsigned lock)
{
	const char by_call[] = {'i', (char)('A' + lock), 0};
	char kind = matrix_kind(c->kinds, lock);

	if (!has_lock(c->program, lock) || strstr(c->program, by_call))
		return false;
	return !lock_has_initialiser(kind) || (kind == 's' && strpbrk(c->program, "a["));
}

/* The number of that class, among those of the case. */
static unsigned own_class(const struct matrix_case *c, unsigned lock)
{
	unsigned n = named_classes(c->program), i;

	for (i = 0; i < lock; i++)
		n += has_own_class(c, i);
	return n;
}

/* All classes of a case have names of their own. */
static unsigned classes_of(const struct matrix_case *c)
{
	return own_class(c, MATRIX_LOCKS);
}

static unsigned first_class(unsigned number)
{
	unsigned i, n = 0;

	for (i = 0; i < number && i < COUNT; i++)
		n += classes_of(&table[i]);
	return n;
}

/* ---- what a program does besides ---- */

static NOINLINE void nest(unsigned i)
{
	pthread_mutex_lock(&noise[i]);
	pthread_mutex_lock(&noise[i + 1]);
	pthread_mutex_unlock(&noise[i + 1]);
	pthread_mutex_unlock(&noise[i]);
}

static NOINLINE void make_noise(void)
{
	unsigned i;

	for (i = 0; i + 1 < MANY; i++)
		nest(i);
}

static void *nest_in_thread(void *arg)
{
	nest((unsigned)(uintptr_t)arg % 2);
	return NULL;
}

static void make_threads(void)
{
	unsigned i;

	for (i = 0; i < MANY; i++) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, nest_in_thread, (void *)(uintptr_t)i))
			_exit(99);
		pthread_join(thread, NULL);
	}
}

/* Locks in the heap that are made and destroyed, and never taken. */
static void make_unused(void)
{
	unsigned i;

	for (i = 0; i < MANY; i++) {
		pthread_mutex_t *volatile unused = malloc(sizeof(*unused));

		pthread_mutex_init(unused, NULL);
		pthread_mutex_destroy(unused);
		free(unused);
	}
}

static NOINLINE void nest_of_hundred(unsigned outer, unsigned inner)
{
	pthread_mutex_lock(&hundred[outer]);
	pthread_mutex_lock(&hundred[inner]);
	pthread_mutex_unlock(&hundred[inner]);
	pthread_mutex_unlock(&hundred[outer]);
}

static void chain_hundred(void)
{
	unsigned i;

	for (i = 0; i + 1 < HUNDRED; i++)
		nest_of_hundred(i, i + 1);
}

static void take_hundred(void)
{
	unsigned i;

	for (i = 0; i < HUNDRED; i++)
		pthread_mutex_lock(&hundred[i]);
}

static void give_hundred(void)
{
	unsigned i;

	for (i = HUNDRED; i-- > 0;)
		pthread_mutex_unlock(&hundred[i]);
}

/* ---- turns ---- */

enum turn { WAITS, RUNS, PAUSES, DONE };

/* False: nothing changed for too long. */
static bool wait_while(uint32_t *turn, enum turn now, const struct timespec *at_most)
{
	while (__atomic_load_n(turn, __ATOMIC_ACQUIRE) == now) {
		if (syscall(SYS_futex, turn, FUTEX_WAIT_PRIVATE, now, at_most, NULL, 0) &&
		    errno == ETIMEDOUT)
			return false;
	}
	return true;
}

static void say(uint32_t *turn, enum turn now)
{
	__atomic_store_n(turn, now, __ATOMIC_RELEASE);
	syscall(SYS_futex, turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

/* ---- a part of a program ---- */

struct part {
	const struct matrix_case *of;
	union lock **lock; /* shared by all parts: where each is now */
	unsigned first_class;
	const char *text;
	unsigned held[DEEP], depth;
	bool holds_hundred;
	unsigned nofs;
	uint32_t turn;
	pthread_t thread;
	bool joined;
	struct part *beside; /* those alive at the same time */
};

/* What a callback without an argument goes on with: which part, at which text. */
static __thread struct part *within;
static __thread const char *inside;

static const char *run_text(struct part *p, const char *c);

static char kind_in(const struct part *p, unsigned lock)
{
	return matrix_kind(p->of->kinds, lock);
}

static void set_up(const struct part *p, unsigned lock)
{
	char kind = kind_in(p, lock);

	if (has_own_class(p->of, lock))
		lock_init(p->lock[lock], kind, p->first_class + own_class(p->of, lock));
	else
		lock_initialise(p->lock[lock], kind);
}

static bool holds(const struct part *p, unsigned lock)
{
	unsigned i;

	for (i = 0; i < p->depth && p->held[i] != lock; i++)
		;
	return i < p->depth;
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

static void give_down_to(struct part *p, unsigned depth)
{
	while (p->depth > depth) {
		unsigned n = p->held[--p->depth];

		lock_give(p->lock[n], kind_in(p, n));
	}
}

static void give_all(struct part *p)
{
	give_down_to(p, 0);
	if (p->holds_hundred)
		give_hundred();
	p->holds_hundred = false;
}

/* Runs what stands between brackets, and gives back what it took. */
static const char *run_bracket(struct part *p, const char *c)
{
	unsigned depth = p->depth;

	c = run_text(p, c);
	give_down_to(p, depth);
	return c;
}

static NOINLINE const char *with_local_lock(struct part *p, unsigned n, const char *c)
{
	union lock *outer = p->lock[n];
	union lock local;

	p->lock[n] = &local;
	set_up(p, n);
	c = run_bracket(p, c);
	p->lock[n] = outer;
	return c;
}

static void in_callback(void)
{
	run_bracket(within, inside);
}

static void in_handler(int number)
{
	(void)number;
	in_callback();
}

/* Where the bracket is closed: its text may have run, or not. */
static const char *closing(const char *c)
{
	unsigned open = 1;

	for (; *c && open; c++) {
		open += strchr("[({", *c) != NULL;
		open -= strchr("])}", *c) != NULL;
	}
	return c - 1;
}

static const char *in_once(struct part *p, unsigned n, const char *c)
{
	within = p;
	inside = c;
	pthread_once(&p->lock[n]->once, in_callback);
	return closing(c);
}

static const char *in_signal(struct part *p, const char *c)
{
	within = p;
	inside = c;
	raise(SIGUSR1);
	return closing(c);
}

static void block_signal(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(how, &set, NULL);
}

/* Lets the next one run, until it is this one's turn again. */
static void hand_on(struct part *p)
{
	say(&p->turn, PAUSES);
	wait_while(&p->turn, PAUSES, NULL);
}

static void join_part(struct part *p, unsigned number)
{
	struct part *other = &p->beside[number - 1];

	other->joined = true;
	pthread_join(other->thread, NULL);
}

/* Nobody signals that. The lock is held after it, whatever was before. */
static void wait_in_vain(struct part *p, unsigned lock)
{
	static pthread_cond_t nothing = PTHREAD_COND_INITIALIZER;
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	pthread_cond_timedwait(&nothing, &p->lock[lock]->mutex, &until);
	if (!holds(p, lock))
		p->held[p->depth++] = lock;
}

static const char *on_lock(struct part *p, char command, const char *c)
{
	unsigned n = (unsigned)(*c++ - 'A');
	char kind = kind_in(p, n);
	union lock *l = p->lock[n];

	switch (command) {
	case 'u':
		put_out(p, n);
		lock_give(l, kind);
		return c;
	case 'd':
		lock_destroy(l, kind);
		return c;
	case 'i':
		lock_init(l, kind, p->first_class + (unsigned)(*c - 'a'));
		return c + 1;
	case 'a':
		p->lock[n] = lock_alloc(n);
		set_up(p, n);
		return c;
	case 'x':
		free(l);
		return c;
	case 'v':
		wait_in_vain(p, n);
		return c;
	case '[':
		return with_local_lock(p, n, c) + 1;
	case '(':
		return in_once(p, n, c) + 1;
	default:
		if (lock_take(l, n, kind, command))
			p->held[p->depth++] = n;
		return c;
	}
}

static const char *on_nothing(struct part *p, char command, const char *c)
{
	switch (command) {
	case ';':
		give_all(p);
		return c;
	case ',':
		hand_on(p);
		return c;
	case 'j':
		join_part(p, (unsigned)(*c - '0'));
		return c + 1;
	case '{':
		return in_signal(p, c) + 1;
	case 'b':
		block_signal(SIG_BLOCK);
		return c;
	case 'o':
		block_signal(SIG_UNBLOCK);
		return c;
	case '#':
		make_noise();
		return c;
	case '@':
		make_threads();
		return c;
	case 'z':
		make_unused();
		return c;
	case '%':
		take_hundred();
		p->holds_hundred = true;
		return c;
	case 'p':
		chain_hundred();
		return c;
	case 'q':
		nest_of_hundred(HUNDRED - 1, 0);
		return c;
	case 'f':
		fs_reclaim_acquire(GFP_KERNEL);
		return c;
	case 'g':
		fs_reclaim_release(GFP_KERNEL);
		return c;
	case 'k':
		might_alloc(GFP_KERNEL);
		return c;
	case 'n':
		might_alloc(GFP_NOFS);
		return c;
	case 's':
		p->nofs = memalloc_nofs_save();
		return c;
	case 'e':
		memalloc_nofs_restore(p->nofs);
		return c;
	default:
		fprintf(stderr, "matrix: '%c' in %s means nothing\n", command, p->of->program);
		_exit(99);
	}
}

static bool at_end(char c)
{
	return !c || strchr("/>+!])}", c);
}

static const char *run_text(struct part *p, const char *c)
{
	while (!at_end(*c)) {
		if (*c >= 'A' && *c <= 'Z')
			c = on_lock(p, 0, c);
		else if (strchr("rwtlcuidaxv[(", *c))
			c = on_lock(p, *c, c + 1);
		else
			c = on_nothing(p, *c, c + 1);
	}
	return c;
}

static NOINLINE void run_part(struct part *p)
{
	unsigned times = 1;
	const char *c = p->text, *end;

	if (*c >= '0' && *c <= '9')
		times = (unsigned)strtoul(c, (char **)&c, 10);
	do {
		end = run_text(p, c);
		if (*end != '+')
			give_all(p);
	} while (--times);
}

/* ---- all parts ---- */

static void *take_turn(void *arg)
{
	struct part *p = arg;

	wait_while(&p->turn, WAITS, NULL);
	run_part(p);
	say(&p->turn, DONE);
	return NULL;
}

/* Each in turn, until all have ended, or stand where they will never go on. */
static void give_turns(struct part *part, unsigned n, const struct timespec *at_most)
{
	bool paused = true;
	unsigned i;

	while (paused) {
		paused = false;
		for (i = 0; i < n; i++) {
			uint32_t turn = __atomic_load_n(&part[i].turn, __ATOMIC_ACQUIRE);

			if (turn == RUNS || turn == DONE)
				continue;
			say(&part[i].turn, RUNS);
			if (wait_while(&part[i].turn, RUNS, at_most))
				paused |=
					__atomic_load_n(&part[i].turn, __ATOMIC_ACQUIRE) == PAUSES;
		}
	}
}

/* Runs the threads that are alive at the same time; returns the text behind them. */
static const char *run_together(const struct part *like, const char *text, bool hangs)
{
	static const struct timespec enough = {.tv_nsec = HANG_MS * 1000000};
	static struct part part[MATRIX_THREADS];
	unsigned n = 0, i;

	for (;; text++) {
		part[n] = *like;
		part[n].text = text;
		part[n].beside = part;
		n++;
		text += strcspn(text, "/>");
		if (*text != '/')
			break;
	}
	for (i = 0; i < n; i++) {
		if (pthread_create(&part[i].thread, NULL, take_turn, &part[i]))
			_exit(99);
	}
	give_turns(part, n, hangs ? &enough : NULL);
	if (hangs)
		_exit(0);
	for (i = 0; i < n; i++) {
		if (!part[i].joined)
			pthread_join(part[i].thread, NULL);
	}
	return *text ? text + 1 : text;
}

/* ---- cases ---- */

/* The case of a number: of the table, else a random one. */
static const struct matrix_case *case_at(unsigned number)
{
	static char kinds[MATRIX_LOCKS + 1], program[1024], name[64], expect[64], plain[128];
	static struct matrix_case random = {"random", name, kinds, program, expect, NULL, NULL};
	unsigned index = number - (unsigned)COUNT;
	unsigned long seed = random_seed * CASES + (index & ~1u);

	if (number < COUNT)
		return &table[number];
	matrix_random(&seed, kinds, plain, sizeof(plain));
	snprintf(name, sizeof(name), "%u", index + 1);
	strcpy(program, plain);
	strcpy(expect, matrix_can_deadlock(kinds, plain) ? "lock-inversion any" : "none");
	if (index & 1) {
		matrix_disguise(&seed, kinds, plain, program, sizeof(program));
		snprintf(expect, sizeof(expect), "as %u", number - 1);
	}
	return &random;
}

static bool hangs(const struct matrix_case *c)
{
	return c->program[strlen(c->program) - 1] == '!';
}

/* Starts over with jemalloc in front of libc's malloc. */
static void over_jemalloc(unsigned number)
{
	const char *preload = getenv("LD_PRELOAD");
	char with[4096], text[16];

	snprintf(with, sizeof(with), "%s%slibjemalloc.so.2", preload ? preload : "",
		 preload ? ":" : "");
	snprintf(text, sizeof(text), "%u", number);
	setenv("LD_PRELOAD", with, 1);
	setenv("MATRIX_JEMALLOC", "1", 1);
	execl("/proc/self/exe", "matrix", "case", text, NULL);
	_exit(99);
}

static void run_case(unsigned number)
{
	static union lock *at[MATRIX_LOCKS];
	const struct matrix_case *c = case_at(number);
	struct part like = {.of = c, .lock = at, .first_class = first_class(number)};
	struct sigaction action = {.sa_handler = in_handler};
	const char *text = c->program;
	unsigned i;

	if (*text == '~' && !getenv("MATRIX_JEMALLOC"))
		over_jemalloc(number);
	text += *text == '~';
	if (lock_missing(c->kinds))
		_exit(99);
	if (strchr(text, '{'))
		sigaction(SIGUSR1, &action, NULL);
	for (i = 0; i < MATRIX_LOCKS; i++) {
		at[i] = &locks[number + 1][i];
		if (has_lock(text, i))
			set_up(&like, i);
	}
	while (*text)
		text = run_together(&like, text, hangs(c));
	_exit(0);
}

/* Cases are told apart by their pids, which may come round again while all of them are run. */
#define PIDS (1u << 22)
static uint8_t had[PIDS / 8];

static bool is_had(pid_t pid)
{
	return had[(unsigned)pid % PIDS / 8] >> pid % 8 & 1;
}

static void had_is(pid_t pid)
{
	had[(unsigned)pid % PIDS / 8] |= (uint8_t)(1u << pid % 8);
}

/* Those of another run, as it printed them. */
static void learn_pids(const char *file)
{
	FILE *ran = fopen(file, "r");
	int pid;

	if (!ran) {
		perror(file);
		exit(99);
	}
	while (fscanf(ran, "%*u %d", &pid) == 1)
		had_is(pid);
	fclose(ran);
}

static pid_t fork_anew(void)
{
	pid_t pid;

	for (;;) {
		pid = fork();
		if (pid == 0 && is_had(getpid()))
			_exit(0);
		if (pid <= 0 || !is_had(pid))
			break;
		waitpid(pid, NULL, 0);
	}
	if (pid > 0)
		had_is(pid);
	return pid;
}

static void in_child(unsigned number, bool wait)
{
	pid_t pid = fork_anew();
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

/* Why it can't be run; NULL: it can. */
static const char *awaits(const struct matrix_case *c)
{
	return c->awaits ? c->awaits : lock_missing(c->kinds);
}

/* Is it to be run, and with the options of this run? */
static bool is_wanted(unsigned number)
{
	const char *options = getenv("MATRIX_OPTIONS");

	if (number >= COUNT)
		return !options;
	return !awaits(&table[number]) && !strcmp(options ? options : "", table[number].options ? table[number].options : "");
}

static void run_all(void)
{
	const char *ran = getenv("MATRIX_RAN");
	unsigned i;

	if (ran)
		learn_pids(ran);

	/* Those that hang do so while the others run. */
	for (i = 0; i < COUNT; i++) {
		if (is_wanted(i) && hangs(&table[i]))
			in_child(i, false);
	}
	for (i = 0; i < COUNT + random_count; i++) {
		if (is_wanted(i) && (i >= COUNT || !hangs(&table[i])))
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
		const char *searched = "";

		/* The search knows nothing of options and of how often. */
		if (!c->options && strncmp(c->expect, "as ", 3) && matrix_is_known(c->kinds, c->program))
			searched = matrix_can_deadlock(c->kinds, c->program) ? "can" : "cannot";
		printf("%u|%s|%s|%s|%s|%s|%s|%s|%s\n", i, c->group, c->name, c->kinds, c->program, c->expect,
		       awaits(c) ? awaits(c) : "", searched, c->options ? c->options : "");
	}
}

static void read_environment(void)
{
	const char *value = getenv("MATRIX_RANDOM");

	random_count = 500;
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
