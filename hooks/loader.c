/* SPDX-License-Identifier: MIT */
/*
 * loader.c - dlclose. dlopen and dlmopen are in stubs.S: they have to jump on with the caller's return address, by
 * which the loader finds the caller's RUNPATH and namespace.
 */
#include <dlfcn.h>
#include "runtime/event.h"
#include "resolve.h"

RD_EXPORT int dlclose(void *handle)
{
	bool told = rd_dlclose_begin(RD_SITE, RD_HERE);
	int rc = RD_NEXT(dlclose)(handle);

	if (told)
		rd_dlclose_end();
	return rc;
}
