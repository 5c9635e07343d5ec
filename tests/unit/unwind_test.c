/* SPDX-License-Identifier: MIT */
/*
 * unwind_test.c - the fast walker against the full one and against libgcc's (by
 * backtrace()), over stacks of many shapes: at every instruction of some calls,
 * through signals, libc, lazy binding, C++ exceptions, unloaded plugins; and over
 * corrupt stacks, which must end, not fault.
 */
#include <alloca.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include <wchar.h>
#include "../../runtime/thread.h"
#include "../../runtime/unwind.h"
#include "../../runtime/unwind_cfi.h"
#include "tap.h"

/* What the runtime defines elsewhere. */
__thread struct rd_thread *rd_self;

#if defined(__clang__)
#define NOINLINE __attribute__((noinline))
#define UNOPTIMIZED __attribute__((noinline, optnone))
#else
#define NOINLINE __attribute__((noipa))
#define UNOPTIMIZED __attribute__((noipa, optimize("O0")))
#endif
#define DEEP 200

/* ---- comparing ---- */

static struct {
	long stacks, frames, fast_full, fast_libgcc, cfa, exact, broken, confirmed, function;
} tally;

static void differ(const char *what, const struct rd_frame *a, size_t na, void *const *b, size_t nb)
{
	static int said;

	if (said++ >= 3)
		return;
	tap_note("%s: %zu and %zu frames", what, na, nb);
	for (size_t i = 0; i < na || i < nb; i++)
		tap_note("  %2zu %16lx %16lx", i, i < na ? a[i].pc : 0,
			 i < nb ? (unsigned long)b[i] : 0);
}

/* Twice, as the first answer may be remembered. */
static bool function_is_right(uint64_t pc)
{
	struct rd_unwind_module m;
	struct rd_fde fde;
	uint64_t start = rd_module_find(pc - 1, &m) && rd_fde_find(&m, pc - 1, &fde) ? fde.start : 0;

	return rd_unwind_function(pc) == start && rd_unwind_function(pc) == start;
}

static void compare(const struct rd_frame *fast, size_t n, const struct rd_frame *full, size_t m,
		    void *const *libgcc, size_t l)
{
	void *pcs[DEEP];
	bool same = n == m, same_libgcc = n == l;

	tally.stacks++;
	tally.frames += (long)n;
	for (size_t i = 0; i < m; i++)
		pcs[i] = (void *)full[i].pc;
	for (size_t i = 0; i < n && same; i++) {
		same = fast[i].pc == full[i].pc;
		tally.cfa += fast[i].cfa != full[i].cfa;
		tally.exact += fast[i].exact != full[i].exact;
	}
	for (size_t i = 0; i < n; i++)
		tally.function += !function_is_right(fast[i].pc);
	for (size_t i = 0; i < n && same_libgcc; i++)
		same_libgcc = fast[i].pc == (uint64_t)libgcc[i];
	if (!same)
		differ("fast and full", fast, n, pcs, m);
	if (!same_libgcc)
		differ("fast and libgcc", fast, n, libgcc, l);
	tally.fast_full += !same;
	tally.fast_libgcc += !same_libgcc;
}

/* The full one's answer, whether libunwind is asked for it or not. */
static bool differs(const struct rd_frame *a, size_t n, unsigned flags, const struct rd_frame *full, size_t m,
		    unsigned full_flags)
{
	if (n != m || flags != full_flags)
		return true;
	for (size_t i = 0; i < n; i++) {
		if (a[i].pc != full[i].pc || a[i].cfa != full[i].cfa || a[i].exact != full[i].exact)
			return true;
	}
	return false;
}

/* All of them walk from the caller on. The fast one twice, as the first time may fill its table; so the confirmed one,
 * which is made of it. */
NOINLINE void probe(void)
{
	struct rd_frame fast[DEEP], again[DEEP], full[DEEP], confirmed[DEEP];
	void *libgcc[DEEP + 1];
	unsigned flags, full_flags;
	uint64_t from = (uint64_t)__builtin_dwarf_cfa();
	size_t n = rd_unwind_fast(fast, DEEP, from, &flags);
	size_t m = rd_unwind_full(full, DEEP, from, &full_flags);
	int l = backtrace(libgcc, DEEP + 1);

	compare(fast, n, full, m, libgcc + 1, (size_t)l - 1);
	n = rd_unwind_fast(again, DEEP, from, &flags);
	compare(again, n, full, m, libgcc + 1, (size_t)l - 1);
	for (int i = 0; i < 2; i++) {
		unsigned confirmed_flags;

		n = rd_unwind_confirmed(confirmed, DEEP, from, &confirmed_flags);
		tally.confirmed += differs(confirmed, n, confirmed_flags, full, m, full_flags);
	}
	tally.broken += flags != 0 || full_flags != 0;
}

static void same(const char *what, long at_least)
{
	tap_ok(tally.stacks >= at_least && !tally.fast_full && !tally.fast_libgcc && !tally.cfa &&
		       !tally.exact && !tally.broken && !tally.confirmed && !tally.function,
	       "%s: %ld stacks, %ld frames; differ from full %ld, from libgcc %ld, cfa %ld, "
	       "exact %ld, flagged %ld, confirmed otherwise %ld, function %ld",
	       what, tally.stacks, tally.frames, tally.fast_full, tally.fast_libgcc, tally.cfa,
	       tally.exact, tally.broken, tally.confirmed, tally.function);
	memset(&tally, 0, sizeof(tally));
}

/* ---- shapes of frames ---- */

static volatile int sink;

NOINLINE static void plain(int depth)
{
	if (depth)
		plain(depth - 1);
	else
		probe();
	sink++;
}

UNOPTIMIZED static void unoptimized(int depth)
{
	if (depth)
		unoptimized(depth - 1);
	else
		probe();
	sink++;
}

/* Asked for its frame's address a function keeps rbp for it. */
NOINLINE static void with_rbp(int depth)
{
	sink += __builtin_frame_address(0) != NULL;
	if (depth)
		plain(depth - 1);
	else
		probe();
	sink++;
}

NOINLINE static void variable(int depth)
{
	volatile char *room = alloca((size_t)depth * 40 + 16);

	room[depth] = 1;
	if (depth)
		variable(depth - 1);
	else
		with_rbp(2);
	sink += room[depth];
}

NOINLINE static void realigned(int depth, int a, int b, int c, int d, int e, int f, int g)
{
	volatile char room[64] __attribute__((aligned(128)));
	volatile char *more = alloca((size_t)depth * 8 + 8);

	more[0] = room[depth] = (char)(a + b + c + d + e + f + g);
	if (depth)
		realigned(depth - 1, a, b, c, d, e, f, g);
	else
		plain(1);
	sink += room[depth] + more[0];
}

NOINLINE static void large(int depth)
{
	volatile char room[100000];

	room[depth] = 1;
	if (depth)
		large(depth - 1);
	else
		variable(2);
	sink += room[depth];
}

static void shapes(void)
{
	for (int depth = 0; depth < 30; depth++) {
		plain(depth);
		unoptimized(depth);
		with_rbp(depth);
		variable(depth);
		realigned(depth, 1, 2, 3, 4, 5, 6, 7);
	}
	large(10);
	same("recursion, -O0, frame pointers, alloca, realigned and large frames", 300);
}

static int by_value(const void *a, const void *b)
{
	probe();
	return *(const int *)a - *(const int *)b;
}

static void in_libc(void)
{
	int v[40];

	for (int i = 0; i < 40; i++)
		v[i] = i * 7919 % 101;
	qsort(v, 40, sizeof(v[0]), by_value);
	bsearch(&v[3], v, 40, sizeof(v[0]), by_value);
	same("callbacks of libc", 100);
}

/* ---- signals ---- */

static void on_signal(int sig)
{
	(void)sig;
	probe();
}

static void handle(int sig, void (*fn)(int), int flags)
{
	struct sigaction sa = {.sa_handler = fn, .sa_flags = flags};

	sigaction(sig, &sa, NULL);
}

NOINLINE static void raise_deep(int depth)
{
	if (depth)
		raise_deep(depth - 1);
	else
		raise(SIGUSR1);
	sink++;
}

static void signals(void)
{
	stack_t alt = {.ss_sp = mmap(NULL, 1 << 17, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
		       .ss_size = 1 << 17};

	handle(SIGUSR1, on_signal, 0);
	raise_deep(5);
	same("a handler", 2);
	sigaltstack(&alt, NULL);
	handle(SIGUSR1, on_signal, SA_ONSTACK);
	for (int i = 0; i < 10; i++)
		raise_deep(i);
	same("a handler on a stack of its own", 20);
}

/* The trap flag makes a signal after every instruction. */
static volatile int stepping;

static void on_step(int sig, siginfo_t *si, void *arg)
{
	ucontext_t *uc = arg;

	(void)sig;
	(void)si;
	if (stepping)
		probe();
	else
		uc->uc_mcontext.gregs[REG_EFL] &= ~0x100ll;
}

#define STEP_BEGIN()                                                                               \
	do {                                                                                       \
		stepping = 1;                                                                      \
		__asm__ volatile("pushfq\n\torq $0x100, (%%rsp)\n\tpopfq" ::: "memory", "cc");     \
	} while (0)
#define STEP_END() (stepping = 0)

NOINLINE static int quiet(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

UNOPTIMIZED static void stepped(void)
{
	int v[8] = {3, 1, 2, 9, 8, 7, 5, 6};
	struct timespec ts;
	void *p;

	STEP_BEGIN();
	sink += abs(sink) + (int)labs(sink); /* lazily bound, if not built in */
	sink += (int)strtol("77", NULL, 0);
	sink += (int)wcstol(L"77", NULL, 0);
	qsort(v, 8, sizeof(v[0]), quiet);
	p = malloc(100);
	memset(p, 1, 100);
	free(p);
	clock_gettime(CLOCK_MONOTONIC, &ts);
	STEP_END();
	sink++;
}

static void every_instruction(void)
{
	struct sigaction sa = {.sa_sigaction = on_step, .sa_flags = SA_SIGINFO};

	sigaction(SIGTRAP, &sa, NULL);
	stepped();
	same("every instruction of lazy binding, qsort, malloc, the vdso", 2000);
}

/* Signals that come when they come. */
static void sampled(void)
{
	struct itimerval often = {{0, 200}, {0, 200}}, never = {{0, 0}, {0, 0}};
	time_t end = time(NULL) + 5;
	int v[200];

	handle(SIGALRM, on_signal, SA_RESTART);
	setitimer(ITIMER_REAL, &often, NULL);
	for (int round = 0; tally.stacks < 1000 && time(NULL) < end; round++) {
		char text[64];

		for (int i = 0; i < 200; i++)
			v[i] = (i * 7919 + round) % 1009;
		qsort(v, 200, sizeof(v[0]), quiet);
		snprintf(text, sizeof(text), "%d %g", v[0], (double)round / 3);
		sink += (int)strlen(text);
	}
	setitimer(ITIMER_REAL, &never, NULL);
	same("wherever a timer strikes", 20);
}

/* ---- threads ---- */

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

static void *in_thread(void *arg)
{
	if (arg)
		rd_self = calloc(1, sizeof(*rd_self));
	pthread_mutex_lock(&one_at_a_time);
	for (int i = 0; i < 20; i++)
		plain(i % 3);
	pthread_mutex_unlock(&one_at_a_time);
	free(rd_self);
	return NULL;
}

static void threads(void)
{
	pthread_attr_t small;
	pthread_t t;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 1 << 16);
	for (int i = 0; i < 10; i++) {
		pthread_create(&t, i % 2 ? &small : NULL, in_thread, i % 3 ? &t : NULL);
		pthread_join(t, NULL);
	}
	same("threads, with and without a state of ours", 400);
}

static void *in_thread_with_handler(void *arg)
{
	stack_t alt = {.ss_sp = arg, .ss_size = 1 << 16};

	rd_self = calloc(1, sizeof(*rd_self));
	sigaltstack(&alt, NULL);
	handle(SIGUSR1, on_signal, SA_ONSTACK);
	raise_deep(3);
	free(rd_self);
	return NULL;
}

/* The handler's stack, a guard page, the thread's stack. */
static void stacks_side_by_side(void)
{
	const size_t size = 1 << 16;
	char *both = mmap(NULL, 2 * size + 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_attr_t attr;
	pthread_t t;

	mprotect(both + size, 4096, PROT_NONE);
	pthread_attr_init(&attr);
	pthread_attr_setstack(&attr, both + size + 4096, size);
	pthread_create(&t, &attr, in_thread_with_handler, both);
	pthread_join(t, NULL);
	munmap(both, 2 * size + 4096);
	same("a handler's stack just below the thread's", 2);
}

static void *fast_only(void *arg)
{
	struct rd_frame frames[16];
	unsigned flags;

	rd_unwind_fast(frames, 16, (uint64_t)__builtin_dwarf_cfa(), &flags);
	*(unsigned *)arg = flags;
	return NULL;
}

static void smallest_stack(void)
{
	pthread_attr_t attr;
	unsigned flags = 99;
	pthread_t t;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 16384);
	if (pthread_create(&t, &attr, fast_only, &flags) != 0) {
		tap_skip("a thread of 16 KB", "the libc wants more");
		return;
	}
	pthread_join(t, NULL);
	tap_ok(flags == 0, "a thread of 16 KB");
}

/* Several at once, over a table that they share and overwrite. */
static volatile int racers_go = 1;

NOINLINE static long race_at(int depth)
{
	struct rd_frame frames[64];
	void *libgcc[65];
	unsigned flags;
	long wrong = 0;
	size_t n;
	int l;

	if (depth) {
		wrong = race_at(depth - 1);
		sink++;
		return wrong;
	}
	n = rd_unwind_fast(frames, 64, (uint64_t)__builtin_dwarf_cfa(), &flags);
	l = backtrace(libgcc, 65);
	wrong = n != (size_t)l - 1;
	for (size_t i = 0; i < n && !wrong; i++)
		wrong = frames[i].pc != (uint64_t)libgcc[i + 1];
	return wrong;
}

static void *racer(void *arg)
{
	long *wrong = arg;

	for (int i = 0; racers_go && i < 4000; i++)
		*wrong += race_at(i % 5);
	return NULL;
}

static void races(void)
{
	pthread_t t[4];
	long wrong[4] = {0};

	for (int i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, racer, &wrong[i]);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	tap_ok(!(wrong[0] + wrong[1] + wrong[2] + wrong[3]), "four threads at once (%ld)",
	       wrong[0] + wrong[1] + wrong[2] + wrong[3]);
}

/* ---- corrupt stacks ---- */

static char *edge_of_memory; /* the byte behind the last of a page that has none after it */

static long corrupt_walks, corrupt_flagged, corrupt_differ;

NOINLINE static void walk_both(void)
{
	struct rd_frame fast[DEEP], full[DEEP];
	uint64_t from = (uint64_t)__builtin_dwarf_cfa();
	unsigned fast_flags, full_flags;
	size_t n = rd_unwind_fast(fast, DEEP, from, &fast_flags);
	size_t m = rd_unwind_full(full, DEEP, from, &full_flags);
	bool differ = n != m || fast_flags != full_flags;

	for (size_t i = 0; i < n && !differ; i++)
		differ = fast[i].pc != full[i].pc || fast[i].cfa != full[i].cfa;
	corrupt_walks++;
	corrupt_flagged += fast_flags & full_flags & RD_UNWIND_BROKEN ? 1 : 0;
	if (differ && corrupt_differ++ < 3) {
		tap_note("fast %zu frames, flags %u; full %zu, flags %u", n, fast_flags, m,
			 full_flags);
		for (size_t i = 0; i < n || i < m; i++)
			tap_note("  %2zu %16lx %16lx | %16lx %16lx", i, i < n ? fast[i].pc : 0,
				 i < n ? fast[i].cfa : 0, i < m ? full[i].pc : 0,
				 i < m ? full[i].cfa : 0);
	}
}

/* Puts `rbp` where this frame saved its caller's, and `ra` (if not 1) where it returns to, walks,
 * and puts back what was there. */
NOINLINE static void corrupted(uint64_t rbp, uint64_t ra)
{
	volatile uint64_t *frame = __builtin_frame_address(0);
	uint64_t saved[2] = {frame[0], frame[1]};

	frame[0] = rbp;
	if (ra != 1)
		frame[1] = ra;
	walk_both();
	frame[0] = saved[0];
	frame[1] = saved[1];
}

UNOPTIMIZED static void rbp_user(uint64_t rbp, uint64_t ra)
{
	corrupted(rbp, ra);
	sink++;
}

/* In a child, as nothing is put back: random words of the stack above are overwritten. */
NOINLINE static void smashed(unsigned seed)
{
	volatile uint64_t *up = (volatile uint64_t *)__builtin_dwarf_cfa();
	uint64_t old[64];

	for (int i = 0; i < 64; i++)
		old[i] = up[i];
	for (int i = 0; i < 20; i++) {
		uint64_t v = (uint64_t)rand_r(&seed) << 32 ^ (uint64_t)rand_r(&seed);

		switch (rand_r(&seed) % 6) {
		case 0:
			v = (uint64_t)up + v % 4096;
			break;
		case 1:
			v = (uint64_t)edge_of_memory - v % 16;
			break;
		case 2:
			v = old[v % 64];
			break;
		case 3:
			v = (uint64_t)qsort + v % 4096;
			break;
		case 4:
			v = (uint64_t)smashed + v % 65536;
			break;
		}
		up[rand_r(&seed) % 64] = v;
	}
	walk_both();
	_exit(corrupt_differ != 0);
}

static void corrupt(void)
{
	uint64_t here = (uint64_t)__builtin_frame_address(0);
	const uint64_t bad[] = {0,
				1,
				8,
				0x4141414141414141ull,
				~0ull,
				~0ull - 7,
				1ull << 47,
				(1ull << 47) - 4096,
				(1ull << 47) - 1,
				0xffff800000000000ull,
				(uint64_t)edge_of_memory,
				(uint64_t)edge_of_memory - 1,
				(uint64_t)edge_of_memory - 8,
				(uint64_t)edge_of_memory - 15,
				(uint64_t)edge_of_memory - 24,
				here,
				here - 1000,
				here + 3,
				(uint64_t)corrupt,
				(uint64_t)&corrupt_walks};
	size_t n = sizeof(bad) / sizeof(bad[0]);
	long hurt = 0, differ = 0;

	for (size_t i = 0; i < n; i++) {
		rbp_user(bad[i], 1);
		for (size_t k = 0; k < n; k++)
			rbp_user(bad[i], bad[k]);
	}
	tap_ok(corrupt_walks == (long)(n * (n + 1)) && corrupt_flagged > corrupt_walks / 2,
	       "an overwritten rbp and return address: %ld walks of each ended, %ld flagged",
	       corrupt_walks, corrupt_flagged);
	tap_ok(!corrupt_differ, "they end in the same frame (%ld don't)", corrupt_differ);

	fflush(stdout);
	for (unsigned seed = 1; seed <= 300; seed++) {
		pid_t pid = fork();
		int status;

		if (pid == 0) {
			alarm(10);
			corrupt_differ = 0;
			smashed(seed);
		}
		waitpid(pid, &status, 0);
		hurt += WIFSIGNALED(status);
		differ += WIFEXITED(status) && WEXITSTATUS(status);
	}
	tap_ok(!hurt, "300 smashed stacks: %ld faults", hurt);
	tap_ok(!differ, "300 smashed stacks: %ld of different length", differ);
}

/* ---- plugins that come and go ---- */

/* The same but for how much stack its function takes, so that the rules differ and nothing else. */
static bool build_plugin(const char *dir, const char *name, int size, char *path, size_t n)
{
	char command[4 * PATH_MAX];

	snprintf(path, n, "%s/%s.so", dir, name);
	snprintf(command, sizeof(command),
		 "printf 'extern void sink(void *);\\n"
		 "void call(void (*fn)(void)) { char room[%d]; sink(room); fn(); sink(room); }\\n"
		 "void sink(void *p) { __asm__ volatile(\"\" :: \"r\"(p) : \"memory\"); }\\n'"
		 " | ${CC:-cc} -O2 -fno-stack-protector -shared -fPIC -s -Wl,--build-id -x c -o %s "
		 "- 2>/dev/null",
		 size, path);
	return system(command) == 0;
}

static long plugin_bases_same;

static bool run_plugin(const char *path)
{
	static void *base;
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	void (*call)(void (*)(void));

	if (!handle)
		return false;
	*(void **)&call = dlsym(handle, "call");
	plugin_bases_same += base == (void *)call;
	base = (void *)call;
	call(probe);
	dlclose(handle);
	return true;
}

static void plugins(void)
{
	char dir[] = "/tmp/unwind_test.XXXXXX", a[PATH_MAX], b[PATH_MAX];
	bool ran = true;

	if (!mkdtemp(dir) || !build_plugin(dir, "a", 4000, a, sizeof(a)) ||
	    !build_plugin(dir, "b", 5008, b, sizeof(b))) {
		tap_skip("plugins that come and go", "no compiler here");
		return;
	}
	for (int i = 0; i < 10; i++)
		ran = run_plugin(i & 1 ? a : b) && ran;
	unlink(a);
	unlink(b);
	rmdir(dir);
	tap_ok(ran && plugin_bases_same, "plugins come to the place of another (%ld times)",
	       plugin_bases_same);
	same("stripped plugins, RTLD_LOCAL, after dlclose", 20);
}

/* ---- edges of the interface ---- */

NOINLINE static size_t cut_at(size_t max, unsigned *flags, bool full, struct rd_frame *frames)
{
	uint64_t from = (uint64_t)__builtin_dwarf_cfa();
	size_t n = full ? rd_unwind_full(frames, max, from, flags)
			: rd_unwind_fast(frames, max, from, flags);

	return frames[0].pc == (uint64_t)__builtin_return_address(0) ? n : 999;
}

static void interface(void)
{
	for (int full = 0; full < 2; full++) {
		struct rd_frame frames[DEEP];
		unsigned flags = 99;
		size_t all = cut_at(DEEP, &flags, full, frames);

		tap_ok(all > 2 && all < 999 && flags == 0, "%s: the first frame is the caller's",
		       full ? "full" : "fast");
		tap_ok(cut_at(all, &flags, full, frames) == all && flags == 0,
		       "%s: room for just all", full ? "full" : "fast");
		tap_ok(cut_at(2, &flags, full, frames) == 2 && flags == RD_UNWIND_CUT,
		       "%s: no room for all", full ? "full" : "fast");
	}
}

/* ---- walks that begin further out ---- */

static long begun_wrong;

/* From `from` on, and from here: the fast walker against the full one, which knows nothing of where walks begin. */
NOINLINE static void walk_twice(uint64_t from)
{
	struct rd_frame fast[DEEP], full[DEEP];
	unsigned flags, full_flags;
	uint64_t here = (uint64_t)__builtin_dwarf_cfa();

	for (int i = 0; i < 2; i++, from = here) {
		size_t n = rd_unwind_fast(fast, DEEP, from, &flags), m = rd_unwind_full(full, DEEP, from, &full_flags);

		begun_wrong += differs(fast, n, flags, full, m, full_flags);
	}
	sink++;
}

NOINLINE static void deeper(uint64_t from, int depth)
{
	if (depth)
		deeper(from, depth - 1);
	else
		walk_twice(from);
	sink++;
}

NOINLINE static void begin_walks(uint64_t from)
{
	rd_walk_begin(rd_self, from);
	deeper(from, 3);
	walk_twice(from);
	rd_walk_end(rd_self);
}

/* Its frame is found by rbp. */
NOINLINE static void begin_below(uint64_t from, int depth)
{
	volatile char *room = alloca((size_t)depth * 16 + 16);

	room[0] = 1;
	if (depth)
		begin_below(from, depth - 1);
	else
		begin_walks(from);
	sink += room[0];
}

/* Where that one was on the stack there is something else now. */
NOINLINE static void overwrite(uint64_t from)
{
	volatile char room[4096];

	for (size_t i = 0; i < sizeof(room); i++)
		room[i] = 0x5a;
	walk_twice(from);
	sink += room[0];
}

NOINLINE static void begun(void)
{
	uint64_t from = (uint64_t)__builtin_dwarf_cfa();

	begin_below(from, 2);
	tap_ok(!begun_wrong, "walks that begin further out find the same (%ld don't)", begun_wrong);
	overwrite(from);
	tap_ok(!begun_wrong, "and when that is over they begin where they are asked for (%ld don't)", begun_wrong);
}

/* ---- who is asked ---- */

/* By so many walks from one place. */
NOINLINE static uint32_t asked(void (*walk)(void), int times)
{
	uint32_t before = rd_unwind_full_walks();

	for (volatile int i = 0; i < times; i++)
		walk();
	return rd_unwind_full_walks() - before;
}

NOINLINE static void walk_confirmed(void)
{
	struct rd_frame frames[DEEP];
	unsigned flags;

	rd_unwind_confirmed(frames, DEEP, (uint64_t)__builtin_dwarf_cfa(), &flags);
	sink++;
}

/* Another caller. */
NOINLINE static void walk_confirmed_deeper(void)
{
	walk_confirmed();
	sink++;
}

NOINLINE static void walk_confirmed_short(void)
{
	struct rd_frame frames[2];
	unsigned flags;

	rd_unwind_confirmed(frames, 2, (uint64_t)__builtin_dwarf_cfa(), &flags);
	sink++;
}

static void who_is_asked(void)
{
	tap_ok(asked(walk_confirmed, 3) == 1, "libunwind is asked of a stack once");
	tap_ok(asked(walk_confirmed_deeper, 2) == 1, "and of one that has one more frame");
	tap_ok(asked(walk_confirmed_short, 2) == 1, "and of one that is cut short");
}

/* A function without unwind data: its caller is not known. */
__asm__(".text\n.globl no_cfi_call\n.type no_cfi_call, @function\n"
	"no_cfi_call: pushq %rbx\n\tcall *%rdi\n\tpopq %rbx\n\tret\n"
	".size no_cfi_call, .-no_cfi_call");
void no_cfi_call(void (*fn)(void));

static void walk_from_no_cfi(void)
{
	no_cfi_call(walk_confirmed);
}

static void no_unwind_data(void)
{
	corrupt_walks = corrupt_flagged = 0;
	no_cfi_call(walk_both);
	tap_ok(corrupt_flagged == corrupt_walks, "a frame without unwind data is flagged");
	tap_ok(asked(walk_from_no_cfi, 3) == 3, "where the small walker knows no way libunwind is asked each time");
}

static void in_a_child(void)
{
	int status = 1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		memset(&tally, 0, sizeof(tally));
		rd_unwind_fork_child(0);
		plain(3);
		_exit(rd_unwind_up() || tally.fast_full || tally.fast_libgcc || tally.broken);
	}
	waitpid(pid, &status, 0);
	tap_ok(status == 0, "a raw child has the fast walker for both");
}

/* ---- figures ---- */

typedef size_t walker(struct rd_frame *, size_t, uint64_t, unsigned *);

NOINLINE static double time_walks(walker *walk, int rounds)
{
	struct rd_frame frames[64];
	struct timespec a, b;
	unsigned flags;

	clock_gettime(CLOCK_MONOTONIC, &a);
	for (int i = 0; i < rounds; i++)
		walk(frames, 64, (uint64_t)__builtin_dwarf_cfa(), &flags);
	clock_gettime(CLOCK_MONOTONIC, &b);
	return ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec)) / rounds;
}

NOINLINE static void time_deep(int depth, double best[3])
{
	if (depth) {
		time_deep(depth - 1, best);
		sink++;
		return;
	}
	for (int i = 0; i < 7; i++) {
		double fast = time_walks(rd_unwind_fast, 20000);
		double full = time_walks(rd_unwind_full, 500);

		double confirmed = time_walks(rd_unwind_confirmed, 20000);

		best[0] = !i || fast < best[0] ? fast : best[0];
		best[1] = !i || full < best[1] ? full : best[1];
		best[2] = !i || confirmed < best[2] ? confirmed : best[2];
	}
}

NOINLINE static size_t depth_here(void)
{
	struct rd_frame frames[64];
	unsigned flags;

	return rd_unwind_fast(frames, 64, (uint64_t)__builtin_dwarf_cfa(), &flags);
}

static void figures(void)
{
	double best[3];
	int deep = 20 - (int)depth_here();

	time_deep(deep > 0 ? deep : 1, best);
	tap_note("a warm walk of about 20 frames: fast %.0f ns, full %.0f ns, confirmed %.0f ns", best[0],
		 best[1], best[2]);
}

void cxx_stacks(void);

int main(void)
{
	void *warm[4];

	setvbuf(stdout, NULL, _IOLBF, 0);
	backtrace(warm, 4);
	edge_of_memory =
		mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(edge_of_memory + 4096, 4096, PROT_NONE);
	edge_of_memory += 4096;

	tap_ok(!rd_unwind_up(), "the full walker is down before its start");
	plain(3);
	same("the fast one stands in for it", 2);
	tap_ok(rd_unwind_init() == 0 && rd_unwind_up(), "the full walker starts (%s)",
	       rd_unwind_error());
	for (int state = 0; state < 2; state++) {
		rd_self = state ? calloc(1, sizeof(*rd_self)) : NULL;
		shapes();
		in_libc();
		signals();
		every_instruction();
		sampled();
		cxx_stacks();
		same("C++ exceptions", 4);
	}
	threads();
	smallest_stack();
	stacks_side_by_side();
	races();
	plugins();
	interface();
	begun();
	who_is_asked();
	no_unwind_data();
	corrupt_walks = corrupt_flagged = corrupt_differ = 0;
	corrupt();
	in_a_child();
	figures();
	tap_ok(!rd_self->unwinding, "no walk is under way at the end");
	return tap_done();
}
