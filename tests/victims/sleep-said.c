/* SPDX-License-Identifier: MIT */
/*
 * might_sleep, might_fault and a condition wait under a spinlock; a fault is served by nobody while faults are off.
 *
 * expect: sleep-in-atomic certain spin
 * detail: sleep-said
 * stack: acquire says_sleep run
 * expect: sleep-in-atomic certain spin
 * detail: sleep-said
 * stack: acquire says_fault run
 * expect: sleep-in-atomic certain spin
 * detail: sleep-lock
 * stack: acquire waits run
 * expect: lock-inversion single-thread spin mutex
 * kshim: full none
 */
#include "victim.h"
#include "kernel.h"

static pthread_spinlock_t spin;

static NOINLINE void says_sleep(void)
{
	might_sleep();
}

static NOINLINE void says_fault(void)
{
	might_fault();
}

static NOINLINE void faults_off(void)
{
	pagefault_disable();
	might_fault();
	pagefault_enable();
}

static NOINLINE void waits(pthread_mutex_t *mutex)
{
	pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
	struct timespec past = { 0, 0 };

	pthread_cond_timedwait(&cond, mutex, &past);
}

static NOINLINE void run(void)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

	pthread_spin_init(&spin, 0);
	pthread_mutex_lock(&mutex);
	pthread_spin_lock(&spin);
	faults_off();
	says_sleep();
	says_fault();
	waits(&mutex);
	pthread_spin_unlock(&spin);
	pthread_mutex_unlock(&mutex);
}

int main(void)
{
	in_thread(run);
	puts("done");
	return 0;
}
