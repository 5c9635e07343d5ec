/* SPDX-License-Identifier: MIT */
/*
 * exit.c - the process leaves without its handlers: an end of its own will all the same.
 */
#include <stdlib.h>
#include <unistd.h>
#include "runtime/event.h"
#include "resolve.h"

RD_EXPORT void _exit(int status)
{
	rd_leaving();
	RD_NEXT(_exit)(status);
	__builtin_unreachable();
}

RD_EXPORT void _Exit(int status)
{
	rd_leaving();
	RD_NEXT(_Exit)(status);
	__builtin_unreachable();
}
