/* SPDX-License-Identifier: MIT */
/*
 * Saved in a thread that ends, restored in another (old rule).
 *
 * expect: scope-foreign certain
 * stack: held save_here
 * stack: acquire restore_there
 * kshim: none
 * options: scope_rule=old
 */
#define RULE_OLD 1
#include "scope-mistakes.h"

int main(void)
{
	in_thread(save_here);
	in_thread(restore_there);
	puts("done");
	return 0;
}
