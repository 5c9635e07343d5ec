// SPDX-License-Identifier: MIT
/*
 * cells_abseil.cc - the cells that Abseil's mutex has an answer to, with its detector and without.
 *
 *   cells_abseil ID MILLISECONDS on|off
 */
#include <absl/synchronization/mutex.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

#include <unistd.h>

namespace {

absl::Mutex a, b, c, d, shared;
std::vector<std::unique_ptr<absl::Mutex>> many;
std::vector<absl::Mutex *> places;

double now_ns()
{
	auto t = std::chrono::steady_clock::now().time_since_epoch();

	return std::chrono::duration<double, std::nano>(t).count();
}

void none()
{
}

void random_10k_setup()
{
	for (int i = 0; i < 10000; i++) {
		many.push_back(std::make_unique<absl::Mutex>());
		many.back()->Lock();
		many.back()->Unlock();
	}
	for (int i = 0; i < 10000; i++)
		places.push_back(many[static_cast<size_t>(std::rand()) % many.size()].get());
}

void lock(long n)
{
	while (n--) {
		a.Lock();
		a.Unlock();
	}
}

void lock_2(long n)
{
	while (n--) {
		a.Lock();
		b.Lock();
		b.Unlock();
		a.Unlock();
	}
}

void lock_4(long n)
{
	while (n--) {
		a.Lock();
		b.Lock();
		c.Lock();
		d.Lock();
		d.Unlock();
		c.Unlock();
		b.Unlock();
		a.Unlock();
	}
}

void out_of_order(long n)
{
	while (n--) {
		a.Lock();
		b.Lock();
		a.Unlock();
		b.Unlock();
	}
}

void read(long n)
{
	while (n--) {
		a.ReaderLock();
		a.ReaderUnlock();
	}
}

void try_lock(long n)
{
	while (n--) {
		if (a.TryLock())
			a.Unlock();
	}
}

void random_10k(long n)
{
	static size_t at;

	while (n--) {
		absl::Mutex *m = places[at];

		at = at + 1 == places.size() ? 0 : at + 1;
		m->Lock();
		m->Unlock();
	}
}

void contended(long n)
{
	auto work = [n] {
		for (long i = 0; i < n / 2; i++) {
			shared.Lock();
			shared.Unlock();
		}
	};
	std::thread other(work);

	work();
	other.join();
}

struct object {
	absl::Mutex lock;
	char data[40];
};

void churn(long n)
{
	while (n--) {
		auto o = std::make_unique<object>();

		o->lock.Lock();
		o->lock.Unlock();
	}
}

const struct cell {
	const char *id;
	long batch;
	void (*setup)();
	void (*run)(long n);
} cells[] = {
	{"lock", 20000, none, lock},
	{"lock_2", 10000, none, lock_2},
	{"lock_4", 5000, none, lock_4},
	{"out_of_order", 10000, none, out_of_order},
	{"read", 20000, none, read},
	{"try", 20000, none, try_lock},
	{"random_10k", 10000, random_10k_setup, random_10k},
	{"contended", 100000, none, contended},
	{"churn", 4000, none, churn},
};

void measure(const cell &cell, double milliseconds)
{
	double end = now_ns() + milliseconds * 1e6;
	std::vector<double> took;

	do {
		double begin = now_ns();

		cell.run(cell.batch);
		took.push_back((now_ns() - begin) / static_cast<double>(cell.batch));
	} while (took.size() < 3 || now_ns() < end);
	std::sort(took.begin(), took.end());
	std::printf("%.3f\n", took[took.size() / 2]);
}

} // namespace

int main(int argc, char **argv)
{
	if (argc == 2 && std::strcmp(argv[1], "list") == 0) {
		for (const cell &cell : cells)
			std::puts(cell.id);
		return 0;
	}
	if (argc != 4)
		return 1;
	absl::SetMutexDeadlockDetectionMode(std::strcmp(argv[3], "on") == 0 ? absl::OnDeadlockCycle::kReport
									     : absl::OnDeadlockCycle::kIgnore);
	std::thread([] { pause(); }).detach();
	for (const cell &cell : cells) {
		if (std::strcmp(argv[1], cell.id))
			continue;
		cell.setup();
		measure(cell, std::atof(argv[2]));
	}
	std::fflush(stdout);
	_exit(0);
}
