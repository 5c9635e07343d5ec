/* SPDX-License-Identifier: MIT */
/*
 * A GMutex is not recursive.
 *
 * expect: self-deadlock certain lock
 * run: hangs
 *
 * build: -l:libglib-2.0.so.0
 * needs: libglib-2.0.so.0
 */
#include "glib.h"

static GMutex lock;

static NOINLINE void inner(void)
{
	g_mutex_lock(&lock);
}

int main(void)
{
	g_mutex_lock(&lock);
	inner();
	return 0;
}
