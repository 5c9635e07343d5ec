/* SPDX-License-Identifier: MIT */
/*
 * Statics that are right: one that is initialised under a lock, one whose initialisation takes it before, one inside
 * another, one that many threads come for at once.
 *
 * expect: none
 */
#include "victim.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER, inside = PTHREAD_MUTEX_INITIALIZER;

struct setting {
	explicit setting(pthread_mutex_t *mutex)
	{
		pthread_mutex_lock(mutex);
		pthread_mutex_unlock(mutex);
	}
	int value = 3;
};

static NOINLINE int inner()
{
	static setting the_inner(&inside);

	return the_inner.value;
}

static NOINLINE int outer()
{
	static setting the_outer(&lock);
	static int sum = the_outer.value + inner();

	return sum;
}

static NOINLINE void use()
{
	must(outer() == 6, "outer");
	pthread_mutex_lock(&lock);
	must(outer() == 6, "outer");
	must(inner() == 3, "inner");
	pthread_mutex_unlock(&lock);
}

static void *come(void *barrier)
{
	pthread_barrier_wait(static_cast<pthread_barrier_t *>(barrier));
	use();
	return nullptr;
}

int main()
{
	pthread_barrier_t barrier;
	pthread_t thread[8];

	pthread_barrier_init(&barrier, nullptr, 8);
	for (pthread_t &t : thread)
		pthread_create(&t, nullptr, come, &barrier);
	for (pthread_t t : thread)
		pthread_join(t, nullptr);
	puts("done");
	return 0;
}
