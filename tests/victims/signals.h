/* SPDX-License-Identifier: MIT */
/*
 * signals.h - what the victims with signal handlers share. Every signal comes at a chosen moment: raise() returns when
 * the handler has.
 */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <signal.h>
#include "victim.h"

static UNUSED void handle(int sig, void (*handler)(int), int flags, int also_blocked)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

	sigemptyset(&action.sa_mask);
	if (also_blocked)
		sigaddset(&action.sa_mask, also_blocked);
	must(!sigaction(sig, &action, NULL), "sigaction");
}

static UNUSED void mask(int how, int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	must(!pthread_sigmask(how, &set, NULL), "pthread_sigmask");
}

static UNUSED NOINLINE void take(pthread_mutex_t *lock)
{
	pthread_mutex_lock(lock);
	pthread_mutex_unlock(lock);
}

#endif
