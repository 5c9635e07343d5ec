// SPDX-License-Identifier: MIT
/*
 * calls.c - does a lock call that nobody stands in the way of get to libc? libc's functions are overwritten with a
 * breakpoint, whose handler counts, once the calls are known. Exit status 77 where the system forbids to write code.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <threads.h>
#include <ucontext.h>
#include <unistd.h>

#define BREAKPOINT 0xcc
#define PAGE 4096ul
#define KNOWN 10
#define ROUNDS 100

static const char *const names[] = {"pthread_mutex_lock",    "pthread_mutex_unlock",  "pthread_mutex_trylock",
				    "pthread_rwlock_rdlock", "pthread_rwlock_unlock", "pthread_rwlock_tryrdlock",
				    "pthread_spin_lock",     "pthread_spin_trylock",  "pthread_spin_unlock",
				    "mtx_lock",		     "mtx_trylock",	      "mtx_unlock"};
#define NAMES (sizeof(names) / sizeof(*names))

static uint8_t *code[NAMES], was[NAMES];
static volatile sig_atomic_t hits[NAMES];

static void put(size_t i, uint8_t byte)
{
	void *page = (void *)((uintptr_t)code[i] & ~(PAGE - 1));

	if (mprotect(page, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC))
		_exit(77);
	*(volatile uint8_t *)code[i] = byte;
}

/* Counts it once, and lets it pass from then on. */
static void on_breakpoint(int sig, siginfo_t *info, void *context)
{
	greg_t *pc = &((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
	size_t i;

	(void)sig, (void)info;
	for (i = 0; i < NAMES; i++) {
		if (code[i] + 1 == (uint8_t *)*pc) {
			hits[i]++;
			put(i, was[i]);
			*pc = (greg_t)(uintptr_t)code[i];
		}
	}
}

static void *wait_for_end(void *end)
{
	char c;

	return read(*(int *)end, &c, 1) < 0 ? NULL : end;
}

static void put_all(bool breakpoints)
{
	size_t i;

	for (i = 0; i < NAMES; i++)
		put(i, breakpoints ? BREAKPOINT : was[i]);
}

/* A call is known by its place: the same for the first ones and those that are watched. */
#define WATCH(take, give)                                                                          \
	do {                                                                                       \
		volatile int i; /* else the loop is made two */                                    \
                                                                                                   \
		for (i = 0; i < KNOWN + ROUNDS; i++) {                                             \
			if (i == KNOWN)                                                            \
				put_all(true);                                                     \
			take;                                                                      \
			give;                                                                      \
		}                                                                                  \
		put_all(false);                                                                    \
	} while (0)

static void watch(void)
{
	static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
	static pthread_spinlock_t spin = 1;
	mtx_t mtx;

	mtx_init(&mtx, mtx_plain | mtx_recursive);
	WATCH(pthread_mutex_lock(&mutex), pthread_mutex_unlock(&mutex));
	WATCH(pthread_mutex_trylock(&mutex), pthread_mutex_unlock(&mutex));
	WATCH(pthread_rwlock_rdlock(&rwlock), pthread_rwlock_unlock(&rwlock));
	WATCH(pthread_rwlock_tryrdlock(&rwlock), pthread_rwlock_unlock(&rwlock));
	WATCH(pthread_spin_lock(&spin), pthread_spin_unlock(&spin));
	WATCH(pthread_spin_trylock(&spin), pthread_spin_unlock(&spin));
	WATCH(mtx_lock(&mtx), mtx_unlock(&mtx));
	mtx_destroy(&mtx);
	mtx_init(&mtx, mtx_plain);
	WATCH(mtx_lock(&mtx), mtx_unlock(&mtx));
	WATCH(mtx_trylock(&mtx), mtx_unlock(&mtx));
}

int main(int argc, char **argv)
{
	struct sigaction breakpoint = {.sa_sigaction = on_breakpoint, .sa_flags = SA_SIGINFO};
	void *libc = dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD);
	int with_thread = argc > 1 && !strcmp(argv[1], "threads"), end[2];
	pthread_t thread;
	size_t i;

	if (with_thread && (pipe(end) || pthread_create(&thread, NULL, wait_for_end, &end[0])))
		return 1;
	sigaction(SIGTRAP, &breakpoint, NULL);
	for (i = 0; i < NAMES; i++) {
		code[i] = dlsym(libc, names[i]);
		if (!code[i])
			return 1;
		was[i] = *code[i];
	}
	watch();
	for (i = 0; i < NAMES; i++)
		if (hits[i])
			printf("%s\n", names[i]);
	if (with_thread && (write(end[1], "", 1) != 1 || pthread_join(thread, NULL)))
		return 1;
	puts("done");
	return 0;
}
