/* SPDX-License-Identifier: MIT */
/*
 * record_board.c - where the threads of a process stand: the board, which is overwritten in place, and so is read
 * when asked for.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "reports/record_items.h"

#define HELD_MAX 65536u /* entries of one thread that are read */

static size_t held_length(const struct rdep_held *held, size_t n)
{
	size_t i = 0;

	while (i < n && held[i].address)
		i++;
	return i;
}

/* What is given back has no address: an entry behind that has one stood on a page that is lost. */
static bool has_hole(const struct rdep_held *held, size_t from, size_t n)
{
	size_t i;

	for (i = from; i < n; i++)
		if (held[i].address)
			return true;
	return false;
}

static const struct rdep_rhelds *helds_at(const struct rdep_record *r, uint64_t at)
{
	size_t i;

	for (i = r->helds_count; i-- > 0;)
		if (r->helds[i].at == at)
			return &r->helds[i];
	return NULL;
}

/* The deeper held stack that a slot points to: entries to `out`, which it allocates. */
static void slot_more(const struct rdep_record *r, int fd, struct rdep_rslot *s, uint64_t at)
{
	const struct rdep_rhelds *h = helds_at(r, at);
	size_t n = h ? h->capacity : 0;
	ssize_t got;

	s->held_cut = true;
	if (!h)
		return;
	if (n > HELD_MAX)
		n = HELD_MAX;
	s->held = rdep_alloc(n * sizeof(*s->held));
	got = rdep_record_read(fd, s->held, n * sizeof(*s->held), at + sizeof(struct rdep_helds));
	n = got > 0 ? (size_t)got / sizeof(*s->held) : 0;
	s->held_count = held_length(s->held, n);
	s->held_cut = s->held_count == n ? n < h->capacity : has_hole(s->held, s->held_count, n);
}

static void slot_take(const struct rdep_record *r, int fd, const struct rdep_slot *slot,
		      struct rdep_rslot *s)
{
	memset(s, 0, sizeof(*s));
	s->slot = *slot;
	if (slot->more) {
		slot_more(r, fd, s, slot->more);
		return;
	}
	s->held_count = held_length(slot->held, RDEP_SLOT_HELD);
	s->held_cut = has_hole(slot->held, s->held_count, RDEP_SLOT_HELD);
	s->held = rdep_alloc(s->held_count * sizeof(*s->held));
	memcpy(s->held, slot->held, s->held_count * sizeof(*s->held));
}

/* ---- who really has it ---- */

/*
 * A lock that was free when its taker looked is not marked as waited for: one of two threads that came at once stands
 * as a holder while it waits. Where two hold what one can have, and the innermost entry of one of them is that lock
 * and no more came of it, it is that one that waits; where it is the innermost of both, nobody can tell.
 */
static bool has_alone(const struct rdep_held *h)
{
	return (h->kind == RDEP_MUTEX || h->kind == RDEP_RWLOCK) && !(h->flags & (RDEP_HELD_WAITING | RDEP_HELD_COND));
}

static bool in_each_others_way(const struct rdep_held *a, const struct rdep_held *b)
{
	return a->address == b->address && a->generation == b->generation && has_alone(b) &&
	       (a->mode == RDEP_WRITE || b->mode == RDEP_WRITE);
}

static struct rdep_held *innermost(const struct rdep_rslot *s)
{
	return s->held_count ? &s->held[s->held_count - 1] : NULL;
}

static void doubt_innermost(struct rdep_rslot *s, const struct rdep_rslot *slots, size_t n)
{
	struct rdep_held *top = innermost(s);
	bool doubted = false;
	size_t i, k;

	if (!top || !has_alone(top) || s->slot.wait_kind)
		return;
	for (i = 0; i < n; i++) {
		if (&slots[i] == s)
			continue;
		for (k = 0; k < slots[i].held_count; k++) {
			if (!in_each_others_way(top, &slots[i].held[k]))
				continue;
			if (k + 1 < slots[i].held_count || slots[i].slot.wait_kind) {
				top->flags |= RDEP_HELD_WAITING;
				return;
			}
			doubted = true;
		}
	}
	s->doubt = doubted;
}

static int by_id(const void *a, const void *b)
{
	const struct rdep_thread *of = a, *than = b;

	return (of->id > than->id) - (of->id < than->id);
}

/* What the slots say of their threads; by id. */
static void take_threads(struct rdep_record *r, const struct rdep_rslot *slots, size_t n)
{
	size_t i;

	free(r->board_threads);
	free(r->board_thread_items);
	r->board_threads = rdep_alloc(n * sizeof(*r->board_threads));
	r->board_thread_items = rdep_alloc(n * sizeof(*r->board_thread_items));
	for (i = 0; i < n; i++) {
		const struct rdep_slot *s = &slots[i].slot;
		struct rdep_thread *t = &r->board_thread_items[i];

		*t = (struct rdep_thread){.id = s->thread,
					  .tid = s->tid,
					  .parent = s->parent,
					  .start_routine = s->start_routine,
					  .create_stack = s->create_stack};
		memcpy(t->name, s->name, sizeof(t->name));
	}
	if (n)
		qsort(r->board_thread_items, n, sizeof(*r->board_thread_items), by_id);
	for (i = 0; i < n; i++)
		r->board_threads[i] = (struct rdep_rthread){
			.raw = &r->board_thread_items[i],
			.routine_module = rdep_record_module_at(r, r->board_thread_items[i].start_routine),
		};
	r->board_thread_count = n;
}

#define TRIES 16

/*
 * What is overwritten meanwhile is read until two readings are the same. Of a thread that is never found at rest the
 * last one is taken.
 */
static bool read_still(const struct rdep_record *r, int fd, void *p, void *again, size_t n, uint64_t at)
{
	int tries = r->header.state == RDEP_RUNNING ? TRIES : 1;

	if (rdep_record_read(fd, p, n, at) != (ssize_t)n)
		return false;
	while (--tries > 0) {
		if (rdep_record_read(fd, again, n, at) != (ssize_t)n || memcmp(p, again, n) == 0)
			break;
		memcpy(p, again, n);
	}
	return true;
}

size_t rdep_record_slots(struct rdep_record *r, struct rdep_rslot **slots)
{
	int fd = rdep_record_file(r->path, NULL);
	size_t i, n = 0;

	*slots = NULL;
	for (i = 0; fd >= 0 && i < r->board_count; i++) {
		const struct rdep_rboard *b = &r->boards[i];
		struct rdep_slot slot, again;
		uint32_t k;

		for (k = 0; k < b->count; k++) {
			uint64_t at = b->slots_at + (uint64_t)k * b->slot_size;

			if (!read_still(r, fd, &slot, &again, sizeof(slot), at))
				break;
			if (slot.state != RDEP_SLOT_LIVE && slot.state != RDEP_SLOT_ENDING)
				continue;
			RDEP_GROW(*slots, n);
			slot_take(r, fd, &slot, &(*slots)[n++]);
		}
	}
	if (fd >= 0)
		close(fd);
	for (i = 0; i < n; i++)
		doubt_innermost(&(*slots)[i], *slots, n);
	take_threads(r, *slots, n);
	return n;
}

void rdep_record_slots_free(struct rdep_rslot *slots, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		free(slots[i].held);
	free(slots);
}
