/* SPDX-License-Identifier: MIT */
/*
 * A cookie is used again in a later scope, and ends that (old rule).
 *
 * expect: scope-unbalanced certain
 * detail: cookie-reused NOFS
 * stack: held reuse
 * stack: acquire reuse
 * kshim: none
 * options: scope_rule=old
 */
#define RULE_OLD 1
#include "scope-mistakes.h"

int main(void)
{
	in_thread(reuse);
	puts("done");
	return 0;
}
