/* SPDX-License-Identifier: MIT */
/*
 * The outer scope is restored before the inner one (new rule).
 *
 * expect: scope-unbalanced certain
 * detail: restored-out-of-order NOFS
 * stack: held outer_first
 * stack: acquire outer_first
 * kshim: none
 * options: scope_rule=new
 */
#define RULE_OLD 0
#include "scope-mistakes.h"

int main(void)
{
	in_thread(outer_first);
	puts("done");
	return 0;
}
