/* SPDX-License-Identifier: MIT */
/*
 * Silent: threads that are in a scope for their life (old rule).
 *
 * expect: none
 * kshim: none
 * options: scope_rule=old
 */
#define RULE_OLD 1
#include "scope-carried.h"

int main(void)
{
	pthread_t t;

	must(!pthread_create(&t, NULL, journal_thread, NULL), "pthread_create");
	must(!pthread_join(t, NULL), "pthread_join");
	in_thread(journal_function);
	reclaim();
	puts("done");
	return 0;
}
