/* SPDX-License-Identifier: MIT */
/*
 * counts.c - a program of which it is known how often it takes each lock, and where it waits and holds longest; for
 * stat.test. With an argument it ends by SIGKILL, or a child of it counts as well.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER, fought = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER, in_turn = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t tried = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t again = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static pthread_spinlock_t spin;
static volatile int waiter;

static __attribute__((noinline)) void hold_long(void)
{
	pthread_mutex_lock(&plain);
	usleep(50000);
	pthread_mutex_unlock(&plain);
}

static __attribute__((noinline)) void wait_long(void)
{
	pthread_mutex_lock(&fought);
	pthread_mutex_unlock(&fought);
}

static void *fight(void *arg)
{
	waiter = (int)syscall(SYS_gettid);
	wait_long();
	return arg;
}

/* Once it has said who it is, the only thing that it sleeps for is the lock. */
static void until_it_waits(void)
{
	char path[64], state = 0;
	FILE *f;

	while (!waiter)
		usleep(1000);
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", waiter);
	while (state != 'S') {
		f = fopen(path, "r");
		if (!f || fscanf(f, "%*d %*s %c", &state) != 1)
			exit(1);
		fclose(f);
		usleep(1000);
	}
}

static void *take_in_turn(void *arg)
{
	pthread_mutex_lock(&in_turn);
	pthread_mutex_unlock(&in_turn);
	return arg;
}

static void *take_tried(void *arg)
{
	if (pthread_mutex_trylock(&tried) != EBUSY)
		exit(1);
	return arg;
}

static void run(void *(*what)(void *))
{
	pthread_t t;

	if (pthread_create(&t, NULL, what, NULL) || pthread_join(t, NULL))
		exit(1);
}

static void locks(void)
{
	struct timespec until;
	pthread_t t;
	int i;

	for (i = 0; i < 999; i++) {
		pthread_mutex_lock(&plain);
		pthread_mutex_unlock(&plain);
	}
	hold_long();
	pthread_mutex_lock(&fought);
	if (pthread_create(&t, NULL, fight, NULL))
		exit(1);
	until_it_waits();
	usleep(20000);
	pthread_mutex_unlock(&fought);
	pthread_join(t, NULL);
	for (i = 0; i < 30; i++) {
		pthread_rwlock_rdlock(&table);
		pthread_rwlock_unlock(&table);
		if (i % 6 == 0) {
			pthread_rwlock_wrlock(&table);
			pthread_rwlock_unlock(&table);
		}
		pthread_spin_lock(&spin);
		pthread_spin_unlock(&spin);
	}
	pthread_mutex_lock(&again);
	pthread_mutex_lock(&again);
	pthread_mutex_lock(&again);
	pthread_mutex_unlock(&again);
	pthread_mutex_unlock(&again);
	pthread_mutex_unlock(&again);
	for (i = 0; i < 7; i++) {
		if (pthread_mutex_trylock(&tried))
			exit(1);
		run(take_tried);
		pthread_mutex_unlock(&tried);
	}
	for (i = 0; i < 100; i++)
		run(take_in_turn);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 1;
	pthread_mutex_lock(&gate);
	while (pthread_cond_timedwait(&never, &gate, &until) == 0)
		;
	pthread_mutex_unlock(&gate);
}

int main(int argc, char **argv)
{
	int i, status;

	pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
	locks();
	if (argc > 1 && strcmp(argv[1], "fork") == 0) {
		if (fork() == 0) {
			for (i = 0; i < 5; i++) {
				pthread_mutex_lock(&plain);
				pthread_mutex_unlock(&plain);
			}
			_exit(0);
		}
		wait(&status);
	} else if (argc > 1) {
		raise(SIGKILL);
	}
	return 0;
}
