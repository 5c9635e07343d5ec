/* SPDX-License-Identifier: MIT */
/*
 * A NOFS cookie goes to noio_restore (old rule).
 *
 * expect: scope-unbalanced certain
 * detail: cookie-of-other-kind NOFS
 * stack: held other_kind
 * stack: acquire other_kind
 * kshim: none
 * options: scope_rule=old
 */
#define RULE_OLD 1
#include "scope-mistakes.h"

int main(void)
{
	in_thread(other_kind);
	puts("done");
	return 0;
}
