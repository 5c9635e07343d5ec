/* SPDX-License-Identifier: MIT */
/* core_locks.c - see core_locks.h. */
#include "reports/core_locks.h"

#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include "reports/progress.h"

#define PIECE (64u << 10)
#define LOCKS_MAX (1u << 22)

/* glibc's layouts on x86-64, as runtime/lock_words.h has them. */
#define MUTEX_SIZE 40u
#define MUTEX_OWNER_IN_WORD (16 | 32) /* robust, or with priority inheritance */
#define MUTEX_DESTROYED (-1)
#define RWLOCK_SIZE 56u
#define RWLOCK_PHASE 8u
#define RWLOCK_WRITERS 12u

static uint32_t mutex_owner(struct rdep_core *c, uint64_t address)
{
	struct {
		int32_t word;
		uint32_t count, owner, users;
		int32_t kind;
	} m;

	if (!rdep_core_get(c, address, &m, sizeof(m)) || m.kind == MUTEX_DESTROYED)
		return 0;
	if (m.kind & MUTEX_OWNER_IN_WORD)
		return (uint32_t)m.word & FUTEX_TID_MASK;
	return m.word ? m.owner : 0;
}

static uint32_t rwlock_writer(struct rdep_core *c, uint64_t address)
{
	uint32_t words[7];

	return rdep_core_get(c, address, words, sizeof(words)) ? words[6] : 0;
}

static void add(const struct rdep_core_state *s, const struct rdep_record *r,
		struct rdep_core_locks *l, uint64_t address, uint32_t cls, uint32_t generation,
		uint8_t kind)
{
	const struct rdep_rclass *c = rdep_record_class(r, cls);
	struct rdep_core_lock lock = {
		.address = address, .cls = cls, .generation = generation, .kind = kind};

	if (!c || l->count == LOCKS_MAX)
		return;
	if (!kind)
		lock.kind = c->raw->kind;
	if (lock.kind == RDEP_MUTEX)
		lock.owner = mutex_owner(s->core, address);
	else if (lock.kind == RDEP_RWLOCK)
		lock.owner = rwlock_writer(s->core, address);
	else
		return;
	RDEP_GROW(l->locks, l->count);
	l->locks[l->count++] = lock;
}

/* The tag at `at` is valid for the lock that it would lie in, and for no other. */
static void try_word(const struct rdep_core_state *s, const struct rdep_record *r,
		     struct rdep_core_locks *l, uint64_t at, uint64_t word)
{
	uint64_t w = word ^ s->nonce, address = w >> RD_CORE_TAG_CLASS_BITS << 3;
	uint32_t cls = (uint32_t)w & ((1u << RD_CORE_TAG_CLASS_BITS) - 1), generation = 0;
	uint8_t kind;

	if (address == at - RD_CORE_TAG_MUTEX)
		kind = RDEP_MUTEX;
	else if (address == at - RD_CORE_TAG_RWLOCK)
		kind = RDEP_RWLOCK;
	else
		return;
	/* The generation stands in the other unused words. */
	rdep_core_get(s->core, address + (kind == RDEP_MUTEX ? 32u : 40u), &generation,
		      sizeof(generation));
	if (cls == (1u << RD_CORE_TAG_CLASS_BITS) - 1)
		rdep_core_get(s->core, address + (kind == RDEP_MUTEX ? 36u : 44u), &cls, sizeof(cls));
	add(s, r, l, address, cls, generation, kind);
}

static void scan(const struct rdep_core_state *s, const struct rdep_record *r,
		 struct rdep_core_locks *l, const struct rdep_core_segment *g, uint64_t *left)
{
	uint64_t *piece = rdep_alloc(PIECE), at = (g->start + 7) & ~7ull;
	size_t i, n;

	while (at < g->end && *left) {
		n = rdep_core_read(s->core, at, piece,
				   g->end - at < PIECE ? (size_t)(g->end - at) : PIECE);
		if (n < sizeof(*piece))
			break;
		*left -= n < *left ? n : *left;
		rdep_progress("searching the core for locks", s->core->size - *left, s->core->size);
		for (i = 0; i < n / sizeof(*piece); i++)
			if (piece[i])
				try_word(s, r, l, at + 8 * i, piece[i]);
		at += n & ~(size_t)7;
	}
	free(piece);
}

static int lock_order(const void *pa, const void *pb)
{
	const struct rdep_core_lock *a = pa, *b = pb;

	return a->address < b->address ? -1 : a->address > b->address;
}

static int owner_order(const void *pa, const void *pb)
{
	const struct rdep_core_lock *a = *(const struct rdep_core_lock *const *)pa,
				    *b = *(const struct rdep_core_lock *const *)pb;

	if (a->owner != b->owner)
		return a->owner < b->owner ? -1 : 1;
	return a->address < b->address ? -1 : a->address > b->address;
}

static void sort_by_owner(struct rdep_core_locks *l)
{
	size_t i;

	for (i = 0; i < l->count; i++) {
		if (!l->locks[i].owner)
			continue;
		RDEP_GROW(l->owned, l->owned_count);
		l->owned[l->owned_count++] = &l->locks[i];
	}
	if (l->owned_count)
		qsort(l->owned, l->owned_count, sizeof(*l->owned), owner_order);
}

void rdep_core_locks_find(const struct rdep_core_state *s, const struct rdep_record *r,
			  struct rdep_core_locks *l)
{
	struct rdep_core_instance in;
	uint64_t left = s->core->size, i = 0;
	size_t k, n = 0;

	memset(l, 0, sizeof(*l));
	for (k = 0; s->nonce && k < s->core->segment_count; k++)
		if (s->core->segments[k].writable)
			scan(s, r, l, &s->core->segments[k], &left);
	l->unread = !left;
	/* Each of the table is some bytes of the core, so that there are not more than it can hold.
	 */
	for (left = s->core->size / 16; left && rdep_core_next_instance(s, &i, &in); left--)
		add(s, r, l, in.address, in.cls, in.generation, 0);
	if (l->count)
		qsort(l->locks, l->count, sizeof(*l->locks), lock_order);
	for (k = 0; k < l->count; k++)
		if (!n || l->locks[k].address != l->locks[n - 1].address)
			l->locks[n++] = l->locks[k];
	l->count = n;
	sort_by_owner(l);
}

size_t rdep_core_locks_of(const struct rdep_core_locks *l, uint32_t tid)
{
	size_t low = 0, high = l->owned_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (l->owned[mid]->owner < tid)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

void rdep_core_locks_free(struct rdep_core_locks *l)
{
	free(l->owned);
	free(l->locks);
}

/* ---- waiting ---- */

/* A thread that is stopped in a system call has its number there; else -1. */
uint64_t rdep_core_sleeps_on(const struct rdep_core_thread *t)
{
	unsigned op = (unsigned)t->regs[RDEP_REG_RSI] & FUTEX_CMD_MASK;

	if (t->regs[RDEP_REG_ORIG_RAX] != SYS_futex)
		return 0;
	if (op != FUTEX_WAIT && op != FUTEX_WAIT_BITSET && op != FUTEX_LOCK_PI &&
	    op != 13 /* FUTEX_LOCK_PI2 */)
		return 0;
	return t->regs[RDEP_REG_RDI];
}

const struct rdep_core_lock *rdep_core_lock_of_word(const struct rdep_core_state *s,
						    const struct rdep_core_locks *l, uint64_t word,
						    uint8_t *mode)
{
	size_t low = 0, high = l->count;
	const struct rdep_core_lock *k;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (l->locks[mid].address <= word)
			low = mid + 1;
		else
			high = mid;
	}
	k = low ? &l->locks[low - 1] : NULL;
	*mode = RDEP_WRITE;
	if (k && k->kind == RDEP_MUTEX && word == k->address)
		return k;
	if (!k || k->kind != RDEP_RWLOCK ||
	    (word != k->address + RWLOCK_PHASE && word != k->address + RWLOCK_WRITERS))
		return NULL;
	/* Writers that are behind another sleep on a word of theirs; the next one, and readers, on
	 * that of the phase. */
	if (word == k->address + RWLOCK_PHASE && rwlock_writer(s->core, k->address))
		*mode = RDEP_READ;
	return k;
}
