/* SPDX-License-Identifier: MIT */
/*
 * Saved in a thread that ends, restored in another (new rule).
 *
 * expect: scope-foreign certain
 * stack: held save_here
 * stack: acquire restore_there
 * kshim: none
 * options: scope_rule=new
 */
#define RULE_OLD 0
#include "scope-mistakes.h"

int main(void)
{
	in_thread(save_here);
	in_thread(restore_there);
	puts("done");
	return 0;
}
