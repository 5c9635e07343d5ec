/* SPDX-License-Identifier: MIT */
/*
 * loader.c - dlclose. dlopen and dlmopen are in stubs.S: they have to jump on with the caller's return address, by
 * which the loader finds the caller's RUNPATH and namespace.
 */
#include <dlfcn.h>
#include <errno.h>
#include <sys/single_threaded.h>
#include "runtime/event.h"
#include "resolve.h"

/*
 * dlopen and dlmopen begin. Where libunwind was put off (imports.h) it is loaded before what the program loads now, which may
 * take locks: nothing can happen to it there that may not happen to the program's own call. But not with other
 * threads: one may be in a callback of dl_iterate_phdr, and wait there for a mutex that this thread holds; to load what
 * is loaded already, as the program may, is safe then.
 */
RD_HIDDEN void rd_loader_call(const char *file, int flags, uint64_t site, uint64_t sp)
{
	int error = errno;

	if (rd_unlikely(rd_unwinder_wanted()) && file && !(flags & RTLD_NOLOAD) && __libc_single_threaded)
		rd_start_unwinder();
	errno = error;
	rd_dlopen(site, sp);
}

RD_EXPORT int dlclose(void *handle)
{
	bool told = rd_dlclose_begin(RD_SITE, RD_HERE);
	int rc = RD_NEXT(dlclose)(handle);

	if (told)
		rd_dlclose_end();
	return rc;
}
