/* SPDX-License-Identifier: MIT */
/*
 * core_board.c - what the threads of a core held at its moment.
 *
 * The board lies in the record's mappings, so it is not in a core, as a rule. Where the record's
 * file is at hand its slots are as the threads left them, which is the core's moment, unless the
 * process went on: how deep each held stack was then stands in private memory, and tells. What a
 * slot can't tell, the locks' own words do (core_locks.h).
 */
#include <stdlib.h>
#include <string.h>
#include "reports/core_locks.h"
#include "reports/core_record.h"
#include "reports/record_items.h"

/* Where a thread's pthread_t ends, at the latest: what a join sleeps on lies in it. */
#define PTHREAD_SIZE 0x900u

struct board {
	struct rdep_core_made *made;
	struct rdep_core_locks locks;
	bool searched;
	const struct rdep_core_known **pthreads; /* by pthread */
	struct rdep_slot *slots;
	size_t count;
};

static uint64_t depth_of(const struct rdep_core_known *k)
{
	return k->top >= k->bottom && k->bottom ? (k->top - k->bottom) / sizeof(struct rdep_held)
						: UINT64_MAX;
}

static size_t entries(const struct rdep_held *held, size_t n)
{
	size_t i = 0;

	while (i < n && held[i].address)
		i++;
	return i;
}

/* ---- slots that are as they were then ---- */

/* A slot of private memory: there was no file. */
static bool slot_in_core(struct board *b, const struct rdep_core_known *k)
{
	struct rdep_core *c = b->made->core;
	struct rdep_slot s;
	uint64_t n = depth_of(k);

	if (!k->slot || rdep_core_record_offset(&b->made->state, k->slot) ||
	    !rdep_core_get(c, k->slot, &s, sizeof(s)) || s.thread != k->id || n > RDEP_SLOT_HELD)
		return false;
	s.more = 0;
	memset(s.held, 0, sizeof(s.held));
	rdep_core_read(c, k->bottom + sizeof(s.held[0]), s.held, (size_t)n * sizeof(s.held[0]));
	RDEP_GROW(b->slots, b->count);
	b->slots[b->count++] = s;
	return true;
}

/* Entries of a deeper held stack, which a slot points to; at most as many as n + 1. */
static uint64_t deep_entries(const struct rdep_core_made *m, uint64_t at, uint64_t n)
{
	struct rdep_helds head;
	struct rdep_held held;
	uint64_t i;

	if (rdep_record_read(m->fd, &head, sizeof(head), at) != (ssize_t)sizeof(head))
		return UINT64_MAX;
	for (i = 0; i <= n && i < head.capacity; i++)
		if (rdep_record_read(m->fd, &held, sizeof(held),
				     at + sizeof(head) + i * sizeof(held)) !=
			    (ssize_t)sizeof(held) ||
		    !held.address)
			break;
	return i;
}

/* Is the slot in the copy that of the thread, and as deep as it was? */
static bool slot_in_copy(struct board *b, const struct rdep_core_known *k)
{
	uint64_t at = rdep_core_record_offset(&b->made->state, k->slot), n = depth_of(k);
	struct rdep_slot s;

	if (b->made->source == RDEP_CORE_REBUILT || !at ||
	    rdep_record_read(b->made->fd, &s, sizeof(s), at) != (ssize_t)sizeof(s) ||
	    s.thread != k->id || s.state == RDEP_SLOT_FREE)
		return false;
	if (b->made->source == RDEP_CORE_MAPPED)
		return true;
	return (s.more ? deep_entries(b->made, s.more, n) : entries(s.held, RDEP_SLOT_HELD)) == n;
}

/* ---- slots by the locks' words ---- */

static int pthread_order(const void *pa, const void *pb)
{
	const struct rdep_core_known *a = *(const struct rdep_core_known *const *)pa,
				     *b = *(const struct rdep_core_known *const *)pb;

	return a->pthread < b->pthread ? -1 : a->pthread > b->pthread;
}

static void search(struct board *b)
{
	const struct rdep_core_state *s = &b->made->state;
	size_t i;

	if (b->searched)
		return;
	b->searched = true;
	rdep_core_locks_find(s, b->made->record, &b->locks);
	b->pthreads = rdep_alloc(s->known_count * sizeof(*b->pthreads));
	for (i = 0; i < s->known_count; i++)
		b->pthreads[i] = &s->known[i];
	qsort(b->pthreads, s->known_count, sizeof(*b->pthreads), pthread_order);
}

/* The thread in whose pthread_t that word lies. */
static const struct rdep_core_known *joined_by(const struct board *b, uint64_t word)
{
	size_t low = 0, high = b->made->state.known_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (b->pthreads[mid]->pthread < word)
			low = mid + 1;
		else
			high = mid;
	}
	return low && b->pthreads[low - 1]->pthread &&
			       word - b->pthreads[low - 1]->pthread < PTHREAD_SIZE
		       ? b->pthreads[low - 1]
		       : NULL;
}

static void add_entry(struct rdep_slot *s, size_t *n, const struct rdep_core_lock *lock,
		      uint8_t mode, unsigned flags, uint64_t site)
{
	if (*n == RDEP_SLOT_HELD)
		return;
	s->held[(*n)++] = (struct rdep_held){.address = lock->address,
					     .site = site,
					     .cls = lock->cls,
					     .generation = lock->generation,
					     .kind = lock->kind,
					     .mode = mode,
					     .flags = (uint8_t)flags};
}

static uint64_t place_of(const struct rdep_core_made *m, const struct rdep_core_lock *lock,
			 const struct rdep_core_stack *stack)
{
	const struct rdep_lock_site *site = rdep_core_likely_site(m, lock->cls, stack);

	return site ? site->pc : 0;
}

static void by_words(struct board *b, const struct rdep_core_known *k)
{
	struct rdep_core_made *m = b->made;
	const struct rdep_core_stack *stack = &m->stacks[k->thread - 1];
	uint64_t word = rdep_core_sleeps_on(&m->core->threads[k->thread - 1]);
	struct rdep_slot s = {.state = RDEP_SLOT_LIVE,
			      .tid = k->tid,
			      .thread = k->id,
			      .scope = k->scope,
			      .start_routine = k->start_routine,
			      .parent = k->parent,
			      .create_stack = k->create_stack};
	const struct rdep_core_lock *wanted;
	const struct rdep_core_known *joined;
	size_t i, n = 0, call = rdep_core_call(m->core, stack);
	uint8_t mode;

	memcpy(s.name, k->name, sizeof(s.name));
	search(b);
	wanted = word ? rdep_core_lock_of_word(&m->state, &b->locks, word, &mode) : NULL;
	for (i = rdep_core_locks_of(&b->locks, k->tid);
	     i < b->locks.owned_count && b->locks.owned[i]->owner == k->tid &&
	     n + 1 < RDEP_SLOT_HELD;
	     i++)
		if (b->locks.owned[i] != wanted)
			add_entry(&s, &n, b->locks.owned[i], RDEP_WRITE, 0,
				  place_of(m, b->locks.owned[i], stack));
	joined = word && !wanted ? joined_by(b, word) : NULL;
	if (wanted)
		add_entry(&s, &n, wanted, mode, RDEP_HELD_WAITING,
			  call < stack->count && !stack->frames[call].exact ? stack->frames[call].pc
									    : 0);
	if (joined && joined != k) {
		s.wait_kind = 1;
		s.wait_what = joined->id;
	}
	RDEP_GROW(b->slots, b->count);
	b->slots[b->count++] = s;
}

/* Slots of the copy that none of `keep` names, by offset, are of threads that the core does not
 * have, or not so. */
static void free_others(struct rdep_core_made *m, const struct rdep_map *keep)
{
	size_t i;
	uint32_t k;

	for (i = 0; i < m->record->board_count; i++) {
		const struct rdep_rboard *b = &m->record->boards[i];

		for (k = 0; k < b->count; k++) {
			uint64_t at = b->slots_at + (uint64_t)k * b->slot_size;
			uint32_t state;

			if (rdep_map_get(keep, at) ||
			    rdep_record_read(m->fd, &state, sizeof(state), at) !=
				    (ssize_t)sizeof(state) ||
			    state == RDEP_SLOT_FREE)
				continue;
			state = RDEP_SLOT_FREE;
			rdep_write_at(m->fd, &state, sizeof(state), at);
		}
	}
}

void rdep_core_put_board(struct rdep_core_made *m, struct rdep_core_writer *w, bool *words)
{
	struct board b = {.made = m};
	struct rdep_map keep = {0};
	size_t i, n = 0;

	for (i = 0; i < m->state.known_count; i++) {
		const struct rdep_core_known *k = &m->state.known[i];

		if (slot_in_copy(&b, k)) {
			*rdep_map_put(&keep, rdep_core_record_offset(&m->state, k->slot)) = 1;
			continue;
		}
		if (slot_in_core(&b, k))
			continue;
		words[i] = true;
		n++;
		by_words(&b, k);
	}
	free_others(m, &keep);
	rdep_map_free(&keep);
	if (n)
		rdep_core_miss(
			m,
			"what %zu of %zu threads held is told by the locks' own words: "
			"mutexes, and rwlocks as writer; not in which order, and where they were "
			"taken by what functions the threads are in",
			n, m->state.known_count);
	if (b.locks.unread)
		rdep_core_miss(m, "not all memory of the core was searched for locks: its segments "
				  "lie over each other");
	rdep_writer_board(w, b.slots, b.count);
	rdep_core_locks_free(&b.locks);
	free(b.pthreads);
	free(b.slots);
}
