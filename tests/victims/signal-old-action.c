/* SPDX-License-Identifier: MIT */
/*
 * What the program gets back as the old handler is its own, by all the names there are, and can be called; flags and
 * masks stay as they were set; a vfork child has dispositions of its own.
 *
 * expect: none
 * processes: 2
 */
#include "signals.h"

#include <sys/wait.h>

/* Old names, and one object for both actions: what programs do. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wrestrict"
#endif

static int ones, twos, infos;

static void one(int sig)
{
	ones += sig == SIGUSR1;
}

static void two(int sig)
{
	twos += sig == SIGUSR1;
}

static void with_info(int sig, siginfo_t *info, void *context)
{
	infos += sig == SIGUSR1 && info->si_signo == SIGUSR1 && info->si_pid == getpid() && context;
}

static struct sigaction now(int sig)
{
	struct sigaction action;

	must(!sigaction(sig, NULL, &action), "sigaction");
	return action;
}

static void names(void)
{
	must(signal(SIGUSR1, one) == SIG_DFL, "signal on the default");
	must(signal(SIGUSR1, two) == one, "signal after one");
	must(now(SIGUSR1).sa_handler == two, "what is set");
	must(now(SIGUSR1).sa_flags & SA_RESTART, "signal's flags");
	must(ssignal(SIGUSR1, one) == two, "ssignal");
	must(sysv_signal(SIGUSR1, two) == one, "sysv_signal");
	must(now(SIGUSR1).sa_flags & (int)SA_RESETHAND, "sysv_signal's flags");
	raise(SIGUSR1);
	must(twos == 1 && now(SIGUSR1).sa_handler == SIG_DFL, "called once");
	must(signal(SIGUSR1, SIG_IGN) == SIG_DFL && signal(SIGUSR1, one) == SIG_IGN, "to ignore");
	raise(SIGUSR1);
	raise(SIGUSR1);
	must(ones == 2, "called");
	errno = 0;
	must(signal(SIGKILL, one) == SIG_ERR && errno == EINVAL, "SIGKILL");
	errno = 0;
	must(sigaction(0, NULL, NULL) == -1 && errno == EINVAL, "signal 0");
}

static void actions(void)
{
	struct sigaction action = {.sa_sigaction = with_info, .sa_flags = SA_SIGINFO | SA_NODEFER}, old, set;

	sigemptyset(&action.sa_mask);
	sigaddset(&action.sa_mask, SIGHUP);
	must(!sigaction(SIGUSR1, &action, &old) && old.sa_handler == one, "the old action");
	must(!sigaction(SIGUSR1, NULL, &set), "the action");
	must(set.sa_sigaction == with_info && (set.sa_flags & ~0x04000000) == action.sa_flags, "as it was set");
	must(sigismember(&set.sa_mask, SIGHUP) == 1 && !sigismember(&set.sa_mask, SIGINT), "its mask");
	raise(SIGUSR1);
	must(infos == 1, "its arguments");
	must(!sigaction(SIGUSR1, &old, &old) && old.sa_sigaction == with_info, "in place");
	must(now(SIGUSR1).sa_handler == one, "chained back");
	now(SIGUSR1).sa_handler(SIGUSR1);
	must(ones == 3, "the old handler, called");
}

static void child(void)
{
	int status;
	pid_t pid = vfork();

	if (!pid) {
		if (signal(SIGUSR1, two) != one)
			_exit(1);
		raise(SIGUSR1);
		_exit(0);
	}
	must(waitpid(pid, &status, 0) == pid && !status, "the vfork child");
	must(twos == 2 && now(SIGUSR1).sa_handler == one, "the parent's own");
	raise(SIGUSR1);
	must(ones == 4, "after it");
}

static void held_back(void)
{
	must(sigset(SIGUSR1, SIG_HOLD) == one, "sigset to hold");
	must(sigset(SIGUSR1, two) == SIG_HOLD, "sigset to a handler");
	raise(SIGUSR1);
	must(twos == 3, "sigset's handler");
	must(!sigignore(SIGUSR1) && now(SIGUSR1).sa_handler == SIG_IGN, "sigignore");
}

int main(void)
{
	names();
	actions();
	child();
	held_back();
	must(system("exit 3") == 3 << 8, "system");
	puts("done");
	return 0;
}
