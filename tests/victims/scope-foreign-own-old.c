/* SPDX-License-Identifier: MIT */
/*
 * The other thread is in a scope of its own, and loses it (old rule).
 *
 * expect: scope-foreign certain
 * stack: held save_here
 * stack: acquire restore_in_own
 * kshim: none
 * options: scope_rule=old
 */
#define RULE_OLD 1
#include "scope-mistakes.h"

int main(void)
{
	TOGETHER(save_here, restore_in_own);
	puts("done");
	return 0;
}
