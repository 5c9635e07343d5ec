/* SPDX-License-Identifier: MIT */
/*
 * place.c - findings about a place: a scope, an allocation, a call that sleeps, an assertion. What
 * they are called, what is said about their two stacks, and what to do, in tables.
 */
#include <ctype.h>
#include <string.h>
#include "reports/model.h"

/*
 * Texts may hold %s for what the finding is about: the scope ("NOFS"), the lock's name, the mask,
 * by `of`, and HOLDER, in `held`, for the thread that holds the lock. went: before the stack of where it went wrong. held: before the other one. A line
 * without a detail is for all details that have none of their own.
 */
enum of { OF_SCOPE, OF_LOCK, OF_GFP };

static const struct words {
	unsigned kind, detail;
	enum of of;
	const char *title, *went, *held, *fix;
} words[] = {
	{RDEP_K_SCOPE_UNBALANCED, RDEP_D_RESTORED_OUT_OF_ORDER, OF_SCOPE,
	 "an outer %s scope is restored before the one inside it",
	 "It restores the outer scope first", "which was saved",
	 "restore %s scopes in the opposite order of their saves: between the two restores nothing "
	 "is restricted, and "
	 "under the older rule it stays restricted for good after the second"},
	{RDEP_K_SCOPE_UNBALANCED, RDEP_D_RESTORED_UNSAVED, OF_SCOPE,
	 "a %s scope is restored that this thread did not save", "It restores",
	 "after the last scope of its own, saved",
	 "restore each %s scope once, on the path that saved it: one too many ends somebody else's "
	 "scope, or under the "
	 "older rule sets one for good"},
	{RDEP_K_SCOPE_UNBALANCED, RDEP_D_COOKIE_REUSED, OF_SCOPE,
	 "a %s scope is ended by a restore with the cookie of an earlier one",
	 "It restores with a cookie that was used before", "and so ends the scope that was saved",
	 "restore each %s scope with the cookie of its own save, once"},
	{RDEP_K_SCOPE_UNBALANCED, RDEP_D_INNER_LEFT_OPEN, OF_SCOPE,
	 "only the inner one of two %s scopes is restored", "It restores only the inner scope",
	 "It leaves the outer scope open that was saved",
	 "restore the outer %s scope too, after the inner one"},
	{RDEP_K_SCOPE_UNBALANCED, RDEP_D_COOKIE_OF_OTHER_KIND, OF_SCOPE,
	 "the cookie of a %s scope is given to another kind's restore",
	 "It restores with a cookie of another kind", "which came from a save",
	 "give each cookie to the restore of its own kind: under the older rule the %s scope stays "
	 "open"},
	{RDEP_K_SCOPE_UNBALANCED, RDEP_D_RESTORED_WITH_ZERO, OF_SCOPE,
	 "a %s scope is restored with 0 in place of its cookie, and stays open",
	 "It restores with 0, which ends nothing", "and leaves the scope open that was saved",
	 "restore the %s scope with what its save returned"},
	{RDEP_K_SCOPE_FOREIGN, 0, OF_SCOPE,
	 "a %s scope is saved in one thread and restored in another", "It restores",
	 "a scope that another thread saved",
	 "restore the %s scope in the thread that saved it: a scope belongs to its thread, which "
	 "stays restricted, and the "
	 "other one loses its own; work that is handed on opens a scope where it runs"},
	{RDEP_K_SCOPE_LEAKED, 0, OF_SCOPE, "a thread ends in a %s scope that was never restored",
	 "It tries to restore", "It ends in a scope that was saved",
	 "restore the %s scope on every path out of the function that saves it; one that is meant "
	 "for the thread's life "
	 "is best saved in the function that the thread starts in"},
	{RDEP_K_SLEEP_IN_ATOMIC, RDEP_D_SLEEP_LOCK, OF_LOCK,
	 "a lock that may sleep is taken under %s", "It takes a lock that may sleep", NULL,
	 "take the lock before %s, or make one of the two the other's kind"},
	{RDEP_K_SLEEP_IN_ATOMIC, RDEP_D_SLEEP_ALLOC, OF_LOCK,
	 "an allocation with direct reclaim is made under %s", "It allocates", NULL,
	 "allocate before %s is taken, or with GFP_ATOMIC or GFP_NOWAIT"},
	{RDEP_K_SLEEP_IN_ATOMIC, RDEP_D_SLEEP_MALLOC, OF_LOCK, "malloc is called under %s",
	 "It allocates", NULL,
	 "allocate before %s is taken: the allocator may wait for its own lock, or for reclaim"},
	{RDEP_K_SLEEP_IN_ATOMIC, RDEP_D_SLEEP_SAID, OF_LOCK,
	 "a call that says that it may sleep is made under %s", "It says that it may sleep", NULL,
	 "make the call before %s is taken, or after it is given back"},
	{RDEP_K_SLEEP_IN_ATOMIC, RDEP_D_HANDLER_LOCK, OF_LOCK,
	 "a lock that may sleep is taken in a signal handler", "It takes a lock that may sleep",
	 "in a signal handler",
	 "take no lock in the handler: leave a mark there that the program looks at, or block the "
	 "signal where the lock is held"},
	{RDEP_K_SLEEP_IN_ATOMIC, RDEP_D_HANDLER_ALLOC, OF_LOCK,
	 "an allocation with direct reclaim is made in a signal handler", "It allocates",
	 "in a signal handler", "allocate before, or with GFP_ATOMIC or GFP_NOWAIT"},
	{RDEP_K_SLEEP_IN_ATOMIC, RDEP_D_NOT_ATOMIC, OF_LOCK,
	 "the program says that it can't sleep where nothing forbids it",
	 "It says that it can't sleep", "where nothing forbids it",
	 "hold the spinlock there that the code relies on, or drop cant_sleep()"},
	{RDEP_K_VMALLOC_RESTRICTED, 0, OF_GFP,
	 "vmalloc with %s outside of a scope: its page tables are allocated with GFP_KERNEL",
	 "It allocates", NULL,
	 "open a memalloc_nofs or memalloc_noio scope around the call, in place of %s: before "
	 "Linux 5.17 the mask does not "
	 "reach the page tables"},
	{RDEP_K_UNLOCK_FOREIGN, 0, OF_LOCK, "%s is unlocked by a thread that does not hold it, while another one does",
	 "It unlocks", "which HOLDER took",
	 "unlock %s in the thread that took it; to hand work on, or to wake another thread, use a condition variable or a "
	 "semaphore"},
	{RDEP_K_HELD_FREED, RDEP_D_UNMAPPED_HELD, OF_LOCK, "the memory of %s is unmapped while it is held",
	 "It unmaps the memory of", "which it holds, taken",
	 "unlock %s before its memory is unmapped, and not after"},
	{RDEP_K_HELD_FREED, 0, OF_LOCK, "the memory of %s is freed while it is held", "It frees the memory of",
	 "which it holds, taken",
	 "unlock %s before its memory is freed; where the last reference may be dropped under the object's own lock, "
	 "let it be dropped after the unlock"},
	{RDEP_K_HELD_DESTROYED, RDEP_D_DESTROYED_WAITED, OF_LOCK,
	 "%s is destroyed while another thread waits on a condition with it", "It destroys",
	 "with which HOLDER waits on a condition, taken",
	 "wake and join who waits with %s before it is destroyed"},
	{RDEP_K_HELD_DESTROYED, RDEP_D_DESTROYED_HELD_ELSEWHERE, OF_LOCK,
	 "%s is destroyed while another thread holds it", "It destroys", "which HOLDER took",
	 "destroy %s only when no other thread can reach it: after these are joined, or when the last reference is gone"},
	{RDEP_K_HELD_DESTROYED, 0, OF_LOCK, "%s is destroyed by the thread that holds it", "It destroys",
	 "which it holds, taken", "unlock %s before it is destroyed"},
	{RDEP_K_INIT_HELD, RDEP_D_INIT_HELD_ELSEWHERE, OF_LOCK,
	 "%s is initialised while another thread holds it", "It initialises", "which HOLDER took",
	 "initialise %s once, before other threads can reach it: now two of them can hold it at once"},
	{RDEP_K_INIT_HELD, 0, OF_LOCK, "%s is initialised by the thread that holds it", "It initialises",
	 "which it holds, taken", "initialise %s once, before it is first taken: what is held is lost"},
	{RDEP_K_DESTROYED_USED, RDEP_D_DESTROYED_GIVEN_BACK, OF_LOCK, "%s is unlocked after it was destroyed",
	 "It unlocks", "which was destroyed",
	 "destroy %s after its last use, or initialise it again before the next one"},
	{RDEP_K_DESTROYED_USED, RDEP_D_DESTROYED_TWICE, OF_LOCK, "%s is destroyed twice", "It destroys",
	 "which was destroyed already", "destroy %s once, on one of the two paths"},
	{RDEP_K_DESTROYED_USED, 0, OF_LOCK, "%s is taken after it was destroyed", "It takes",
	 "which was destroyed", "destroy %s after its last use, or initialise it again before the next one"},
	{RDEP_K_HELD_AT_EXIT, 0, OF_LOCK, "a thread ends with %s held", "The thread that was made here has ended, and left",
	 "which HOLDER took",
	 "give %s back on every path out of the thread, by a clean-up handler (pthread_cleanup_push) where it may be "
	 "cancelled: who takes it next waits for ever"},
	{RDEP_K_FORK_HELD, 0, OF_LOCK, "%s is taken in a fork child, and was held by another thread of the parent",
	 "The child takes it", "which HOLDER of the parent held at the fork, taken",
	 "take %s around the fork by handlers (pthread_atfork), or initialise it again in the child, or let the child "
	 "do nothing but exec: nobody is there to give it back"},
	{RDEP_K_WRONG_MUTEX, RDEP_D_WAITS_UNHELD, OF_LOCK, "a condition is waited on with %s, which is not held",
	 "It waits", NULL, "take %s before the wait, and look at what is waited for under it"},
	{RDEP_K_WRONG_MUTEX, 0, OF_LOCK, "a condition is waited on with %s while another thread waits on it with another mutex",
	 "It waits", "while HOLDER waits on the same condition with another mutex,",
	 "wait on one condition with one mutex at a time: %s and the other one don't keep the two apart"},
	{RDEP_K_WAIT_INVERSION, RDEP_D_JOINS_ITSELF, OF_LOCK, "%s joins itself", "It joins itself",
	 NULL, "let another thread join it, or detach it"},
	{RDEP_K_ASSERT_HELD, RDEP_D_STILL_HELD, OF_LOCK,
	 "%s is held where the program says that it is not", "It says that it does not hold it",
	 "but took it", "give %s back before the call, or correct the assertion"},
	{RDEP_K_ASSERT_HELD, RDEP_D_HELD_SHARED, OF_LOCK,
	 "%s is held as a reader where the program says that it is held exclusively",
	 "It says that it holds it exclusively", "but took it",
	 "take %s as a writer on every path to the call, or correct the assertion"},
	{RDEP_K_ASSERT_HELD, RDEP_D_NEST_NOT_HELD, OF_LOCK,
	 "%s is not held where the program says that it orders the locks that are taken",
	 "It takes a lock that is said to be ordered by it", "and took it",
	 "take %s before the first of the locks that it orders"},
	{RDEP_K_ASSERT_HELD, 0, OF_LOCK, "%s is not held where the program says that it is",
	 "It says that it holds it", "and took it",
	 "take %s on every path to the call, or correct the assertion"},
};

static const struct words *words_of(const struct rdep_mfinding *f)
{
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (words[i].kind == f->kind &&
		    (!words[i].detail || words[i].detail == (f->raw->detail & 0xff)))
			return &words[i];
	return NULL;
}

bool rdep_is_place(const struct rdep_mfinding *f)
{
	return !f->edge_count && words_of(f) != NULL;
}

const char *rdep_scope_text(struct rdep_report *r, uint32_t scope)
{
	static const char *const names[] = {"NOFS", "NOIO", "NORECLAIM", "IO_FLUSHER", "PIN"};
	struct rdep_buf b = {0};
	char *text;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (scope >> i & 1)
			rdep_buf_printf(&b, "%s%s", b.len ? "|" : "", names[i]);
	text = rdep_arena_text(&r->arena, b.len ? b.text : "", b.len);
	rdep_buf_free(&b);
	return text;
}

/* "restored-out-of-order" */
const char *rdep_detail_id(struct rdep_report *r, unsigned detail)
{
	static const char *const ids[256] = {
#define DETAIL(sym, num, text) [num] = #sym,
#include "runtime/details.def"
#undef DETAIL
	};
	char *id, *c;

	if (detail >= 256 || !ids[detail])
		return NULL;
	id = rdep_arena_text(&r->arena, ids[detail], strlen(ids[detail]));
	for (c = id; *c; c++)
		*c = *c == '_' ? '-' : (char)tolower((unsigned char)*c);
	return id;
}

const char *rdep_detail_text(unsigned detail)
{
	static const char *const texts[256] = {
#define DETAIL(sym, num, text) [num] = text,
#include "runtime/details.def"
#undef DETAIL
	};

	return detail < 256 ? texts[detail] : NULL;
}

static const char *lock_name(const struct rdep_mfinding *f)
{
	if (f->raw->cls)
		return f->cls->name;
	return f->kind == RDEP_K_SLEEP_IN_ATOMIC ? "a section that must not sleep" : "the lock";
}

static const char *about(struct rdep_report *r, const struct rdep_mfinding *f, enum of of)
{
	switch (of) {
	case OF_SCOPE:
		return rdep_scope_text(r, f->raw->scope);
	case OF_GFP:
		return rdep_gfp_text(r, f->raw->raw_gfp);
	default:
		return lock_name(f);
	}
}

/* The tables' own text, with one %s or none. */
static const char *fill_in(struct rdep_report *r, const struct rdep_mfinding *f, const char *text,
			   enum of of)
{
	const char *at = strstr(text, "%s");

	if (!at)
		return text;
	return rdep_arena_printf(&r->arena, "%.*s%s%s", (int)(at - text), text, about(r, f, of),
				 at + 2);
}

const char *rdep_place_title(struct rdep_report *r, const struct rdep_mfinding *f)
{
	const struct words *w = words_of(f);

	return fill_in(r, f, w->title, w->of);
}

const char *rdep_place_fix(struct rdep_report *r, const struct rdep_mfinding *f)
{
	const struct words *w = words_of(f);
	const struct rdep_mframe *at = rdep_model_frame(f->acquire.count ? &f->acquire : &f->held);

	return rdep_arena_printf(&r->arena, "%s (%s)", fill_in(r, f, w->fix, w->of),
				 rdep_model_where(r, at));
}

const char *rdep_place_went(struct rdep_report *r, const struct rdep_mfinding *f)
{
	const struct words *w = words_of(f);

	if (f->kind == RDEP_K_SLEEP_IN_ATOMIC && f->raw->detail == RDEP_D_SLEEP_ALLOC)
		return rdep_arena_printf(&r->arena, "%s with %s", w->went,
					 rdep_gfp_text(r, f->raw->raw_gfp));
	return fill_in(r, f, w->went, w->of);
}

static const char *holder_text(struct rdep_report *r, const struct rdep_mfinding *f)
{
	struct rdep_mthread t;

	if (!f->raw->holder)
		return "another thread";
	t = rdep_model_thread(f->process, f->raw->holder);
	return rdep_arena_printf(&r->arena, "thread %u%s%s%s", t.id, *t.label ? " (" : "", t.label, *t.label ? ")" : "");
}

static const char *with_holder(struct rdep_report *r, const struct rdep_mfinding *f, const char *text)
{
	const char *at = strstr(text, "HOLDER");

	if (!at)
		return text;
	return rdep_arena_printf(&r->arena, "%.*s%s%s", (int)(at - text), text, holder_text(r, f),
				 at + strlen("HOLDER"));
}

bool rdep_is_misuse(const struct rdep_mfinding *f)
{
	return f->kind >= RDEP_K_UNLOCK_FOREIGN && f->kind <= RDEP_K_WRONG_MUTEX;
}

bool rdep_names_holder(const struct rdep_mfinding *f)
{
	return rdep_is_misuse(f) && f->raw->holder;
}

const char *rdep_place_held(struct rdep_report *r, const struct rdep_mfinding *f)
{
	const struct words *w = words_of(f);

	if (w->held)
		return fill_in(r, f, with_holder(r, f, w->held), w->of);
	if (f->raw->cls)
		return rdep_arena_printf(&r->arena, "while it holds %s, taken", f->cls->name);
	return "in a section that must not sleep, which begins";
}

const char *rdep_place_key(struct rdep_report *r, const struct rdep_mfinding *f)
{
	const char *detail = rdep_detail_id(r, f->raw->detail & 0xff);
	const char *what = f->raw->cls	   ? f->cls->key
			   : f->raw->scope ? rdep_scope_text(r, f->raw->scope)
			   : f->raw->raw_gfp && f->kind != RDEP_K_SLEEP_IN_ATOMIC
				   ? rdep_gfp_text(r, f->raw->raw_gfp)
				   : "section";

	return detail ? rdep_arena_printf(&r->arena, "%s:%s", detail, what) : what;
}
