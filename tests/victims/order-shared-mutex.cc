// SPDX-License-Identifier: MIT
/*
 * std::shared_mutex: exclusive in two orders; and shared in two orders, which is silent.
 *
 * expect: lock-inversion certain table index_
 */
#include <mutex>
#include <shared_mutex>
#include "victim.h"

static std::shared_mutex table, index_;
static std::shared_mutex left, right;

static void forward()
{
	{
		std::unique_lock<std::shared_mutex> a(table), b(index_);
	}
	std::shared_lock<std::shared_mutex> a(left), b(right);
}

static void backward()
{
	{
		std::unique_lock<std::shared_mutex> b(index_), a(table);
	}
	std::shared_lock<std::shared_mutex> b(right), a(left);
}

int main()
{
	TOGETHER(forward, backward);
	puts("done");
	return 0;
}
