/* SPDX-License-Identifier: MIT */
/*
 * A cookie is used again in a later scope, and ends that (new rule).
 *
 * expect: scope-unbalanced certain
 * detail: cookie-reused NOFS
 * stack: held reuse
 * stack: acquire reuse
 * kshim: none
 * options: scope_rule=new
 */
#define RULE_OLD 0
#include "scope-mistakes.h"

int main(void)
{
	in_thread(reuse);
	puts("done");
	return 0;
}
