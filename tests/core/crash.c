/* SPDX-License-Identifier: MIT */
/*
 * Dies of SIGSEGV inside a lock call, with one lock held, while another thread sleeps in a lock
 * call and a third one is joined. With "hang" it sleeps there instead, as long as its standard
 * input is open, and then all ends well. With "circle" two threads wait for each other, and main
 * aborts once they sleep, in a signal handler. With "child" a child aborts that took no lock, with
 * "heir" one that took those of its parent the other way round; with "many" main does, after it took
 * many locks inside each other.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct object {
	long size;
	pthread_mutex_t lock;
};

static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t ready;
static struct object *object;
static int hang;

static struct object *object_new(void)
{
	struct object *o = malloc(sizeof(*o));

	pthread_mutex_init(&o->lock, NULL);
	return o;
}

static void *sleeper(void *arg)
{
	pthread_mutex_lock(&object->lock);
	pthread_barrier_wait(&ready);
	pthread_rwlock_wrlock(&table);
	pthread_rwlock_unlock(&table);
	pthread_mutex_unlock(&object->lock);
	/* It is there to the end, and holds nothing. */
	if (hang)
		pause();
	return arg;
}

static void *joiner(void *arg)
{
	pthread_barrier_wait(&ready);
	pthread_join(*(pthread_t *)arg, NULL);
	return NULL;
}

static void *doomed(void *arg)
{
	pthread_rwlock_wrlock(&table);
	pthread_mutex_lock(&outer);
	pthread_barrier_wait(&ready);
	/* Until both others sleep. */
	usleep(200000);
	if (hang) {
		char c;

		puts("ready");
		fflush(stdout);
		if (read(0, &c, 1) < 0)
			return NULL;
		pthread_mutex_unlock(&outer);
		pthread_rwlock_unlock(&table);
		return NULL;
	}
	pthread_mutex_lock(arg);
	return NULL;
}

/* ---- the circle ---- */

static pthread_mutex_t left = PTHREAD_MUTEX_INITIALIZER, right = PTHREAD_MUTEX_INITIALIZER;
static volatile int tids[2], is_there;

static void *go_left(void *arg)
{
	pthread_mutex_lock(&left);
	tids[0] = gettid();
	pthread_barrier_wait(&ready);
	pthread_mutex_lock(&right);
	return arg;
}

static void *go_right(void *arg)
{
	pthread_mutex_lock(&right);
	tids[1] = gettid();
	pthread_barrier_wait(&ready);
	pthread_mutex_lock(&left);
	return arg;
}

/* Without a lock or an allocation: reclaimdep does not meet it. */
static void *stranger(void *arg)
{
	is_there = 1;
	for (;;)
		pause();
	return arg;
}

static int sleeps(int tid)
{
	char path[64], text[8] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", tid);
	fd = open(path, O_RDONLY);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		usleep(500000); /* it may not be asked */
	close(fd);
	return fd < 0 || !strncmp(text, "202 ", 4);
}

static void give_up(void)
{
	abort();
}

static void on_alarm(int sig)
{
	(void)sig;
	give_up();
}

static void circle(void)
{
	pthread_t a, b, c;

	pthread_barrier_init(&ready, NULL, 3);
	pthread_create(&a, NULL, go_left, NULL);
	pthread_create(&b, NULL, go_right, NULL);
	pthread_create(&c, NULL, stranger, NULL);
	pthread_barrier_wait(&ready);
	while (!is_there || !sleeps(tids[0]) || !sleeps(tids[1]))
		usleep(1000);
	signal(SIGALRM, on_alarm);
	raise(SIGALRM);
}

static void left_first(void)
{
	pthread_mutex_lock(&left);
	pthread_mutex_lock(&right);
	pthread_mutex_unlock(&right);
	pthread_mutex_unlock(&left);
}

static void right_first(void)
{
	pthread_mutex_lock(&right);
	pthread_mutex_lock(&left);
	abort();
}

static void child(int heir)
{
	int status;

	left_first();
	if (!fork()) {
		if (heir)
			right_first();
		abort();
	}
	wait(&status);
	exit(0);
}

#define MANY 600
static pthread_mutex_t many[MANY];

/* Each is a class, as each is a variable. */
static void take_many(int depth)
{
	int i, j;

	for (i = 0; i < MANY; i++) {
		pthread_mutex_lock(&many[i]);
		for (j = i + 1; j < i + depth && j < MANY; j++)
			pthread_mutex_lock(&many[j]);
		while (--j >= i)
			pthread_mutex_unlock(&many[j]);
	}
	pthread_mutex_lock(&many[1]);
	pthread_mutex_lock(&many[0]);
	abort();
}

int main(int argc, char **argv)
{
	pthread_t a, b, c;

	if (argc > 1 && !strcmp(argv[1], "child"))
		child(0);
	if (argc > 1 && !strcmp(argv[1], "heir"))
		child(1);
	if (argc > 1 && !strcmp(argv[1], "many"))
		take_many(4);

	if (argc > 1 && !strcmp(argv[1], "circle"))
		circle();

	hang = argc > 1 && !strcmp(argv[1], "hang");
	object = object_new();
	pthread_barrier_init(&ready, NULL, 3);
	pthread_create(&a, NULL, sleeper, NULL);
	pthread_create(&b, NULL, joiner, &a);
	pthread_create(&c, NULL, doomed, (void *)0x1000);
	pthread_join(c, NULL);
	return 0;
}
