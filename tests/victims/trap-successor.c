/* SPDX-License-Identifier: MIT */
/*
 * What else may happen to a thread in another's place: it is detached before or after it has begun, joined by another
 * thread than its maker, ended by pthread_exit or a cancellation, not made for want of memory, made with another
 * function or by another call, forks; its maker ends, joined or not, or four make and join at once.
 *
 * expect: none
 */
#include "victim.h"

#include <sys/wait.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *nothing(void *unused)
{
	return unused;
}

static void *locks(void *unused)
{
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
	return unused;
}

static void *leaves(void *unused)
{
	pthread_exit(unused);
}

static void *sleeps(void *unused)
{
	pause();
	return unused;
}

static void *forks(void *unused)
{
	pid_t child = fork();

	if (!child)
		_exit(0);
	must(child > 0 && waitpid(child, NULL, 0) == child, "fork");
	return unused;
}

static NOINLINE pthread_t begin(void *(*fn)(void *))
{
	pthread_t t;

	must(!pthread_create(&t, NULL, fn, NULL), "pthread_create");
	return t;
}

static void *join_other(void *t)
{
	must(!pthread_join(*(pthread_t *)t, NULL), "pthread_join");
	return NULL;
}

static void make_and_join(void *(*fn)(void *), int n)
{
	while (n--)
		pthread_join(begin(fn), NULL);
}

static void not_made(void)
{
	pthread_attr_t attr;
	pthread_t t;
	int i;

	pthread_attr_init(&attr);
	for (i = 0; i < 4; i++) {
		pthread_attr_setstacksize(&attr, i % 2 ? (size_t)1 << 46 : (size_t)1 << 20);
		if (!pthread_create(&t, &attr, nothing, NULL))
			pthread_join(t, NULL);
	}
	pthread_attr_destroy(&attr);
}

static void *all(void *unused)
{
	static void *(*const fns[])(void *) = {nothing, locks, leaves, sleeps};
	pthread_t t, other;
	unsigned i;
	int n;

	for (n = 0; n < 20; n++) {
		make_and_join(nothing, 3);
		pthread_detach(begin(nothing));
		make_and_join(nothing, 3);
		t = begin(sleeps);
		pthread_cancel(t);
		pthread_join(t, NULL);
		for (i = 0; i < 3; i++)
			make_and_join(fns[i], 3);
		make_and_join(nothing, 2);
		t = begin(nothing);
		must(!pthread_create(&other, NULL, join_other, &t), "pthread_create");
		pthread_join(other, NULL);
		make_and_join(nothing, 2);
		not_made();
	}
	return unused;
}

static void *makes(void *unused)
{
	make_and_join(nothing, 3);
	return unused;
}

int main(void)
{
	pthread_t four[4];
	int i;

	all(NULL);
	for (i = 0; i < 300; i++)
		pthread_detach(begin(makes));
	make_and_join(makes, 100);
	for (i = 0; i < 4; i++)
		must(!pthread_create(&four[i], NULL, all, NULL), "pthread_create");
	for (i = 0; i < 4; i++)
		pthread_join(four[i], NULL);
	make_and_join(forks, 3);
	make_and_join(nothing, 3);
	puts("done");
	return 0;
}
