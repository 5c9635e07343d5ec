/* SPDX-License-Identifier: MIT */
/*
 * A NOFS cookie goes to noio_restore (new rule).
 *
 * expect: scope-unbalanced certain
 * detail: cookie-of-other-kind NOFS
 * stack: held other_kind
 * stack: acquire other_kind
 * kshim: none
 * options: scope_rule=new
 */
#define RULE_OLD 0
#include "scope-mistakes.h"

int main(void)
{
	in_thread(other_kind);
	puts("done");
	return 0;
}
