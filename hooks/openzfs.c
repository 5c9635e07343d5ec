// SPDX-License-Identifier: MIT
/*
 * openzfs.c - OpenZFS's scopes: spl_fstrans_mark() and spl_fstrans_unmark().
 *
 * On Linux they set and clear PF_MEMALLOC_NOIO (PF_FSTRANS, which it once was, is gone since 4.12), so that
 * allocations lose __GFP_IO and __GFP_FS. In the userspace library both do nothing: the scope is
 * there all the same.
 *
 * The cookie is an int, or a struct of two words that comes in rax and rdx: both pass.
 */
#include "runtime/event.h"
#include "resolve.h"

typedef unsigned __int128 two_words;

RD_EXPORT two_words spl_fstrans_mark(void);
two_words spl_fstrans_mark(void)
{
	__typeof__(&spl_fstrans_mark) next = RD_NEXT_FROM(spl_fstrans_mark, RD_SITE);
	two_words cookie = next();

	/* What it holds is the thread or nothing: the same for each of a thread. */
	rd_scope_save(RDEP_SCOPE_NOIO, true, 0, RD_SITE, RD_HERE);
	return cookie;
}

RD_EXPORT long spl_fstrans_unmark(two_words cookie);
long spl_fstrans_unmark(two_words cookie)
{
	__typeof__(&spl_fstrans_unmark) next = RD_NEXT_FROM(spl_fstrans_unmark, RD_SITE);

	rd_scope_restore(RDEP_SCOPE_NOIO, true, 0, RD_SITE, RD_HERE);
	return next(cookie);
}
