/* SPDX-License-Identifier: MIT */
/*
 * prctl.c - PR_SET_IO_FLUSHER, which opens a NOIO scope for the thread, and what comes before a sandbox.
 */
#include <stdarg.h>
#include <sys/prctl.h>
#include "runtime/event.h"
#include "resolve.h"

#ifndef PR_SET_IO_FLUSHER
#define PR_SET_IO_FLUSHER 57
#endif

RD_EXPORT int prctl(int option, ...)
{
	unsigned long arg[4];
	va_list ap;
	int i, rc;

	va_start(ap, option);
	for (i = 0; i < 4; i++)
		arg[i] = va_arg(ap, unsigned long);
	va_end(ap);
	if (option == PR_SET_NO_NEW_PRIVS || option == PR_SET_SECCOMP)
		rd_confine();
	rc = RD_NEXT(prctl)(option, arg[0], arg[1], arg[2], arg[3]);
	if (option == PR_SET_IO_FLUSHER && rc == 0)
		rd_io_flusher(arg[0] != 0, RD_SITE, RD_HERE);
	return rc;
}
