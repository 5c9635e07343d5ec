/* SPDX-License-Identifier: MIT */
/*
 * Silent: a worker's cookie overwrites the transaction's, and both threads come out even (old rule).
 *
 * expect: none
 * kshim: none
 * options: scope_rule=old
 */
#define RULE_OLD 1
#include "scope-carried.h"

int main(void)
{
	in_thread(transaction_splits);
	transaction_splits();
	reclaim();
	puts("done");
	return 0;
}
