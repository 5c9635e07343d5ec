/* SPDX-License-Identifier: MIT */
/*
 * Dies of SIGSEGV inside a lock call, with one lock held, while another thread sleeps in a lock
 * call and a third one is joined. With "hang" it sleeps there instead, as long as its standard
 * input is open.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
		exit(0);
	}
	pthread_mutex_lock(arg);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t a, b, c;

	hang = argc > 1 && !strcmp(argv[1], "hang");
	object = object_new();
	pthread_barrier_init(&ready, NULL, 3);
	pthread_create(&a, NULL, sleeper, NULL);
	pthread_create(&b, NULL, joiner, &a);
	pthread_create(&c, NULL, doomed, (void *)0x1000);
	pthread_join(c, NULL);
	return 0;
}
