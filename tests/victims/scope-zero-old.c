/* SPDX-License-Identifier: MIT */
/*
 * Silent: restore(0) after an outermost save clears (old rule).
 *
 * expect: none
 * kshim: none
 * options: scope_rule=old
 */
#define RULE_OLD 1
#include "scope-mistakes.h"

int main(void)
{
	in_thread(zero);
	puts("done");
	return 0;
}
