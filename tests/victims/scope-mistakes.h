/* SPDX-License-Identifier: MIT */
/*
 * scope-mistakes.h - what goes wrong with saves and restores, and what each leaves behind under
 * either rule for cookies. A victim includes it with RULE_OLD 0 or 1. Nobody provides the memalloc
 * functions but reclaimdep, so a save tells the state of its thread.
 */
#include "victim.h"
#include "kernel.h"

/* Is the scope in force? By what another save of it returns; the restore in order undoes that. */
static UNUSED NOINLINE int in_nofs(void)
{
	unsigned int cookie = memalloc_nofs_save();

	memalloc_nofs_restore(cookie);
	return RULE_OLD ? cookie != 0 : cookie == 0;
}

static UNUSED NOINLINE int in_noio(void)
{
	unsigned int cookie = memalloc_noio_save();

	memalloc_noio_restore(cookie);
	return RULE_OLD ? cookie != 0 : cookie == 0;
}

static UNUSED NOINLINE void in_state(int nofs, int noio, const char *where)
{
	must(in_nofs() == nofs && in_noio() == noio, where);
}

static UNUSED NOINLINE void work(void)
{
	kfree(kmalloc(64, GFP_KERNEL));
}

/* ---- the mistakes: in_state() says what the kernel's state is then ---- */

static UNUSED NOINLINE void outer_first(void)
{
	unsigned int outer = memalloc_nofs_save(), inner = memalloc_nofs_save();

	work();
	memalloc_nofs_restore(outer);
	in_state(0, 0, "cleared early");
	work();
	memalloc_nofs_restore(inner);
	in_state(RULE_OLD, 0, "after both");
}

static UNUSED NOINLINE void reuse(void)
{
	unsigned int first, second;

	first = memalloc_nofs_save();
	work();
	memalloc_nofs_restore(first);
	second = memalloc_nofs_save();
	work();
	memalloc_nofs_restore(first);
	in_state(0, 0, "ended by the first one's cookie");
	work();
	memalloc_nofs_restore(second);
	in_state(0, 0, "after all");
}

static UNUSED NOINLINE void other_kind(void)
{
	unsigned int cookie = memalloc_nofs_save();

	work();
	memalloc_noio_restore(cookie);
	in_state(RULE_OLD, 0, "NOFS after noio_restore");
	work();
}

static UNUSED NOINLINE void unsaved(void)
{
	work();
	memalloc_nofs_restore(PF_MEMALLOC_NOFS);
	in_state(RULE_OLD, 0, "set by a restore");
	work();
}

static UNUSED NOINLINE void inner_only(void)
{
	unsigned int inner;

	memalloc_nofs_save();
	inner = memalloc_nofs_save();
	work();
	memalloc_nofs_restore(inner);
}

static UNUSED NOINLINE void inner_only_and_on(void)
{
	inner_only();
	in_state(1, 0, "the outer one");
	work();
}

static UNUSED NOINLINE void zero(void)
{
	memalloc_nofs_save();
	work();
	memalloc_nofs_restore(0);
	in_state(!RULE_OLD, 0, "after restore(0)");
	work();
}

static UNUSED NOINLINE void forget(int fail)
{
	unsigned int cookie = memalloc_noio_save();

	work();
	if (fail)
		return;
	memalloc_noio_restore(cookie);
}

static UNUSED NOINLINE void forget_once(void)
{
	forget(0);
	forget(1);
	in_state(0, 1, "NOIO for good");
	work();
}

static unsigned int carried;

static UNUSED NOINLINE void save_here(void)
{
	carried = memalloc_nofs_save();
}

static UNUSED NOINLINE void restore_there(void)
{
	work();
	memalloc_nofs_restore(carried);
	in_state(0, 0, "the other thread");
}

/* Loses the scope of its own. */
static UNUSED NOINLINE void restore_in_own(void)
{
	unsigned int own = memalloc_nofs_save();

	memalloc_nofs_restore(carried);
	in_state(0, 0, "its own is lost");
	work();
	memalloc_nofs_restore(own);
}
