/* SPDX-License-Identifier: MIT */
/*
 * Waiting twice is right where others post: a queue with one place, a pool with permits left.
 *
 * expect: none
 */
#include "victim.h"

static sem_t place, pool;

static NOINLINE void produce(void)
{
	sem_wait(&place);
}

static NOINLINE void produce_more(void)
{
	struct timespec past = {0, 0};

	must(sem_timedwait(&place, &past) && errno == ETIMEDOUT, "sem_timedwait");
}

/* One thread's: it has put in one thing, and waits for the place of the next. */
static NOINLINE void producer(void)
{
	produce();
	produce_more();
}

static NOINLINE void consumer(void)
{
	sem_post(&place);
}

static NOINLINE void take_two(void)
{
	sem_wait(&pool);
	sem_wait(&pool);
	sem_post(&pool);
	sem_wait(&pool);
	sem_post(&pool);
	sem_post(&pool);
}

int main(void)
{
	sem_init(&place, 0, 1);
	sem_init(&pool, 0, 3);
	TOGETHER(producer, consumer, take_two, take_two);
	puts("done");
	return 0;
}
