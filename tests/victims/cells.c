/* SPDX-License-Identifier: MIT */
/*
 * cells.c - every mask, in every order of opening and closing scopes, in every context: a cell
 * each, with a lock of its own that is held over one allocation.
 *
 *   cells expect   what each cell's lock must depend on: "NUMBER DOMAINS WHAT"
 *   cells run      walks all cells
 *
 * What is expected is read from the tables below, which say what the kernel's documentation and
 * sources say, one domain beside the other. Nothing here knows how it is computed.
 */
#include "victim.h"
#include "kernel.h"
#include <reclaimdep/annotate.h>

/* Reached domains: R reclaim, I io_reclaim, F fs_reclaim. By scope; in a noreclaim scope none is.
 */
static const struct mask {
	const char *name;
	gfp_t gfp;
	const char *no_scope, *nofs, *noio;
} masks[] = {
	{"GFP_KERNEL", GFP_KERNEL, "RIF", "RI", "R"},
	{"GFP_USER", GFP_USER, "RIF", "RI", "R"},
	{"GFP_HIGHUSER_MOVABLE", GFP_USER | __GFP_HIGHMEM | __GFP_MOVABLE, "RIF", "RI", "R"},
	{"GFP_KERNEL|NOFAIL", GFP_KERNEL | __GFP_NOFAIL, "RIF", "RI", "R"},
	{"GFP_KERNEL|NORETRY|NOWARN", GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, "RIF", "RI", "R"},
	{"GFP_KERNEL, kswapd not woken", GFP_KERNEL & ~__GFP_KSWAPD_RECLAIM, "RIF", "RI", "R"},
	{"GFP_NOFS", GFP_NOFS, "RI", "RI", "R"},
	{"GFP_NOIO", GFP_NOIO, "R", "R", "R"},
	{"FS without IO", __GFP_RECLAIM | __GFP_FS, "RF", "R", "R"},
	{"GFP_KERNEL|NOLOCKDEP", GFP_KERNEL | __GFP_NOLOCKDEP, "", "", ""},
	{"GFP_ATOMIC", GFP_ATOMIC, "", "", ""},
	{"GFP_NOWAIT", GFP_NOWAIT, "", "", ""},
	{"GFP_KERNEL without direct reclaim", GFP_KERNEL & ~__GFP_DIRECT_RECLAIM, "", "", ""},
	{"GFP_IOFS", __GFP_IO | __GFP_FS, "", "", ""},
	{"0", 0, "", "", ""},
};

/* Scopes by a letter: capital to open, small to close. */
static const struct scope {
	char open;
	unsigned int (*save)(void);
	void (*restore)(unsigned int);
} scopes[] = {
	{'F', memalloc_nofs_save, memalloc_nofs_restore},
	{'O', memalloc_noio_save, memalloc_noio_restore},
	{'M', memalloc_noreclaim_save, memalloc_noreclaim_restore},
	{'P', memalloc_pin_save, memalloc_pin_restore},
};

enum context { NONE, MAP, IN_RECLAIM, IN_IO, IN_FS, CONTEXTS };
static const char *const contexts[] = {"no context", "fs_reclaim held as a map", "in reclaim",
				       "in io_reclaim", "in fs_reclaim"};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define SCRIPTS 64
static char scripts[SCRIPTS][4];
static size_t script_count;

static char closing(char open)
{
	return (char)(open - 'A' + 'a');
}

/* None; each opened, or opened and closed; each two, with none, the outer or the inner one closed.
 * Of two of a kind the outer one is closed last. */
static void make_scripts(void)
{
	script_count = 1;
	for (size_t i = 0; i < COUNT(scopes); i++) {
		char a = scopes[i].open;

		snprintf(scripts[script_count++], 4, "%c", a);
		snprintf(scripts[script_count++], 4, "%c%c", a, closing(a));
		for (size_t k = 0; k < COUNT(scopes); k++) {
			char b = scopes[k].open;

			snprintf(scripts[script_count++], 4, "%c%c", a, b);
			snprintf(scripts[script_count++], 4, "%c%c%c", a, b, closing(b));
			if (a != b)
				snprintf(scripts[script_count++], 4, "%c%c%c", a, b, closing(a));
		}
	}
	must(script_count <= SCRIPTS, "room for the scripts");
}

/* How often the script leaves that scope open. */
static int left_open(const char *script, char open)
{
	int n = 0;

	for (; *script; script++)
		n += (*script == open) - (*script == closing(open));
	return n;
}

static const char *expected(const struct mask *m, const char *script, enum context c)
{
	/* Reclaim does not recurse. A map alone is no reclaim. */
	if (c >= IN_RECLAIM || left_open(script, 'M'))
		return "";
	return left_open(script, 'O') ? m->noio : left_open(script, 'F') ? m->nofs : m->no_scope;
}

/* ---- walking ---- */

#define CELLS_MAX 8192
static struct cell {
	pthread_mutex_t lock;
	char room[64 - sizeof(pthread_mutex_t)];
} cells[CELLS_MAX];

struct opened {
	const struct scope *scope;
	unsigned int cookie;
};

static const struct scope *scope_of(char open)
{
	for (size_t i = 0; i < COUNT(scopes); i++) {
		if (scopes[i].open == open)
			return &scopes[i];
	}
	return NULL;
}

static void close_last(struct opened *o, int *n, char letter)
{
	for (int i = *n; i-- > 0;) {
		if (letter && closing(o[i].scope->open) != letter)
			continue;
		o[i].scope->restore(o[i].cookie);
		memmove(&o[i], &o[i + 1], (size_t)(*n - i - 1) * sizeof(*o));
		--*n;
		return;
	}
}

static void walk(size_t number, const struct mask *m, const char *script)
{
	struct opened o[4];
	int n = 0;

	pthread_mutex_lock(&cells[number].lock);
	for (; *script; script++) {
		const struct scope *s = scope_of(*script);

		if (s)
			o[n++] = (struct opened){s, s->save()};
		else
			close_last(o, &n, *script);
	}
	kfree(kmalloc(64, m->gfp));
	while (n)
		close_last(o, &n, 0);
	pthread_mutex_unlock(&cells[number].lock);
}

static void walk_in(size_t number, const struct mask *m, const char *script, enum context c)
{
	if (c == MAP)
		fs_reclaim_acquire(GFP_KERNEL);
	else if (c != NONE)
		reclaimdep_context_enter((unsigned int)c - IN_RECLAIM + RECLAIMDEP_RECLAIM);
	walk(number, m, script);
	if (c == MAP)
		fs_reclaim_release(GFP_KERNEL);
	else if (c != NONE)
		reclaimdep_context_leave((unsigned int)c - IN_RECLAIM + RECLAIMDEP_RECLAIM);
}

int main(int argc, char **argv)
{
	int run = argc > 1 && !strcmp(argv[1], "run");
	size_t number = 0;

	make_scripts();
	for (size_t c = 0; c < CONTEXTS; c++) {
		for (size_t s = 0; s < script_count; s++) {
			for (size_t m = 0; m < COUNT(masks); m++) {
				/* The first has no number in its name. */
				must(++number < CELLS_MAX, "room for the cells");
				if (run)
					walk_in(number, &masks[m], scripts[s], c);
				else
					printf("%zu %s- %s, scopes \"%s\", %s\n", number,
					       expected(&masks[m], scripts[s], c), masks[m].name,
					       scripts[s], contexts[c]);
			}
		}
	}
	return 0;
}
