// SPDX-License-Identifier: MIT
/*
 * What std::set_new_handler installs is a reclaim context, of any mask; one that is left by an exception, too. The
 * program gets back the pointers that it gave.
 *
 * expect: reclaim-inversion certain cache_lock reclaim
 * stack: acquire give_back
 */
#include <new>
#include "victim.h"

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t other_lock = PTHREAD_MUTEX_INITIALIZER;
static volatile size_t too_much = (size_t)1 << 46;
static int calls;

static void give_back()
{
	pthread_mutex_lock(&cache_lock);
	pthread_mutex_unlock(&cache_lock);
	calls++;
	if (calls == 2)
		throw std::bad_alloc();
	std::set_new_handler(nullptr);
}

int main()
{
	must(std::get_new_handler() == nullptr, "no handler");
	must(std::set_new_handler(give_back) == nullptr, "the first");
	must(std::get_new_handler() == give_back, "our own");
	void *p = operator new(too_much, std::nothrow);
	must(p == nullptr && calls == 1, "called");
	must(std::get_new_handler() == nullptr, "taken off");
	must(std::set_new_handler(give_back) == nullptr, "again");
	bool caught = false;
	try {
		p = operator new(too_much);
	} catch (std::bad_alloc &) {
		caught = true;
	}
	must(caught && calls == 2, "left by an exception");
	/* Not in the context any more: one of these is seen, and the other is taken in none. */
	pthread_mutex_lock(&cache_lock);
	int *volatile q = new int;
	pthread_mutex_unlock(&cache_lock);
	pthread_mutex_lock(&other_lock);
	int *volatile r = new int;
	pthread_mutex_unlock(&other_lock);
	delete q;
	delete r;
	must(std::set_new_handler(nullptr) == give_back, "the last");
	puts("done");
	return 0;
}
