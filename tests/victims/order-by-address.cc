/* SPDX-License-Identifier: MIT */
/*
 * Silent: many objects of one type, two of them locked at a time, the one with the lower address first. std::mutex has
 * no init call, so the objects' locks get their classes by where each is first taken, which differs.
 *
 * expect: none
 */
#include <cstdio>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

struct account {
	std::mutex m;
	long value = 0;
};

static std::vector<std::unique_ptr<account>> accounts;

static void transfer(account *from, account *to)
{
	account *low = from < to ? from : to, *high = from < to ? to : from;
	std::lock_guard<std::mutex> first(low->m);
	std::lock_guard<std::mutex> second(high->m);

	from->value--;
	to->value++;
}

static long total()
{
	long sum = 0;

	for (auto &a : accounts) {
		std::lock_guard<std::mutex> guard(a->m);
		sum += a->value;
	}
	return sum;
}

static void work(unsigned seed)
{
	for (int i = 0; i < 2000; i++) {
		unsigned a = (seed = seed * 1103515245 + 12345) >> 16, b = (seed = seed * 1103515245 + 12345) >> 16;

		if (a % 30 != b % 30)
			transfer(accounts[a % 30].get(), accounts[b % 30].get());
		if (i % 100 == 0 && total() > 1000000)
			return;
	}
}

int main()
{
	for (int i = 0; i < 30; i++)
		accounts.push_back(std::make_unique<account>());
	std::thread one(work, 1), two(work, 2), three(work, 3);
	one.join();
	two.join();
	three.join();
	puts("done");
	return 0;
}
