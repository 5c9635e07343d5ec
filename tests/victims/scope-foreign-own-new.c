/* SPDX-License-Identifier: MIT */
/*
 * The other thread is in a scope of its own, and loses it (new rule).
 *
 * expect: scope-foreign certain
 * stack: held save_here
 * stack: acquire restore_in_own
 * kshim: none
 * options: scope_rule=new
 */
#define RULE_OLD 0
#include "scope-mistakes.h"

int main(void)
{
	TOGETHER(save_here, restore_in_own);
	puts("done");
	return 0;
}
