// SPDX-License-Identifier: MIT
/*
 * std::mutex in heap objects of one type has no init call: two objects, one order each, share their
 * members' classes.
 *
 * expect: lock-inversion possible
 */
#include <memory>
#include <mutex>
#include "victim.h"

class account {
	std::mutex balance_lock, log_lock;
	int balance = 0, entries = 0;

public:
	account()
	{
		std::lock_guard<std::mutex> a(balance_lock);
		balance = 10;
	}

	NOINLINE void note()
	{
		std::lock_guard<std::mutex> b(log_lock);
		entries++;
	}

	NOINLINE void pay()
	{
		std::lock_guard<std::mutex> a(balance_lock);
		note();
		balance--;
	}

	NOINLINE void audit()
	{
		note_under_audit();
	}

	NOINLINE void note_under_audit()
	{
		std::lock_guard<std::mutex> b(log_lock);
		std::lock_guard<std::mutex> a(balance_lock);
		balance += entries;
	}
};

static std::unique_ptr<account> first, second;

static void pay()
{
	first->pay();
}

static void audit()
{
	second->audit();
}

int main()
{
	first = std::make_unique<account>();
	second = std::make_unique<account>();
	first->note();
	second->note();
	TOGETHER(pay, audit);
	puts("done");
	return 0;
}
