/* SPDX-License-Identifier: MIT */
/*
 * Silent: a transaction that hands its cookie on to the next (new rule).
 *
 * expect: none
 * kshim: full none
 * options: scope_rule=new
 */
#define RULE_OLD 0
#include "scope-carried.h"

int main(void)
{
	for (int i = 0; i < 3; i++)
		transaction_rolls();
	in_thread(transaction_rolls);
	reclaim();
	transaction_rolls();
	puts("done");
	return 0;
}
