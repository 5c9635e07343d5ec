/* SPDX-License-Identifier: MIT */
/*
 * Silent: a worker's cookie overwrites the transaction's, and both threads come out even (new rule).
 *
 * expect: none
 * kshim: full none constant
 * options: scope_rule=new
 */
#define RULE_OLD 0
#include "scope-carried.h"

int main(void)
{
	in_thread(transaction_splits);
	transaction_splits();
	reclaim();
	puts("done");
	return 0;
}
