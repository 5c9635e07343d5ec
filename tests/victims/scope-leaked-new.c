/* SPDX-License-Identifier: MIT */
/*
 * One way out of a function forgets the restore (new rule).
 *
 * expect: scope-leaked certain
 * stack: held forget forget_once
 * kshim: none
 * options: scope_rule=new
 */
#define RULE_OLD 0
#include "scope-mistakes.h"

int main(void)
{
	in_thread(forget_once);
	puts("done");
	return 0;
}
