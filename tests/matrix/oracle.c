// SPDX-License-Identifier: MIT
/*
 * oracle.c - whether a program can deadlock, found by trying every order of its steps.
 *
 * Knows nothing of graphs: threads, what each holds and what it wants. A reader of a lock that
 * prefers writers may have to wait for a reader, since a writer may have come in between; it need
 * not.
 */
#include "matrix.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define STEPS 24
#define SEEN (1u << 21) /* states remembered */

enum does { TAKE, TRY, GIVE };

struct step {
	uint8_t does, lock, reader;
};

struct script {
	struct step step[STEPS];
	unsigned count;
};

struct world {
	const char *kinds;
	struct script script[MATRIX_THREADS];
	unsigned threads;
	uint8_t seen[SEEN / 8];
};

/* How many a thread holds of a lock as writer or reader; where it is in its script. */
struct state {
	uint8_t at[MATRIX_THREADS];
	uint8_t writer[MATRIX_THREADS][MATRIX_LOCKS], reader[MATRIX_THREADS][MATRIX_LOCKS];
};

/* ---- from the notation to steps ---- */

static bool reads(const char *kinds, unsigned lock, char command)
{
	char kind = matrix_kind(kinds, lock);

	if (!strchr("wrpq", kind))
		return false;
	return command == 'r' || (command != 'w' && strchr("rq", kind));
}

static void add(struct script *s, enum does does, unsigned lock, bool reader)
{
	s->step[s->count++] = (struct step){(uint8_t)does, (uint8_t)lock, reader};
}

static void give_all(struct script *s, unsigned *held, unsigned *depth)
{
	while (*depth)
		add(s, GIVE, held[--*depth], false);
}

static const char *read_section(struct world *w, struct script *s, const char *c)
{
	unsigned held[STEPS], depth = 0, i;

	for (; *c && !strchr(";/>", *c); c++) {
		char command = *c < 'A' || *c > 'Z' ? *c++ : 0;
		unsigned lock = (unsigned)(*c - 'A');

		if (command != 'u') {
			add(s, command == 't' ? TRY : TAKE, lock, reads(w->kinds, lock, command));
			held[depth++] = lock;
			continue;
		}
		add(s, GIVE, lock, false);
		for (i = depth; i-- > 0 && held[i] != lock;)
			;
		memmove(&held[i], &held[i + 1], (depth - i - 1) * sizeof(held[0]));
		depth--;
	}
	give_all(s, held, &depth);
	return *c ? c + 1 : c;
}

/* ---- one step ---- */

static bool prefers_writers(const struct world *w, unsigned lock)
{
	return strchr("pq", matrix_kind(w->kinds, lock)) != NULL;
}

enum blocked { FREE, PERHAPS, SURELY };

/* Does `other` keep thread t from the lock? */
static enum blocked blocked_by(const struct world *w, const struct state *s,
			       const struct step *step, unsigned other)
{
	if (s->writer[other][step->lock])
		return SURELY;
	if (!s->reader[other][step->lock])
		return FREE;
	if (!step->reader)
		return SURELY;
	return prefers_writers(w, step->lock) ? PERHAPS : FREE;
}

static const struct step *next_step(const struct world *w, const struct state *s, unsigned t)
{
	return s->at[t] < w->script[t].count ? &w->script[t].step[s->at[t]] : NULL;
}

/* Is there a set of threads each of which waits for another of it? */
static bool deadlocked(const struct world *w, const struct state *s)
{
	unsigned stuck = (1u << w->threads) - 1, before, t, other;

	do {
		before = stuck;
		for (t = 0; t < w->threads; t++) {
			const struct step *step = next_step(w, s, t);
			bool waits = false;

			if (!(stuck & 1u << t))
				continue;
			for (other = 0; step && step->does == TAKE && other < w->threads; other++)
				waits |= other != t && (stuck & 1u << other) &&
					 blocked_by(w, s, step, other) != FREE;
			if (!waits)
				stuck &= ~(1u << t);
		}
	} while (stuck != before);
	return stuck != 0;
}

static bool may_step(const struct world *w, const struct state *s, unsigned t)
{
	const struct step *step = next_step(w, s, t);
	unsigned other;

	if (!step)
		return false;
	for (other = 0; step->does != GIVE && other < w->threads; other++) {
		if (other != t && blocked_by(w, s, step, other) == SURELY)
			return false;
	}
	return true;
}

static void do_step(const struct world *w, struct state *s, unsigned t)
{
	const struct step *step = next_step(w, s, t);

	if (step->does == GIVE)
		s->writer[t][step->lock] = s->reader[t][step->lock] = 0;
	else if (step->reader)
		s->reader[t][step->lock]++;
	else
		s->writer[t][step->lock]++;
	s->at[t]++;
}

/* ---- all orders ---- */

/* What a thread holds follows from where it is: that is the whole state. */
static bool seen_before(struct world *w, const struct state *s)
{
	uint32_t key = 0;
	unsigned t;
	bool seen;

	for (t = 0; t < w->threads; t++)
		key = key * (w->script[t].count + 1) + s->at[t];
	seen = w->seen[key / 8] & 1u << key % 8;
	w->seen[key / 8] |= (uint8_t)(1u << key % 8);
	return seen;
}

static bool explore(struct world *w, const struct state *s)
{
	unsigned t;

	if (seen_before(w, s))
		return false;
	if (deadlocked(w, s))
		return true;
	for (t = 0; t < w->threads; t++) {
		struct state next = *s;

		if (!may_step(w, s, t))
			continue;
		do_step(w, &next, t);
		if (explore(w, &next))
			return true;
	}
	return false;
}

/* The parts of the program, each in as many threads as there are states to remember. */
static void set_up(struct world *w, const char *kinds, const char *program)
{
	struct script part[MATRIX_THREADS] = {{.count = 0}};
	unsigned parts = 0, copies, i;
	uint64_t states = 1;

	memset(w, 0, sizeof(*w));
	w->kinds = kinds;
	while (*program && parts < MATRIX_THREADS) {
		program = read_section(w, &part[parts], program);
		parts++;
	}
	for (copies = 0; copies < 3 && (copies + 1) * parts <= MATRIX_THREADS; copies++) {
		uint64_t more = states;

		for (i = 0; i < parts; i++)
			more *= part[i].count + 1;
		if (more > SEEN)
			break;
		states = more;
		for (i = 0; i < parts; i++)
			w->script[w->threads++] = part[i];
	}
}

bool matrix_is_known(const char *kinds, const char *program)
{
	unsigned held = 0;
	const char *c;

	if (strpbrk(kinds, "fno"))
		return false;
	for (c = program; *c; c++) {
		unsigned lock = 1u << (*c - 'A') % 32;

		if (strchr(";/>", *c)) {
			held = 0;
		} else if (*c == 'u') {
			lock = 1u << (*++c - 'A') % 32;
			if (!(held & lock))
				return false;
			held &= ~lock;
		} else if (*c >= 'A' && *c <= 'Z') {
			if (held & lock)
				return false;
			held |= lock;
		} else if (!strchr("rwtlc", *c)) {
			return false;
		}
	}
	return true;
}

bool matrix_can_deadlock(const char *kinds, const char *program)
{
	struct state s = {{0}, {{0}}, {{0}}};
	static struct world w;

	set_up(&w, kinds, program);
	return explore(&w, &s);
}

/* ---- random programs ---- */

static unsigned below(unsigned long *seed, unsigned n)
{
	*seed = *seed * 6364136223846793005ul + 1442695040888963407ul;
	return (unsigned)(*seed >> 33) % n;
}

/*
 * A part takes a few locks, at random or, where the program has an order, mostly in it: so that
 * there are programs without a circle too; now and then hand over hand.
 */
static char *random_part(unsigned long *seed, char *c, unsigned lock_count, unsigned depth)
{
	bool in_order = below(seed, 2);
	unsigned taken = 0, i, last = 0;

	for (i = 0; i < depth; i++) {
		unsigned lock = below(seed, lock_count), how = below(seed, 8);

		if (taken & 1u << lock || (in_order && taken >> lock && below(seed, 8)))
			continue;
		if (taken && !below(seed, 8)) {
			*c++ = 'u';
			*c++ = (char)('A' + last);
			taken &= ~(1u << last);
		}
		if (how < 3)
			*c++ = 'r';
		else if (how == 3)
			*c++ = 't';
		*c++ = (char)('A' + lock);
		taken |= 1u << lock;
		last = lock;
	}
	return c;
}

static void append(char *into, size_t size, const char *what, size_t len)
{
	size_t n = strlen(into);

	if (n + len + 1 < size) {
		memcpy(into + n, what, len);
		into[n + len] = 0;
	}
}

/* Each part once more, each with `before` before it and `after` behind it. */
static void append_parts(char *into, size_t size, const char *program, const char *before, const char *after)
{
	while (*program) {
		size_t len = strcspn(program, "/");

		append(into, size, before, strlen(before));
		append(into, size, program, len);
		append(into, size, after, strlen(after));
		program += len + (program[len] == '/');
	}
}

void matrix_disguise(unsigned long *seed, char *kinds, const char *program, char *into, size_t size)
{
	static const char *const gates[] = {"300H", "2H", "40GH", "300GH"};
	unsigned rounds = 1 + below(seed, 3), i;

	*into = 0;
	/* The gates are nobody else's. */
	if (strlen(kinds) == MATRIX_LOCKS)
		memcpy(kinds + MATRIX_LOCKS - 2, "mm", 2);
	for (i = 0; i < rounds; i++) {
		switch (below(seed, 3)) {
		case 0:
			append_parts(into, size, program, gates[below(seed, 4)], "/");
			into[strlen(into) - 1] = '>';
			break;
		case 1:
			append_parts(into, size, program, below(seed, 2) ? "" : "20", ">");
			break;
		default:
			append(into, size, "300", 3);
			append_parts(into, size, program, "", ";");
			append(into, size, ">", 1);
		}
	}
	append(into, size, program, strlen(program));
}

void matrix_random(unsigned long *seed, char *kinds, char *program, size_t size)
{
	static const char letters[] = "mmcwwwppp";
	unsigned lock_count, parts, depth, i;
	char *c = program;

	for (i = 0; i < 8; i++)
		below(seed, 2);
	lock_count = 2 + below(seed, 4);
	parts = 2 + below(seed, 2);
	depth = 2 + below(seed, parts == 2 ? 4 : 3);
	for (i = 0; i < MATRIX_LOCKS; i++)
		kinds[i] = letters[below(seed, sizeof(letters) - 1)];
	kinds[i] = 0;
	/* Nothing that sleeps is taken under a spinlock. */
	if (!below(seed, 16))
		strcpy(kinds, "s");
	for (i = 0; i < parts && (size_t)(c - program) + 40 < size; i++) {
		if (i)
			*c++ = '/';
		c = random_part(seed, c, lock_count, depth);
	}
	*c = 0;
}
