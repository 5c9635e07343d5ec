/* SPDX-License-Identifier: MIT */
/*
 * A restore that nothing was saved for (old rule).
 *
 * expect: scope-unbalanced certain
 * detail: restored-unsaved NOFS
 * stack: acquire unsaved
 * kshim: none
 * options: scope_rule=old
 */
#define RULE_OLD 1
#include "scope-mistakes.h"

int main(void)
{
	in_thread(unsaved);
	puts("done");
	return 0;
}
