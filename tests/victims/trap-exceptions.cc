// SPDX-License-Identifier: MIT
/*
 * Exceptions and forced unwinding through the hooks' frames: out of a new_handler under operator new,
 * inside a new thread, by thread exit and cancellation in a condition wait and a join, each with
 * destructors on the way; and the locks that those destructors give back are given back.
 *
 * expect: none
 */
#include <csignal>
#include <mutex>
#include <new>
#include <stdexcept>
#include <thread>
#include "victim.h"

static std::mutex outer, inner;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static sem_t ready;
static int destroyed;
static volatile size_t too_much = (size_t)1 << 62;

struct witness {
	~witness()
	{
		__atomic_add_fetch(&destroyed, 1, __ATOMIC_SEQ_CST);
	}
};

static NOINLINE void thrower(int depth)
{
	witness w;
	std::lock_guard<std::mutex> l(inner);

	if (depth)
		throw std::runtime_error("thrown");
}

static void no_memory()
{
	std::set_new_handler(nullptr);
	throw std::logic_error("from the handler");
}

static void through_new()
{
	std::lock_guard<std::mutex> l(outer);

	std::set_new_handler(no_memory);
	try {
		witness w;
		::operator delete(::operator new(too_much));
	} catch (const std::logic_error &e) {
		puts(e.what());
	}
	try {
		::operator delete(::operator new(too_much));
	} catch (const std::bad_alloc &e) {
		puts("bad_alloc");
	}
}

static void in_a_thread()
{
	try {
		std::lock_guard<std::mutex> l(outer);

		thrower(1);
	} catch (const std::exception &e) {
		puts(e.what());
	}
	/* Both are held no more: the other order is free, once. */
	std::lock_guard<std::mutex> l(outer);
	thrower(0);
}

static void *exits(void *)
{
	witness w;
	std::lock_guard<std::mutex> l(outer);

	pthread_exit((void *)7);
}

static void unlock(void *m)
{
	pthread_mutex_unlock((pthread_mutex_t *)m);
}

static void *waits(void *)
{
	witness w;

	pthread_mutex_lock(&lock);
	pthread_cleanup_push(unlock, &lock);
	sem_post(&ready);
	for (;;)
		pthread_cond_wait(&never, &lock);
	pthread_cleanup_pop(1);
	return nullptr;
}

static void *sleeps(void *)
{
	for (;;)
		pause();
	return nullptr;
}

static void *joins(void *other)
{
	witness w;

	sem_post(&ready);
	pthread_join(*(pthread_t *)other, nullptr);
	return nullptr;
}

int main()
{
	pthread_t t, sleeper;
	void *result;

	sem_init(&ready, 0, 0);
	through_new();
	std::thread(in_a_thread).join();
	pthread_create(&t, nullptr, exits, nullptr);
	pthread_join(t, &result);
	printf("exit %ld\n", (long)result);

	pthread_create(&t, nullptr, waits, nullptr);
	sem_wait(&ready);
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
	pthread_cancel(t);
	pthread_join(t, &result);
	printf("cancelled %d\n", result == PTHREAD_CANCELED);

	pthread_create(&sleeper, nullptr, sleeps, nullptr);
	pthread_create(&t, nullptr, joins, &sleeper);
	sem_wait(&ready);
	pthread_cancel(t);
	pthread_join(t, &result);
	printf("cancelled %d\n", result == PTHREAD_CANCELED);
	pthread_cancel(sleeper);
	pthread_join(sleeper, &result);
	printf("cancelled %d\n", result == PTHREAD_CANCELED);

	printf("destroyed %d\n", destroyed);
	return 0;
}
