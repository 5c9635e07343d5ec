// SPDX-License-Identifier: MIT
/*
 * std::thread, whose threads all begin in one function of the library: they are told apart by who
 * makes them.
 *
 * expect: wait-inversion possible
 * stack: acquire stop
 * stack: held start_first
 * class: thread made in start_first
 * class: thread made in start_second
 */
#include <mutex>
#include <thread>
#include <vector>
#include "victim.h"

static std::mutex first_lock, second_lock;
static sem_t worked;
static std::vector<std::thread> threads;

static NOINLINE void work(std::mutex &m)
{
	{
		std::lock_guard<std::mutex> guard(m);
	}
	sem_post(&worked);
}

static NOINLINE void start_first()
{
	threads.emplace_back([] { work(first_lock); });
	sem_wait(&worked);
}

static NOINLINE void start_second()
{
	threads.emplace_back([] { work(second_lock); });
	sem_wait(&worked);
}

static NOINLINE void stop(std::mutex &m, std::thread &t)
{
	std::lock_guard<std::mutex> guard(m);

	t.join();
}

int main()
{
	sem_init(&worked, 0, 0);
	start_first();
	start_second();
	stop(first_lock, threads[0]);
	stop(first_lock, threads[1]);
	puts("done");
	return 0;
}
