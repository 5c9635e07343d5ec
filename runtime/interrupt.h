/* SPDX-License-Identifier: MIT */
/*
 * interrupt.h - signals as what interrupts are to lockdep.
 *
 * A signal is a class of the graph. A lock taken in its handler depends on it; it depends on every lock that is held
 * while it is open, which means: the program has a handler for it, and the thread that holds the lock does not block it.
 * So a lock of both sorts is a cycle, and so is any order of locks between the two.
 *
 * The second half is learnt where a lock is taken: first per class and signal, and kept aside until the
 * signal's handler takes a lock (most never do); from then on it is an edge. Only slow paths ask. A thread's cache
 * of steps must not hide a class taken later with a signal open that was blocked before: see rd_interrupts_may_hide.
 */
#ifndef RECLAIMDEP_INTERRUPT_H
#define RECLAIMDEP_INTERRUPT_H

#include <stdbool.h>
#include <stdint.h>
#include "class.h"
#include "thread.h"

#define RD_SIGNALS 65u
#define RD_SIGNAL_ADDRESS(sig) ((uint64_t)(0x200 + (sig)))

/* The signals for which the program has a handler now, bit sig - 1, as in the kernel's masks. */
extern uint64_t rd_signals_handled __attribute__((visibility("hidden")));

struct rd_text;

/* "SIGUSR1", "SIGRTMIN+3". */
void rd_signal_name(struct rd_text *text, uint32_t sig);

/* The class of a signal; 0: its handler took no lock yet. Lock-free. */
uint32_t rd_interrupt_class(uint32_t sig);

/*
 * Its handler takes its first lock, or takes one with another chain of locks held: makes the class, and its edges from
 * all that was held with it open, the locks under it now included. 0: no memory. Needs the runtime lock, and
 * rd_stack_begin().
 */
uint32_t rd_interrupt_enter(struct rd_thread *t, uint32_t sig);

/* The kernel calls its handler: one that was to be called once is the signal's no longer. Lock-free. */
void rd_interrupt_delivered(uint32_t sig);

/* What is blocked in the handler of a signal that came with `blocked`, as far as is known. Lock-free. */
uint64_t rd_interrupt_mask_in(uint32_t sig, uint64_t blocked);

/* The thread's mask is really this: known whenever the runtime lock was taken. */
void rd_interrupt_mask_is(struct rd_thread *t, uint64_t blocked);

/* Is something to be learnt of a lock of that class, being taken by this thread now? Lock-free. */
bool rd_interrupts_unseen_slow(const struct rd_thread *t, uint32_t cls);
static inline bool rd_interrupts_unseen(const struct rd_thread *t, uint32_t cls)
{
	return rd_signals_handled && rd_interrupts_unseen_slow(t, cls);
}

/* Could a remembered step for the class hide something later: has this thread had a signal open with which the class was
 * not seen? Lock-free. */
bool rd_interrupts_may_hide_slow(struct rd_thread *t, uint32_t cls);
static inline bool rd_interrupts_may_hide(struct rd_thread *t, uint32_t cls)
{
	return rd_signals_handled && rd_interrupts_may_hide_slow(t, cls);
}

/* A lock was taken, or is held while the mask opens: with which signals open. recursive: its holder may take it
 * again. Needs the runtime lock, and rd_stack_begin(). */
void rd_interrupts_open(struct rd_thread *t, const struct rdep_held *e, bool recursive);

/* Calls refers for each thread, or list of gates, that what is kept aside names. Needs the runtime lock. */
void rd_interrupt_gates(void (*refers)(uint32_t list));
void rd_interrupt_threads(void (*refers)(uint32_t id));

void rd_interrupt_reset(void);

#endif
