/* SPDX-License-Identifier: MIT */
/*
 * An exception that leaves the routine leaves it undone, and nothing held.
 *
 * expect: lock-inversion certain
 * stack: acquire under_lock
 * stack: acquire set_up
 */
#include <mutex>
#include "victim.h"

static std::once_flag once;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER, other = PTHREAD_MUTEX_INITIALIZER;
static int times;

static NOINLINE void set_up()
{
	if (times++ == 0)
		throw 7;
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
}

static NOINLINE void under_lock()
{
	pthread_mutex_lock(&lock);
	try {
		std::call_once(once, set_up);
	} catch (int n) {
		must(n == 7, "what was thrown");
	}
	pthread_mutex_unlock(&lock);
	nest(&other, &lock);
}

static NOINLINE void under_other()
{
	pthread_mutex_lock(&other);
	std::call_once(once, set_up);
	pthread_mutex_unlock(&other);
}

int main()
{
	TOGETHER(under_lock, under_other);
	puts("done");
	return 0;
}
