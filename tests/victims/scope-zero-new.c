/* SPDX-License-Identifier: MIT */
/*
 * restore(0) ends nothing: the scope stays open (new rule).
 *
 * expect: scope-unbalanced certain
 * detail: restored-with-zero NOFS
 * stack: held zero
 * stack: acquire zero
 * kshim: none
 * options: scope_rule=new
 */
#define RULE_OLD 0
#include "scope-mistakes.h"

int main(void)
{
	in_thread(zero);
	puts("done");
	return 0;
}
