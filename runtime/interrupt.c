// SPDX-License-Identifier: MIT
/* interrupt.c - see interrupt.h. */
#include "interrupt.h"
#include "chain.h"
#include "depend.h"
#include "engine.h"
#include "event.h"
#include "held.h"
#include "mem.h"
#include "options.h"
#include "record.h"
#include "stack.h"
#include "text.h"
#include "threads.h"

#include <signal.h>
#include <string.h>

uint64_t rd_signals_handled;

/* Acquisitions that were not remembered, before what the thread once had open is forgotten. */
#define NOT_REMEMBERED_MAX 1024u

/* A lock of a class was held with a signal open: the first time, for when its handler takes a lock. */
struct held_open {
	uint32_t sig;
	struct rdep_held held;
	struct rd_sample sample;
};
static struct rd_array held_open = RD_ARRAY(sizeof(struct held_open));
static uint32_t held_open_count;

static uint32_t class_of[RD_SIGNALS]; /* 0: its handler took no lock yet */
static uint64_t once;		      /* handlers that the kernel takes away as it calls them */
static uint64_t added_in[RD_SIGNALS]; /* what the handler blocks, beyond what was blocked before */

static uint64_t bit(uint32_t sig)
{
	return 1ull << (sig - 1);
}

static uint64_t handled(void)
{
	return __atomic_load_n(&rd_signals_handled, __ATOMIC_RELAXED);
}

static uint64_t open_now(const struct rd_thread *t)
{
	return handled() & ~t->blocked;
}

/* Linux, x86-64. */
static const char *const signal_names[] = {
	"",	   "SIGHUP",	"SIGINT",  "SIGQUIT", "SIGILL",	   "SIGTRAP", "SIGABRT",   "SIGBUS",
	"SIGFPE",  "SIGKILL",	"SIGUSR1", "SIGSEGV", "SIGUSR2",   "SIGPIPE", "SIGALRM",   "SIGTERM",
	"SIGSTKFLT", "SIGCHLD",	"SIGCONT", "SIGSTOP", "SIGTSTP",   "SIGTTIN", "SIGTTOU",   "SIGURG",
	"SIGXCPU", "SIGXFSZ",	"SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO",   "SIGPWR",    "SIGSYS",
};
#define FIRST_REALTIME 34u

void rd_signal_name(struct rd_text *text, uint32_t sig)
{
	if (sig < FIRST_REALTIME) {
		rd_text_str(text, sig < sizeof(signal_names) / sizeof(*signal_names) ? signal_names[sig] : "signal");
		return;
	}
	rd_text_str(text, "SIGRTMIN");
	if (sig == FIRST_REALTIME)
		return;
	rd_text_char(text, '+');
	rd_text_dec(text, sig - FIRST_REALTIME);
}

/* ---- what the program sets ---- */

bool rd_signals_wanted(void)
{
	static bool said;

	if (rd_options.signals)
		return true;
	if (__atomic_load_n(rd_alive, __ATOMIC_RELAXED) && !__atomic_exchange_n(&said, true, __ATOMIC_RELAXED))
		rd_note("signals=0: signal handlers are not followed");
	return false;
}

void rd_handler_unfollowed(void)
{
	if (__atomic_load_n(rd_alive, __ATOMIC_RELAXED))
		rd_count(RDEP_C_HANDLERS_UNSEEN);
}

void rd_signal_set(int sig, enum rd_disposition what)
{
	struct rd_thread *t = rd_self;
	struct rd_locked l;
	uint64_t before;

	/* A child of vfork has dispositions of its own. */
	if (sig < 1 || sig >= (int)RD_SIGNALS || (t && t->vfork))
		return;
	added_in[sig] = 0;
	if (what == RD_HANDLER_ONCE)
		__atomic_fetch_or(&once, bit((uint32_t)sig), __ATOMIC_RELAXED);
	else
		__atomic_fetch_and(&once, ~bit((uint32_t)sig), __ATOMIC_RELAXED);
	if (what == RD_NO_HANDLER) {
		__atomic_fetch_and(&rd_signals_handled, ~bit((uint32_t)sig), __ATOMIC_RELAXED);
		return;
	}
	before = __atomic_fetch_or(&rd_signals_handled, bit((uint32_t)sig), __ATOMIC_RELAXED);
	/* What was remembered was not looked at with this signal open. */
	if (before & bit((uint32_t)sig) || !__atomic_load_n(rd_alive, __ATOMIC_RELAXED) || (t && t->busy))
		return;
	rd_lock(&l);
	rd_threads_forget_steps();
	rd_unlock(&l);
}

void rd_interrupt_delivered(uint32_t sig)
{
	if (__atomic_load_n(&once, __ATOMIC_RELAXED) & bit(sig))
		__atomic_fetch_and(&rd_signals_handled, ~bit(sig), __ATOMIC_RELAXED);
}

/* ---- masks ---- */

uint64_t rd_interrupt_mask_in(uint32_t sig, uint64_t blocked)
{
	return blocked | (added_in[sig] ? added_in[sig] : bit(sig));
}

static void set_mask(struct rd_thread *t, uint64_t blocked)
{
	t->used = 1;
	t->blocked = blocked;
	if (!(handled() & ~blocked & ~t->opened))
		return;
	t->opened |= ~blocked;
	rd_steps_flush(t);
}

void rd_interrupt_mask_is(struct rd_thread *t, uint64_t blocked)
{
	if (!handled())
		return;
	set_mask(t, blocked);
	if (t->handling) {
		const struct rd_handler *h = &t->handlers[t->handling - 1];

		added_in[h->sig] = blocked & ~h->blocked;
	}
}

/* A lock that is held while signals open is held with them open. */
static void open_held(struct rd_thread *t, uint64_t site, uint64_t sp)
{
	const struct rdep_held *e;
	struct rd_locked l;

	rd_enter(t, &l);
	rd_interrupt_mask_is(t, l.mask);
	rd_stack_begin(site, sp);
	rd_drop_stale(t, NULL);
	for (e = t->bottom + 1; e <= t->top; e++) {
		if (e->address && !(e->flags & RDEP_HELD_WAITING))
			rd_interrupts_open(t, e, false);
	}
	rd_leave(t, &l);
}

void rd_signal_mask(int how, uint64_t set, uint64_t site, uint64_t sp)
{
	struct rd_thread *t = rd_self;
	const struct rdep_held *e;
	uint64_t blocked;

	if (!t || !t->attached || t->busy)
		return;
	blocked = how == SIG_BLOCK ? t->blocked | set : how == SIG_UNBLOCK ? t->blocked & ~set : set;
	set_mask(t, blocked);
	for (e = t->top; e > t->bottom; e--) {
		if (rd_interrupts_unseen(t, e->cls)) {
			open_held(t, site, sp);
			return;
		}
	}
}

/* ---- what is not known yet ---- */

/* Is it an edge of an open cycle that is watched? */
static bool watched(const struct rd_class *c, uint64_t open)
{
	uint32_t sig;

	for (; c->watched_from && open; open &= open - 1) {
		sig = (uint32_t)__builtin_ctzll(open) + 1;
		if (class_of[sig] && rd_class_at(class_of[sig])->watched_to)
			return true;
	}
	return false;
}

bool rd_interrupts_unseen_slow(const struct rd_thread *t, uint32_t cls)
{
	const struct rd_class *c = cls ? rd_class_at(cls) : NULL;
	uint64_t open = open_now(t);

	/* A domain is no lock: nobody waits for it. */
	if (!c || c->kind == RDEP_SIGNAL || c->kind == RDEP_DOMAIN)
		return false;
	return open & ~__atomic_load_n(&c->open, __ATOMIC_RELAXED) || watched(c, open);
}

bool rd_interrupts_may_hide_slow(struct rd_thread *t, uint32_t cls)
{
	const struct rd_class *c = rd_class_at(cls);

	if (watched(c, open_now(t)))
		return true;
	if (!(handled() & t->opened & ~__atomic_load_n(&c->open, __ATOMIC_RELAXED)))
		return false;
	/* One that keeps its signals blocked from now on: opening them empties the cache then. */
	if (++t->not_remembered >= NOT_REMEMBERED_MAX) {
		t->not_remembered = 0;
		t->opened = ~t->blocked;
	}
	return true;
}

/* ---- edges into a signal ---- */

static struct rd_target signal_target(uint32_t sig)
{
	return (struct rd_target){.cls = class_of[sig], .address = RD_SIGNAL_ADDRESS(sig), .mode = RDEP_WRITE};
}

/* The lock e, held now, with that signal open. */
static struct rd_sample sample_of(struct rd_thread *t, const struct rdep_held *e, uint32_t sig, bool recursive)
{
	struct rd_target target = signal_target(sig);
	struct rd_sample s = rd_sample_of(t, e, &target);

	/* Nobody waits for what he may take again: no direct way back from the handler. */
	if (recursive)
		s.type = RDEP_TYPE_SN;
	return s;
}

static void keep_aside(struct rd_thread *t, const struct rdep_held *e, uint32_t sig, struct rd_sample *s)
{
	struct held_open *o = rd_array_need(&held_open, held_open_count);

	if (!o) {
		rd_count(RDEP_C_EDGES_DROPPED);
		return;
	}
	rd_sample_add_stacks(t, s, e);
	*o = (struct held_open){.sig = sig, .held = *e, .sample = *s};
	held_open_count++;
}

void rd_interrupts_open(struct rd_thread *t, const struct rdep_held *e, bool recursive)
{
	struct rd_class *c = rd_class_at(e->cls);
	uint64_t open = open_now(t), look = open & ~c->open;

	if (!open || c->novalidate || c->kind == RDEP_SIGNAL || c->kind == RDEP_DOMAIN)
		return;
	if (watched(c, open))
		look = open;
	for (; look; look &= look - 1) {
		uint32_t sig = (uint32_t)__builtin_ctzll(look) + 1;
		struct rd_target target = signal_target(sig);
		struct rd_sample s = sample_of(t, e, sig, recursive);

		if (target.cls)
			rd_depend_sample(t, e, &target, &s);
		else if (!(c->open & bit(sig)))
			keep_aside(t, e, sig, &s);
	}
	__atomic_store_n(&c->open, c->open | open, __ATOMIC_RELAXED);
}

static void tell_kept_aside(struct rd_thread *t, uint32_t sig)
{
	struct rd_target target = signal_target(sig);
	uint32_t i;

	for (i = 0; i < held_open_count; i++) {
		struct held_open *o = rd_array_at(&held_open, i);

		if (o->sig == sig)
			rd_depend_sample(t, &o->held, &target, &o->sample);
	}
}

uint32_t rd_interrupt_class(uint32_t sig)
{
	return __atomic_load_n(&class_of[sig], __ATOMIC_RELAXED);
}

/* It came, whatever the mask was as they were taken: sigsuspend and its like open signals for as long as they wait. */
static void depend_on_held(struct rd_thread *t, uint32_t sig)
{
	struct rd_target target = signal_target(sig);
	const struct rdep_held *e;

	for (e = t->top; e > t->bottom; e--) {
		if (!e->address || e->flags & (RDEP_HELD_WAITING | RDEP_HELD_COND) || e->kind == RDEP_SIGNAL)
			continue;
		/* Those taken with it open are known; reclaim goes on in the thread that allocates, with its mask. */
		if (e->kind != RDEP_DOMAIN && !(rd_class_at(e->cls)->open & bit(sig)))
			rd_depend(t, e, &target);
	}
}

uint32_t rd_interrupt_enter(struct rd_thread *t, uint32_t sig)
{
	uint32_t cls = rd_interrupt_class(sig);

	if (!cls) {
		char name[32];
		struct rd_text text = rd_text_in(name, sizeof(name));

		rd_signal_name(&text, sig);
		cls = rd_class_signal(sig, name);
		__atomic_store_n(&class_of[sig], cls, __ATOMIC_RELAXED);
		if (cls)
			tell_kept_aside(t, sig);
	}
	if (cls)
		depend_on_held(t, sig);
	return cls;
}

void rd_interrupt_gates(void (*refers)(uint32_t list))
{
	uint32_t i;

	for (i = 0; i < held_open_count; i++)
		refers(((const struct held_open *)rd_array_at(&held_open, i))->sample.gates);
}

void rd_interrupt_threads(void (*refers)(uint32_t id))
{
	uint32_t i;

	for (i = 0; i < held_open_count; i++)
		refers(((const struct held_open *)rd_array_at(&held_open, i))->sample.thread);
}

void rd_interrupt_reset(void)
{
	memset(class_of, 0, sizeof(class_of));
	memset(held_open.segment, 0, sizeof(held_open.segment));
	held_open_count = 0;
}
