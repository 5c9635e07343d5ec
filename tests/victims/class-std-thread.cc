/* SPDX-License-Identifier: MIT */
/*
 * Threads whose functions are lambdas, inlined into what runs them: locks that each of them takes first are of
 * as many classes, so that one order and its opposite between other locks are no inversion.
 *
 * build: -O2 -finline
 * expect: none
 */
#include <cstdio>
#include <mutex>
#include <shared_mutex>
#include <thread>

namespace {

struct pair {
	std::mutex mutex;
	std::shared_mutex shared;
	int n = 0;
};

} // namespace

int main()
{
	pair *a = new pair, *b = new pair;
	std::thread first([a] {
		for (int i = 0; i < 100; i++) {
			std::lock_guard<std::mutex> outer(a->mutex);
			std::unique_lock<std::shared_mutex> inner(a->shared);
			a->n++;
		}
	});
	std::thread second([b] {
		for (int i = 0; i < 100; i++) {
			std::shared_lock<std::shared_mutex> outer(b->shared);
			std::lock_guard<std::mutex> inner(b->mutex);
			b->n++;
		}
	});

	first.join();
	second.join();
	std::printf("done %d\n", a->n + b->n);
	delete a;
	delete b;
	return 0;
}
