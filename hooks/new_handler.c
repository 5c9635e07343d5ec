/* SPDX-License-Identifier: MIT */
/*
 * new_handler.c - std::set_new_handler and std::get_new_handler, by their symbols.
 *
 * What operator new calls when it finds no memory is reclaim, of any mask: so what is installed is
 * a function that goes on to the program's own inside that context. A handler may leave by an
 * exception, which its frame's personality routine (stubs.S) hears of.
 */
#include <dlfcn.h>
#include "runtime/event.h"
#include "resolve.h"

typedef void (*new_handler)(void);

static new_handler programs; /* what the program set last */
static new_handler kept;     /* without a C++ runtime */

RD_HIDDEN void rd_call_watched(new_handler function);

static void handle(void)
{
	new_handler function = __atomic_load_n(&programs, __ATOMIC_ACQUIRE);

	rd_context_enter(RDEP_CLASS_RECLAIM, RD_SITE, RD_HERE);
	rd_call_watched(function);
	rd_context_leave(RDEP_CLASS_RECLAIM, RD_SITE, RD_HERE);
}

/* As the C++ ABI has it: asked in a first phase who catches, told in a second that the frame is
 * left. */
#define CLEANUP_PHASE 2
#define CONTINUE_UNWIND 8

RD_HIDDEN int rd_call_left(int version, int actions, uint64_t class, void *exception,
			   void *context);
int rd_call_left(int version, int actions, uint64_t class, void *exception, void *context)
{
	(void)version;
	(void)class;
	(void)exception;
	(void)context;
	if (actions & CLEANUP_PHASE)
		rd_context_leave(RDEP_CLASS_RECLAIM, RD_SITE, RD_HERE);
	return CONTINUE_UNWIND;
}

static new_handler unwrapped(new_handler was, new_handler function)
{
	return was == handle ? function : was;
}

RD_EXPORT new_handler _ZSt15set_new_handlerPFvvE(new_handler function);
RD_EXPORT new_handler _ZSt15set_new_handlerPFvvE(new_handler function)
{
	__typeof__(&_ZSt15set_new_handlerPFvvE) next =
		RD_NEXT_FROM(_ZSt15set_new_handlerPFvvE, RD_SITE);
	new_handler before;

	if (!function)
		return unwrapped(next(NULL), __atomic_load_n(&programs, __ATOMIC_ACQUIRE));
	before = __atomic_exchange_n(&programs, function, __ATOMIC_ACQ_REL);
	return unwrapped(next(handle), before);
}

/* operator new itself asks by the same name, and calls what it gets. */
static bool same_module(uint64_t a, uint64_t b)
{
	struct dl_find_object of_a, of_b;

	return !_dl_find_object((void *)a, &of_a) && !_dl_find_object((void *)b, &of_b) &&
	       of_a.dlfo_link_map == of_b.dlfo_link_map;
}

RD_EXPORT new_handler _ZSt15get_new_handlerv(void);
RD_EXPORT new_handler _ZSt15get_new_handlerv(void)
{
	__typeof__(&_ZSt15get_new_handlerv) next = RD_NEXT_FROM(_ZSt15get_new_handlerv, RD_SITE);

	if (same_module(RD_SITE, (uint64_t)(uintptr_t)next))
		return next();
	return unwrapped(next(), __atomic_load_n(&programs, __ATOMIC_ACQUIRE));
}

RD_HIDDEN new_handler rd_own__ZSt15set_new_handlerPFvvE(new_handler function);
new_handler rd_own__ZSt15set_new_handlerPFvvE(new_handler function)
{
	return __atomic_exchange_n(&kept, function, __ATOMIC_ACQ_REL);
}

RD_HIDDEN new_handler rd_own__ZSt15get_new_handlerv(void);
new_handler rd_own__ZSt15get_new_handlerv(void)
{
	return __atomic_load_n(&kept, __ATOMIC_ACQUIRE);
}
