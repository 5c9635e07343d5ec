/* SPDX-License-Identifier: MIT */
/* fix.c - a finding in one sentence, and what to do about it in another. */
#include <string.h>
#include "reports/model.h"

/* What a domain is left by: a table, one line per domain. */
static const struct remedy {
	uint32_t domain;
	const char *scope; /* that keeps allocations out of it; NULL: none */
	const char *gfp;
} remedies[] = {
	{RDEP_CLASS_FS_RECLAIM, "memalloc_nofs", "GFP_NOFS"},
	{RDEP_CLASS_IO_RECLAIM, "memalloc_noio", "GFP_NOIO"},
	{RDEP_CLASS_RECLAIM, NULL, "GFP_NOWAIT"},
};

static const struct remedy *remedy_for(uint32_t domain)
{
	size_t i;

	for (i = 0; i < sizeof(remedies) / sizeof(*remedies); i++)
		if (remedies[i].domain == domain)
			return &remedies[i];
	return &remedies[0];
}

/* The edge into a domain, or NULL; *out gets the one after it, out of the domain. */
static const struct rdep_medge *edge_into_domain(const struct rdep_mfinding *f,
						 const struct rdep_medge **out)
{
	size_t i;

	for (i = 0; i < f->edge_count; i++) {
		if (!f->edges[i].to->domain)
			continue;
		*out = &f->edges[(i + 1) % f->edge_count];
		return &f->edges[i];
	}
	return NULL;
}

/* The edge into a thread's life, or NULL; *out gets the one after it, out of the life. */
static const struct rdep_medge *edge_into_life(const struct rdep_mfinding *f,
					       const struct rdep_medge **out)
{
	size_t i;

	for (i = 0; i < f->edge_count; i++) {
		if (!f->edges[i].to->life)
			continue;
		*out = &f->edges[(i + 1) % f->edge_count];
		return &f->edges[i];
	}
	return NULL;
}

static const char *where(struct rdep_report *r, const struct rdep_mstack *s)
{
	return rdep_model_where(r, rdep_model_frame(s));
}

/* An allocator that takes no mask: the call itself can't be told to be careful. */
static bool takes_no_mask(const char *callee)
{
	static const char *const names[] = {
		"malloc", "calloc",	    "realloc", "reallocarray", "memalign", "aligned_alloc",
		"valloc", "posix_memalign", "pvalloc", "strdup",       "asprintf", NULL};
	const char *const *n;

	if (!callee)
		return false;
	for (n = names; *n; n++)
		if (strcmp(callee, *n) == 0)
			return true;
	return strncmp(callee, "operator new", 12) == 0;
}

/* Kernel code in userspace has kmalloc and its like as functions of its own: the mask is the
 * caller's to change. */
static bool is_allocator(const struct rdep_mframe *f)
{
	static const char *const names[] = {
		"kmalloc",	 "kzalloc",	     "kcalloc",
		"kmalloc_array", "krealloc",	     "kvmalloc",
		"kvzalloc",	 "vmalloc",	     "vzalloc",
		"__vmalloc",	 "kmem_cache_alloc", "kmem_cache_zalloc",
		"alloc_pages",	 "__get_free_pages", NULL};
	const char *const *n;

	for (n = names; f->function && *n; n++)
		if (strcmp(f->function, *n) == 0)
			return true;
	return false;
}

static const char *where_allocated(struct rdep_report *r, const struct rdep_mstack *s)
{
	const struct rdep_mframe *first = rdep_model_frame(s), *f = first,
				 *end = s->frames + s->count;

	while (f && f < end && is_allocator(f))
		f++;
	return rdep_model_where(r, f && f < end ? f : first);
}

static const char *fix_reclaim(struct rdep_report *r, const struct rdep_mfinding *f)
{
	const struct rdep_medge *out = NULL, *in = edge_into_domain(f, &out);
	const struct remedy *remedy;
	const char *lock, *taken, *alloc;

	if (!in)
		return "keep the allocation out of the locks that reclaim takes";
	remedy = remedy_for(in->to->id);
	if (in->from->life)
		return rdep_arena_printf(
			&r->arena,
			"do not join %s under a lock that %s takes (%s), or let the thread "
			"allocate without reclaim in %s: a scope of the joiner is not conveyed to "
			"it",
			in->from->name, in->to->name, where(r, &out->acquire),
			where_allocated(r, &in->acquire));
	lock = in->from->name;
	taken = where(r, &in->held);
	alloc = where_allocated(r, &in->acquire);
	if (takes_no_mask(in->callee))
		return rdep_arena_printf(
			&r->arena,
			"allocate before %s is taken (%s) instead of under it (%s), or "
			"let the reclaim path only try the lock (%s); a thread that "
			"serves the filesystem's or device's own requests sets "
			"prctl(PR_SET_IO_FLUSHER, 1)",
			lock, taken, alloc, where(r, &out->acquire));
	if (!remedy->scope)
		return rdep_arena_printf(
			&r->arena,
			"do not allocate with direct reclaim under %s: use %s in %s, or "
			"allocate before the lock is taken (%s)",
			lock, remedy->gfp, alloc, taken);
	return rdep_arena_printf(&r->arena,
				 "open a %s scope where %s is taken, in %s (%s_save() there, "
				 "%s_restore() after the unlock), or allocate with %s in %s",
				 remedy->scope, lock, taken, remedy->scope, remedy->scope,
				 remedy->gfp, alloc);
}

const struct rdep_mframe *rdep_parting(const struct rdep_mstack *s,
					 const struct rdep_mstack *other)
{
	const struct rdep_mframe *at = rdep_model_frame(s), *its = rdep_model_frame(other);
	const struct rdep_mframe *end = at ? s->frames + s->count : NULL,
				 *its_end = its ? other->frames + other->count : NULL;

	while (at && its && at < end && its < its_end && at->address == its->address && at->module == its->module) {
		at++;
		its++;
	}
	return at && at < end && its < its_end ? at : rdep_model_frame(s);
}

/* The edge into the loader's lock, or NULL; *out gets the one after it, which runs inside of it. */
static const struct rdep_medge *edge_into_loader(const struct rdep_mfinding *f, const struct rdep_medge **out)
{
	size_t i;

	for (i = 0; i < f->edge_count; i++) {
		if (!f->edges[i].to->loader)
			continue;
		*out = &f->edges[(i + 1) % f->edge_count];
		return &f->edges[i];
	}
	return NULL;
}

/* The edge into what is initialised once, or NULL; *out gets the one after it, which its routine brings about. */
static const struct rdep_medge *edge_into_once(const struct rdep_mfinding *f, const struct rdep_medge **out)
{
	size_t i;

	for (i = 0; i < f->edge_count; i++) {
		if (!rdep_is_kind(f->edges[i].to, RDEP_ONCE))
			continue;
		*out = &f->edges[(i + 1) % f->edge_count];
		return &f->edges[i];
	}
	return NULL;
}

static const char *fix_inversion(struct rdep_report *r, const struct rdep_mfinding *f)
{
	const struct rdep_medge *odd = &f->edges[0], *out = NULL, *into_loader = edge_into_loader(f, &out);
	const struct rdep_medge *into_once = into_loader ? NULL : edge_into_once(f, &out);

	if (f->edge_count == 1)
		return rdep_arena_printf(
			&r->arena,
			"give the locks of %s an order among themselves (by address or by level), keep it in %s, and tell "
			"of it (reclaimdep_next_subclass(), reclaimdep_next_nest_lock())",
			odd->from->name, where(r, &odd->acquire));
	if (odd->from == odd->to)
		return rdep_arena_printf(
			&r->arena,
			"give the locks of %s an order among themselves (by address or by "
			"level) and keep it in %s",
			odd->from->name, where(r, &odd->acquire));
	if (into_loader)
		return rdep_arena_printf(
			&r->arena,
			"load and unload (%s) before %s is taken, or take no lock in what runs inside of that: constructors "
			"and destructors of what is loaded (%s)",
			where(r, &into_loader->acquire), into_loader->from->name, where(r, &out->acquire));
	if (into_once)
		return rdep_arena_printf(
			&r->arena,
			"have each thread go through %s before it takes %s (%s), or take no lock in what runs there once "
			"(%s)",
			into_once->to->name, into_once->from->name, where(r, &into_once->held), where(r, &out->acquire));
	return rdep_arena_printf(
		&r->arena,
		"take %s before %s everywhere: the odd one out is %s, where %s is taken "
		"while %s is held",
		odd->to->name, odd->from->name,
		rdep_model_where(r, rdep_parting(&odd->acquire, &f->edges[1].acquire)), odd->to->name,
		odd->from->name);
}

/* The edge into a signal, or NULL; *out gets the one after it, which is its handler's. */
static const struct rdep_medge *edge_into_signal(const struct rdep_mfinding *f, const struct rdep_medge **out)
{
	size_t i;

	for (i = 0; i < f->edge_count; i++) {
		if (!f->edges[i].to->signal)
			continue;
		*out = &f->edges[(i + 1) % f->edge_count];
		return &f->edges[i];
	}
	return NULL;
}

static const char *fix_signal(struct rdep_report *r, const struct rdep_mfinding *f)
{
	const struct rdep_medge *out = NULL, *in = edge_into_signal(f, &out);

	if (!in)
		return "block the signal while the lock is held, or take no lock in its handler";
	return rdep_arena_printf(&r->arena,
				 "block %s (pthread_sigmask) before %s is taken in %s, until it is given back, or %s "
				 "in the handler (%s): let it write to a pipe or set a flag, or have a thread wait for the "
				 "signal (sigwait, signalfd) and do the work",
				 in->to->name, in->from->name, where(r, &in->held),
				 out->to->domain ? "do not allocate" : "take no lock", where(r, &out->acquire));
}

/* The edge into a condition: the wait. NULL: none of the cycle is in the record. */
static const struct rdep_medge *edge_into_event(const struct rdep_mfinding *f)
{
	size_t i;

	for (i = 0; i < f->edge_count; i++)
		if (f->edges[i].to->event)
			return &f->edges[i];
	return NULL;
}

static const char *fix_event(struct rdep_report *r, const struct rdep_mfinding *f)
{
	const struct rdep_medge *in = edge_into_event(f);

	if (!in)
		return "give the lock back before the wait";
	return rdep_arena_printf(&r->arena,
				 "give %s back (taken in %s) before %s is waited for in %s, or make sure that it is signalled "
				 "by somebody who needs no such lock",
				 in->from->name, where(r, &in->held), in->to->name, where(r, &in->acquire));
}

static const char *fix_wait(struct rdep_report *r, const struct rdep_mfinding *f)
{
	const struct rdep_medge *out = NULL, *in = edge_into_life(f, &out);

	if (!in)
		return fix_event(r, f);
	if (in->from->life && out->to->life)
		return rdep_arena_printf(
			&r->arena,
			"let one thread join all others: %s in %s joins a thread that waits for "
			"its own end",
			in->from->name, where(r, &in->acquire));
	return rdep_arena_printf(
		&r->arena,
		"give %s back (taken in %s) before the join in %s; or, where the thread has always "
		"said under a lock "
		"that it is done with %s before it is joined, suppress this finding",
		in->from->name, where(r, &in->held), where(r, &in->acquire), out->to->name);
}

const char *rdep_fix(struct rdep_report *r, const struct rdep_mfinding *f)
{
	switch (f->kind) {
	case RDEP_K_WAIT_INVERSION:
		if (f->edge_count)
			return fix_wait(r, f);
		break;
	case RDEP_K_RECLAIM_INVERSION:
		if (f->edge_count)
			return fix_reclaim(r, f);
		break;
	case RDEP_K_SIGNAL_INVERSION:
		if (f->edge_count)
			return fix_signal(r, f);
		break;
	case RDEP_K_LOCK_INVERSION:
	case RDEP_K_SAME_CLASS_NESTING:
		if (f->edge_count)
			return fix_inversion(r, f);
		break;
	case RDEP_K_DEADLOCK:
		if (f->leg_count)
			return rdep_circle_fix(r, f);
		break;
	case RDEP_K_SELF_DEADLOCK:
		return rdep_arena_printf(
			&r->arena,
			"release %s (taken in %s) before %s takes it again, or call a variant "
			"there that expects the lock to be held",
			f->cls->name, where(r, &f->held), where(r, &f->acquire));
	case RDEP_K_UNLOCK_UNHELD:
		return rdep_arena_printf(
			&r->arena,
			"unlock %s only where it is held: %s unlocks it on a path that did "
			"not take it, or that gave it up already",
			f->cls->name, where(r, &f->acquire));
	}
	if (rdep_is_place(f))
		return rdep_place_fix(r, f);
	return "see the stacks";
}

static const char *title_reclaim(struct rdep_report *r, const struct rdep_mfinding *f)
{
	const struct rdep_medge *out = NULL, *in = edge_into_domain(f, &out);

	if (!in)
		return "an allocation may reclaim under a lock that reclaim takes";
	if (in->from->life)
		return rdep_arena_printf(&r->arena,
					 "%s is joined under a lock, and allocates: that may enter "
					 "%s, which takes %s",
					 in->from->name, in->to->name, out->to->name);
	if (in->from == out->to)
		return rdep_arena_printf(
			&r->arena,
			"%s is held over an allocation that may enter %s, which takes %s",
			in->from->name, in->to->name, out->to->name);
	return rdep_arena_printf(
		&r->arena,
		"%s is held over an allocation that may enter %s, which takes %s, under "
		"which %s is taken",
		in->from->name, in->to->name, out->to->name, in->from->name);
}

static const char *title_signal(struct rdep_report *r, const struct rdep_mfinding *f)
{
	const struct rdep_medge *out = NULL, *in = edge_into_signal(f, &out);

	if (!in)
		return rdep_kind_help(f->kind);
	if (in->from == out->to)
		return rdep_arena_printf(&r->arena, "%s is held with %s open, whose handler takes it too", in->from->name,
					 in->to->name);
	return rdep_arena_printf(&r->arena, "%s is held with %s open, whose handler %s %s, under which %s is taken",
				 in->from->name, in->to->name, out->to->domain ? "allocates and so enters" : "takes",
				 out->to->name, in->from->name);
}

static const char *title_inversion(struct rdep_report *r, const struct rdep_mfinding *f)
{
	struct rdep_buf b = {0};
	char *text;
	size_t i;

	if (f->edge_count == 1)
		return rdep_arena_printf(&r->arena, "two locks of class %s are taken inside each other, and no order is told",
					 f->edges[0].from->name);
	if (f->edges[0].from == f->edges[0].to)
		return rdep_arena_printf(&r->arena, "%zu locks of class %s are taken inside each other, %s",
					 f->edge_count, f->edges[0].from->name,
					 f->edge_count > 2 ? "all the way round" : "both ways round");
	if (f->edge_count == 2)
		return rdep_arena_printf(&r->arena, "%s and %s are taken in both orders",
					 f->edges[0].from->name, f->edges[0].to->name);
	for (i = 0; i < f->edge_count && i < 16; i++)
		rdep_buf_printf(&b, "%s%s",
				!i			? ""
				: i + 1 < f->edge_count ? ", "
							: " and ",
				f->edges[i].from->name);
	if (f->edge_count > 16)
		rdep_buf_printf(&b, ", ... (%zu locks)", f->edge_count);
	text = rdep_arena_printf(&r->arena, "%s are taken in orders that cannot all hold", b.text);
	rdep_buf_free(&b);
	return text;
}

static const char *title_event(struct rdep_report *r, const struct rdep_mfinding *f)
{
	const struct rdep_medge *in = edge_into_event(f);

	if (!in)
		return rdep_kind_help(f->kind);
	return rdep_arena_printf(&r->arena, "%s is waited for under %s, and signalled under %s", in->to->name, in->from->name,
				 f->edge_count == 2 ? "it too" : "a lock that depends on it");
}

static const char *title_wait(struct rdep_report *r, const struct rdep_mfinding *f)
{
	const struct rdep_medge *out = NULL, *in = edge_into_life(f, &out);

	if (!in)
		return title_event(r, f);
	if (in->from->life && out->to->life)
		return rdep_arena_printf(&r->arena, "%s and %s join each other%s", in->from->name,
					 out->to->name,
					 f->edge_count > 2 ? ", all the way round" : "");
	if (in->from == out->to)
		return rdep_arena_printf(&r->arena, "%s is joined under %s, which it takes",
					 in->to->name, in->from->name);
	return rdep_arena_printf(
		&r->arena,
		"%s is joined under %s, and waits for %s, which is held where %s is waited for",
		in->to->name, in->from->name, out->to->name, in->from->name);
}

static const char *plain_title(struct rdep_report *r, const struct rdep_mfinding *f)
{
	switch (f->kind) {
	case RDEP_K_WAIT_INVERSION:
		if (f->edge_count)
			return title_wait(r, f);
		break;
	case RDEP_K_RECLAIM_INVERSION:
		if (f->edge_count)
			return title_reclaim(r, f);
		break;
	case RDEP_K_SIGNAL_INVERSION:
		if (f->edge_count)
			return title_signal(r, f);
		break;
	case RDEP_K_LOCK_INVERSION:
	case RDEP_K_SAME_CLASS_NESTING:
		if (f->edge_count)
			return title_inversion(r, f);
		break;
	case RDEP_K_DEADLOCK:
		if (f->leg_count)
			return rdep_circle_title(r, f);
		break;
	case RDEP_K_SELF_DEADLOCK:
		return rdep_arena_printf(&r->arena, "%s is taken again by the thread that holds it",
					 f->cls->name);
	case RDEP_K_UNLOCK_UNHELD:
		return rdep_arena_printf(&r->arena,
					 "%s is unlocked by a thread that does not hold it",
					 f->cls->name);
	}
	return rdep_is_place(f) ? rdep_place_title(r, f) : rdep_kind_help(f->kind);
}

const char *rdep_title(struct rdep_report *r, const struct rdep_mfinding *f)
{
	const char *title = plain_title(r, f);

	/* An audit's supposed finding is in no record. */
	if (!f->raw || !rdep_is_across(f))
		return title;
	return rdep_arena_printf(&r->arena, "%s, by %s", title, rdep_origin_list(r, f));
}
