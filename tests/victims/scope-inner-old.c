/* SPDX-License-Identifier: MIT */
/*
 * Only the inner scope is restored (old rule).
 *
 * expect: scope-unbalanced certain
 * detail: inner-left-open NOFS
 * stack: held inner_only
 * kshim: none
 * options: scope_rule=old
 */
#define RULE_OLD 1
#include "scope-mistakes.h"

int main(void)
{
	in_thread(inner_only_and_on);
	puts("done");
	return 0;
}
