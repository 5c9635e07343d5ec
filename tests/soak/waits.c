// SPDX-License-Identifier: MIT
/* waits.c - loads of waits, scopes, signals and other processes: see loads.def. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "include/reclaimdep/gfp.h"
#include "loads.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER, second = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

/* ---- conditions ---- */

static long turns;

static void take_turns(long n, long mine)
{
	pthread_mutex_lock(&lock);
	while (turns < n) {
		if (turns % 2 == mine) {
			turns++;
			pthread_cond_broadcast(&changed);
		} else {
			pthread_cond_wait(&changed, &lock);
		}
	}
	pthread_mutex_unlock(&lock);
}

static void *other_side(void *n)
{
	take_turns((long)n, 1);
	return NULL;
}

void load_conditions(long n)
{
	pthread_t t;

	turns = 0;
	if (pthread_create(&t, NULL, other_side, (void *)n))
		fail("pthread_create");
	take_turns(n, 0);
	pthread_join(t, NULL);
}

/* ---- timeouts and trylocks ---- */

void load_timeouts(long n)
{
	static const struct timespec past = {1, 0};

	for (; n > 0; n--) {
		pthread_mutex_lock(&lock);
		if (pthread_cond_timedwait(&changed, &lock, &past) != ETIMEDOUT)
			fail("pthread_cond_timedwait");
		if (pthread_mutex_trylock(&second) == 0)
			pthread_mutex_unlock(&second);
		pthread_mutex_unlock(&lock);
		if (pthread_mutex_timedlock(&second, &past) == 0)
			pthread_mutex_unlock(&second);
	}
}

/* ---- allocations, plain and with a mask, in scopes and under locks ---- */

void load_scopes(long n)
{
	for (; n > 0; n--) {
		unsigned flags = memalloc_nofs_save(), inner;

		pthread_mutex_lock(&lock);
		free(malloc(100));
		kfree(kmalloc(100, GFP_KERNEL));
		inner = memalloc_noio_save();
		kfree(kmalloc(200, GFP_NOFS));
		memalloc_noio_restore(inner);
		pthread_mutex_unlock(&lock);
		memalloc_nofs_restore(flags);
	}
}

/* ---- a module that comes and goes ---- */

/* Blocks in between have the loader keep what it knows of the module somewhere else each time. */
void load_modules(long n)
{
	static void *between[5];

	for (; n > 0; n--) {
		size_t size = 1000 + (size_t)(n % 31) * 16;
		void *module;

		free(between[n % 5]);
		between[n % 5] = malloc(size);
		module = dlopen("$ORIGIN/module.so", RTLD_NOW | RTLD_LOCAL);
		void (*run)(void);

		if (!module)
			fail(dlerror());
		run = (void (*)(void))dlsym(module, "soak_module_run");
		pthread_mutex_lock(&lock);
		run();
		pthread_mutex_unlock(&lock);
		dlclose(module);
	}
}

/* ---- two modules in one place, in turn ---- */

static char *loaded_at(const char *path, const char *function)
{
	void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	void (*run)(void);

	if (!module)
		fail(dlerror());
	run = (void (*)(void))dlsym(module, function);
	if (!run)
		fail(dlerror());
	pthread_mutex_lock(&lock);
	run();
	pthread_mutex_unlock(&lock);
	dlclose(module);
	return (char *)run;
}

void load_swaps(long n)
{
	for (; n > 0; n--) {
		if (loaded_at("$ORIGIN/module.so", "soak_module_run") != loaded_at("$ORIGIN/other.so", "soak_another_run"))
			fail("the other module came to lie elsewhere");
	}
}

/* ---- signals ---- */

static volatile sig_atomic_t handled;

static void on_signal(int sig)
{
	handled += sig;
}

void load_signals(long n)
{
	sigset_t set, old;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	for (; n > 0; n--) {
		struct sigaction act = {.sa_handler = on_signal};

		sigaction(SIGUSR1, &act, NULL);
		pthread_sigmask(SIG_BLOCK, &set, &old);
		pthread_mutex_lock(&lock);
		raise(SIGUSR1);
		pthread_mutex_unlock(&lock);
		pthread_sigmask(SIG_SETMASK, &old, NULL);
		pthread_mutex_lock(&second);
		raise(SIGUSR1);
		pthread_mutex_unlock(&second);
		signal(SIGUSR1, SIG_DFL);
	}
}

/* ---- children ---- */

static void wait_for(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		fail("a child");
}

/* Those that take a lock leave a record of their own: one of them does. */
void load_children(long n)
{
	static int had;

	for (; n > 0; n--) {
		pid_t pid = fork();

		if (pid == 0 && !had) {
			pthread_mutex_lock(&lock);
			pthread_mutex_unlock(&lock);
		}
		if (pid == 0)
			_exit(0);
		wait_for(pid);
		had = 1;
	}
}

/* ---- files ---- */

void load_files(long n)
{
	static int fd = -1;
	char path[40];

	/* Each file is a class: it is one, of this process. */
	if (fd < 0)
		fd = memfd_create("soak", 0);
	if (fd < 0)
		fail("memfd_create");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	for (; n > 0; n--) {
		struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 10};
		int again = open(path, O_RDWR);

		pthread_mutex_lock(&lock);
		if (again < 0 || flock(again, LOCK_EX) || fcntl(again, F_SETLK, &range))
			fail("a file lock");
		flock(again, LOCK_UN);
		close(again);
		pthread_mutex_unlock(&lock);
	}
}

/* ---- streams ---- */

void load_streams(long n)
{
	for (; n > 0; n--) {
		FILE *f = fopen("/dev/null", "w");

		if (!f)
			fail("/dev/null");
		flockfile(f);
		pthread_mutex_lock(&lock);
		fputc('x', f);
		pthread_mutex_unlock(&lock);
		funlockfile(f);
		fclose(f);
	}
}

/* ---- all of it ---- */

static void *all_but_processes(void *n)
{
	load_joined((long)n);
	load_objects((long)n * 20);
	load_trees((long)n * 5);
	load_wandering((long)n * 20);
	load_scopes((long)n * 20);
	return NULL;
}

/* In several threads, beside what forks and loads. */
void load_mixed(long n)
{
	pthread_t t[2];
	int i;

	for (i = 0; i < 2; i++)
		if (pthread_create(&t[i], NULL, all_but_processes, (void *)n))
			fail("pthread_create");
	load_detached(n);
	load_conditions(n * 2);
	load_timeouts(n);
	load_signals(n);
	load_files(n);
	load_streams(n);
	load_modules(n / 5 + 1);
	load_children(n / 5 + 1);
	for (i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
}
