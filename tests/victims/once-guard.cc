/* SPDX-License-Identifier: MIT */
/*
 * A static of a function is a lock while it is initialised. The first time that ends in an exception, under a mutex that
 * the second one takes.
 *
 * expect: lock-inversion certain
 * stack: acquire get under_lock
 * stack: acquire get alone
 */
#include "victim.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int times;

struct setting {
	setting()
	{
		if (times++ == 0)
			throw 7;
		pthread_mutex_lock(&lock);
		pthread_mutex_unlock(&lock);
	}
	int value = 3;
};

static NOINLINE int get()
{
	static setting the_setting;

	return the_setting.value;
}

static NOINLINE void under_lock()
{
	pthread_mutex_lock(&lock);
	try {
		get();
	} catch (int) {
	}
	pthread_mutex_unlock(&lock);
}

static NOINLINE void alone()
{
	must(get() == 3, "the static");
}

int main()
{
	TOGETHER(under_lock, alone);
	puts("done");
	return 0;
}
