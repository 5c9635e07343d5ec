/* SPDX-License-Identifier: MIT */
/*
 * Silent: a transaction that hands its cookie on to the next (old rule).
 *
 * expect: none
 * kshim: none
 * options: scope_rule=old
 */
#define RULE_OLD 1
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
