/* SPDX-License-Identifier: MIT */
/*
 * Silent: threads that are in a scope for their life (new rule).
 *
 * expect: none
 * kshim: full none constant
 * options: scope_rule=new
 */
#define RULE_OLD 0
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
