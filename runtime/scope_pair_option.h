/* SPDX-License-Identifier: MIT */
/*
 * scope_pair_option.h - what the option scope_pair= says. For the runtime and the command alike.
 *
 * SAVE/RESTORE:KIND, separated by commas: a program's own functions that open and close a scope.
 */
#ifndef RECLAIMDEP_SCOPE_PAIR_OPTION_H
#define RECLAIMDEP_SCOPE_PAIR_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "record_layout.h"

#define RD_SCOPE_PAIRS 8u
#define RD_SCOPE_NAME 128u

enum { RD_PAIR_SAVE, RD_PAIR_RESTORE };

struct rd_scope_pair {
	char name[2][RD_SCOPE_NAME];
	uint32_t bit; /* RDEP_SCOPE_* */
};

struct rd_scope_pairs {
	unsigned count;
	struct rd_scope_pair pair[RD_SCOPE_PAIRS];
};

#define RD_SCOPE_PAIR_WANTED                                                                       \
	"SAVE/RESTORE:nofs, SAVE/RESTORE:noio, SAVE/RESTORE:noreclaim, separated by commas, at most 8"

/* A C or mangled name at *text, up to `end`. */
static inline bool rd_scope_pair_name(char *into, const char **text, char end)
{
	const char *s = *text;
	unsigned n;

	for (n = 0; n + 1 < RD_SCOPE_NAME; n++) {
		char c = s[n];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (n && c >= '0' && c <= '9') || c == '_' || c == '.'))
			break;
		into[n] = c;
	}
	into[n] = '\0';
	*text = s + n + 1;
	return n && s[n] == end;
}

static inline bool rd_scope_pair_kind(uint32_t *bit, const char **text)
{
	static const struct {
		const char *name;
		uint32_t bit;
	} kinds[] = {
		{"nofs", RDEP_SCOPE_NOFS},
		{"noio", RDEP_SCOPE_NOIO},
		{"noreclaim", RDEP_SCOPE_NORECLAIM},
	};
	size_t i, len;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		for (len = 0; kinds[i].name[len] && (*text)[len] == kinds[i].name[len]; len++)
			;
		if (kinds[i].name[len] || ((*text)[len] && (*text)[len] != ','))
			continue;
		*text += len;
		*bit = kinds[i].bit;
		return true;
	}
	return false;
}

/* False: text is no value of scope_pair=. */
static inline bool rd_scope_pairs_parse(struct rd_scope_pairs *into, const char *text)
{
	into->count = 0;
	while (*text) {
		struct rd_scope_pair *p = &into->pair[into->count];

		if (into->count == RD_SCOPE_PAIRS || !rd_scope_pair_name(p->name[RD_PAIR_SAVE], &text, '/') ||
		    !rd_scope_pair_name(p->name[RD_PAIR_RESTORE], &text, ':') || !rd_scope_pair_kind(&p->bit, &text))
			return false;
		into->count++;
		if (*text == ',' && !*++text)
			return false;
	}
	return true;
}

#endif
