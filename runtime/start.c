// SPDX-License-Identifier: MIT
/*
 * start.c - the runtime comes up, goes over fork, and ends.
 */
#include "chain.h"
#include "class.h"
#include "depend.h"
#include "engine.h"
#include "event.h"
#include "file_lock.h"
#include "finding.h"
#include "follow.h"
#include "gfp.h"
#include "left.h"
#include "lock_words.h"
#include "handler.h"
#include "interrupt.h"
#include "mem.h"
#include "misuse.h"
#include "module.h"
#include "options.h"
#include "print.h"
#include "provoke.h"
#include "record.h"
#include "scope.h"
#include "sem.h"
#include "shrinker.h"
#include "skip.h"
#include "sites.h"
#include "stack.h"
#include "stat.h"
#include "tag.h"
#include "text.h"
#include "thread_table.h"
#include "threads.h"
#include "unwind.h"

#include <stddef.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif

enum { NOT_STARTED, STARTING, UP, OFF };

static uint32_t state = NOT_STARTED;
static uint32_t never;
uint32_t *rd_alive = &never;

static const struct rd_lock_calls *lock_calls;
static bool is_child; /* of a process that is followed too */

bool rd_fastpath_wanted(void)
{
	return rd_ready() && rd_options.fastpath;
}

void rd_use_lock_calls(const struct rd_lock_calls *calls)
{
	lock_calls = calls;
}

bool rd_up(void)
{
	return rd_ready();
}

/* ---- coming up ---- */

static void put_note(const char *text)
{
	size_t n = strlen(text);

	rd_record_put(RDEP_NOTE, text, n < 400 ? n : 400, NULL, 0);
}

void rd_note(const char *text)
{
	struct rd_thread *t = rd_self;
	struct rd_locked l;

	if (!rd_ready() || (t && t->busy))
		return;
	rd_lock(&l);
	put_note(text);
	if (rd_options.print && rd_options.verbosity >= 2)
		rd_print_line(text);
	rd_unlock(&l);
}

static bool read_options(void)
{
	static char error[RD_OPTION_STR_MAX + 256];
	int bad = rd_options_parse(&rd_options, rd_environment("RECLAIMDEP_OPTIONS"), error, sizeof(error));

	if (rd_options.help)
		rd_options_help(rd_print_line);
	if (!bad)
		return true;
	rd_print_line(error);
	rd_print_line("nothing is checked: RECLAIMDEP_OPTIONS can't be understood");
	return false;
}

static uint32_t *new_alive(void)
{
	uint32_t *p = rd_map(4096);

	if (!p || rd_sys_failed(rd_sys(SYS_madvise, p, 4096, MADV_WIPEONFORK))) {
		rd_unmap(p, 4096);
		return NULL;
	}
	return p;
}

static void start_engine(void)
{
	rd_gfp_start();
	rd_chain_start();
	rd_class_start();
	rd_depend_start();
}

static void say_missing(bool missing)
{
	if (!missing)
		return;
	if (rd_options.print)
		rd_print_line(rd_record_error());
	put_note(rd_record_error());
}

static bool come_up(uint32_t *alive)
{
	struct rd_identity id;
	bool missing;

	rd_lock_words_start();
	rd_unwind_start();
	rd_provoke_start();
	if (rd_options.stat)
		rd_stat_start();
	rd_follow_start(&id);
	missing = rd_record_open(&id) != 0;
	is_child = id.parent[0] || id.exec[0];
	rd_follow_prepare();
	if (!rd_tag_start(rd_options.tag, lock_calls)) {
		rd_count(RDEP_C_TAG_OFF);
		rd_forget_begin();
	}
	start_engine();
	say_missing(missing);
	rd_alive = alive;
	return true;
}

void rd_start(void)
{
	uint32_t expected = NOT_STARTED, *alive;
	struct rd_locked l;

	if (!__atomic_compare_exchange_n(&state, &expected, STARTING, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
		return;
	rd_print_start();
	if (getauxval(AT_SECURE) || !read_options()) {
		__atomic_store_n(&state, OFF, __ATOMIC_RELEASE);
		return;
	}
	if (rd_skip_image()) {
		rd_follow_pass();
		rd_follow_prepare();
		__atomic_store_n(&state, OFF, __ATOMIC_RELEASE);
		return;
	}
	rd_lock(&l);
	alive = new_alive();
	if (alive)
		come_up(alive);
	rd_unlock(&l);
	if (!alive) {
		rd_print_line("nothing is checked: this kernel has no MADV_WIPEONFORK");
		__atomic_store_n(&state, OFF, __ATOMIC_RELEASE);
		return;
	}
	__atomic_store_n(&state, UP, __ATOMIC_RELEASE);
	__atomic_store_n(alive, 1, __ATOMIC_RELEASE);
}

static uint32_t unwinder_begun;

bool rd_unwinder_wanted(void)
{
	return !__atomic_load_n(&unwinder_begun, __ATOMIC_RELAXED) && __atomic_load_n(&state, __ATOMIC_ACQUIRE) == UP &&
	       rd_options.unwind == 0 && !(rd_self && rd_self->busy);
}

void rd_start_unwinder(void)
{
	struct rd_thread *t;
	struct rd_locked l;

	if (!rd_unwinder_wanted() || __atomic_exchange_n(&unwinder_begun, 1, __ATOMIC_ACQ_REL))
		return;
	/* It calls the loader and allocates: without the lock, but as if from inside, so that the locks that libunwind
	 * makes are not the program's. */
	t = rd_here();
	if (t)
		rd_busy(t);
	if (rd_unwind_init() != 0) {
		rd_lock(&l);
		put_note(rd_unwind_error());
		rd_unlock(&l);
	}
	if (t)
		rd_idle(t);
}

void rd_loader_begin(void)
{
	struct rd_thread *t = rd_self;

	if (t)
		rd_busy(t);
}

void rd_loader_end(void)
{
	struct rd_thread *t = rd_self;

	if (t && t->busy)
		rd_idle(t);
}

/* ---- fork ---- */

static uint32_t forking_thread;

/* The parent's journal, as the child's own: what it knows is inherited. */
static void inherit(enum rdep_item_type type, const void *fixed, size_t fixed_len, size_t more_len)
{
	static union {
		struct rdep_class cls;
		struct rdep_edge edge;
		char room[sizeof(struct rdep_class) + RD_CLASS_NAME_MAX];
	} copy;
	const char *more = (const char *)fixed + fixed_len;
	size_t name_len;

	switch (type) {
	case RDEP_CLASS:
		memset(&copy, 0, sizeof(copy));
		memcpy(&copy, fixed, offsetof(struct rdep_class, acquisitions));
		copy.cls.inherited = 1;
		/* Counters begin anew, the name behind them stays. */
		name_len = copy.cls.name_len;
		if (name_len > RD_CLASS_NAME_MAX || more_len < 32 + name_len)
			name_len = copy.cls.name_len = 0;
		memcpy(copy.cls.name, more + 32, name_len);
		rd_class_moved(copy.cls.id, rd_record_put(type, &copy, fixed_len, (char *)&copy + fixed_len, 32 + name_len));
		break;
	case RDEP_EDGE:
	case RDEP_SAMPLE:
		/* As many gates as it has. */
		if (fixed_len > sizeof(copy.edge))
			break;
		memcpy(&copy.edge, fixed, fixed_len);
		copy.edge.flags |= RDEP_EDGE_INHERITED;
		rd_record_put(type, &copy.edge, fixed_len, NULL, 0);
		break;
	case RDEP_THREAD:
		/* The thread that forked is told of anew, with its tid here. */
		if (((const struct rdep_thread *)fixed)->id != forking_thread)
			rd_record_put(type, fixed, fixed_len, NULL, 0);
		break;
	case RDEP_MODULE:
	case RDEP_MODULE_GONE:
	case RDEP_STACK:
	case RDEP_JOIN:
	case RDEP_LOCK_SITE:
		rd_record_put(type, fixed, fixed_len, NULL, 0);
		break;
	default:
		break;
	}
}

/* Another thread of the parent was changing the state when it was copied: begin with none. */
static int start_anew(const struct rd_identity *id)
{
	int missing;

	rd_mem_reset();
	rd_chain_reset();
	rd_class_reset();
	rd_depend_reset();
	rd_sem_reset();
	rd_module_reset();
	rd_stack_reset();
	rd_thread_table_reset();
	rd_finding_reset(false);
	rd_file_reset();
	rd_misuse_reset();
	rd_interrupt_reset();
	missing = rd_record_open(id);
	rd_tag_renew();
	start_engine();
	put_note("forked while another thread was inside the runtime: this process knows nothing of its parent's run");
	return missing;
}

/* What the thread had open in the parent is not known: its restores will find nothing. */
static void begin_unknown(struct rd_thread *t)
{
	rd_count(RDEP_C_FORK_UNSEEN);
	if (t)
		t->scopes_unknown = 1;
}

static void attach_child(struct rd_thread *old)
{
	uint32_t id = old ? rd_thread_fork_id(old) : 0;
	struct rd_thread *t = rd_thread_attach(id);

	if (t && old && id)
		rd_thread_fork_restore(t, old);
	else if (old)
		begin_unknown(t);
	if (t)
		rd_handler_adopt(t);
}

static void come_up_as_child(void)
{
	struct rd_thread *old = rd_self;
	bool consistent = rd_lock_reset();
	struct rd_identity id;
	int missing;
	struct rd_locked l;

	rd_lock(&l);
	rd_self = NULL;
	rd_shrinkers_fork_child(rd_threads_count() <= 1);
	rd_threads_reset();
	rd_sites_reset();
	rd_pairing_reset();
	rd_unwind_fork_child(consistent);
	rd_follow_fork(&id);
	forking_thread = old ? rd_thread_fork_id(old) : 0;
	rd_file_fork_child(forking_thread);
	is_child = true;
	if (consistent) {
		rd_depend_fork_child();
		rd_thread_table_fork_child();
		rd_finding_reset(true);
		missing = rd_record_fork(&id, inherit);
		rd_left_child();
	} else {
		rd_left_reset();
		missing = start_anew(&id);
	}
	say_missing(missing != 0);
	attach_child(old);
	__atomic_store_n(rd_alive, 1, __ATOMIC_RELEASE);
	rd_unlock(&l);
}

bool rd_ready_slow(void)
{
	struct rd_locked l;

	if (__atomic_load_n(&state, __ATOMIC_ACQUIRE) != UP)
		return false;
	rd_signals_block(&l);
	if (!__atomic_load_n(rd_alive, __ATOMIC_ACQUIRE))
		come_up_as_child();
	rd_signals_restore(&l);
	return true;
}

void rd_fork_prepare(void)
{
	struct rd_thread *t = rd_here();

	if (!t)
		return;
	rd_thread_fork_copy(t);
	rd_lock_fork();
	rd_left_fork(t);
	rd_busy(t);
}

void rd_fork_parent(void)
{
	struct rd_thread *t = rd_self;

	if (!t || !rd_thread_fork_done(t))
		return;
	rd_idle(t);
	rd_lock_fork_parent();
}

void rd_fork_child(void)
{
	struct rd_thread *old = rd_self;

	rd_left_forked();
	/* A child that takes no lock leaves no record; one that holds some is followed from here. */
	if (old && rd_thread_fork_holds(old))
		rd_ready();
}

void rd_vfork_prepare(void)
{
	struct rd_thread *t = rd_here();

	if (!t)
		return;
	rd_count(RDEP_C_VFORK_PASSED);
	t->vfork = 1;
	rd_busy(t);
}

void rd_vfork_parent(void)
{
	struct rd_thread *t = rd_self;

	if (!t || !t->vfork)
		return;
	t->vfork = 0;
	rd_idle(t);
}

/* ---- exec and exit ---- */

static void set_state(enum rdep_state s)
{
	struct rd_thread *t = rd_self;

	/* Not from a fork child that has no record, nor from a vfork child. */
	if (__atomic_load_n(rd_alive, __ATOMIC_ACQUIRE) && !(t && t->vfork))
		__atomic_store_n(&rd_record_header()->state, s, __ATOMIC_RELEASE);
}

void rd_exec_begin(void)
{
	set_state(RDEP_EXECING);
}

void rd_exec_failed(void)
{
	set_state(RDEP_RUNNING);
}

void rd_confine(void)
{
	struct rd_thread *t = rd_here();
	struct rd_locked l;

	if (!t)
		return;
	rd_enter(t, &l);
	rd_record_foresee();
	rd_leave(t, &l);
}

void rd_leaving(void)
{
	set_state(RDEP_EXITING);
}

int rd_exit(int status)
{
	struct rd_locked l;

	if (!__atomic_load_n(rd_alive, __ATOMIC_ACQUIRE))
		return status;
	if (rd_self && !rd_self->busy)
		rd_scope_exit(rd_self);
	set_state(RDEP_EXITING);
	rd_provoke_end();
	rd_lock(&l);
	rd_threads_exit();
	rd_unlock(&l);
	/* A child's few words could land in what its parent reads; a finding is worth that. */
	if (!is_child || rd_finding_count()) {
		rd_lock(&l);
		rd_print_summary();
		rd_unlock(&l);
	}
	if (status == 0 && rd_options.print && rd_options.exitcode && rd_finding_fails())
		return rd_options.exitcode;
	return status;
}
