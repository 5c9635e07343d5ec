// SPDX-License-Identifier: MIT
/*
 * Silent: std::mutex, timed and recursive ones, scoped_lock of several (which backs off), call_once and
 * condition variables, used as they should be.
 *
 * expect: none
 */
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>
#include "victim.h"

static std::mutex a, b, c;
static std::timed_mutex timed;
static std::recursive_mutex recursive;
static std::once_flag once;
static std::condition_variable_any any;
static int count;

static void work(bool swap)
{
	for (int i = 0; i < 50; i++) {
		if (swap)
			std::scoped_lock both(a, b);
		else
			std::scoped_lock both(b, a);
		std::call_once(once, [] { std::lock_guard<std::mutex> l(c); });
		std::lock_guard<std::recursive_mutex> r1(recursive), r2(recursive);
		if (timed.try_lock_for(std::chrono::seconds(5))) {
			count++;
			timed.unlock();
		}
	}
}

int main()
{
	std::vector<std::thread> threads;

	for (int i = 0; i < 4; i++)
		threads.emplace_back(work, i % 2);
	for (std::thread &t : threads)
		t.join();
	std::unique_lock<std::mutex> l(c);
	any.wait_for(l, std::chrono::milliseconds(1));
	printf("%d\n", count);
	return 0;
}
