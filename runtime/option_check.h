/* SPDX-License-Identifier: MIT */
/*
 * option_check.h - text options that do not take every text: one line each. For the runtime and the
 * command alike.
 */
#ifndef RECLAIMDEP_OPTION_CHECK_H
#define RECLAIMDEP_OPTION_CHECK_H

#include <stdbool.h>
#include <string.h>
#include "gfp_layout.h"
#include "provoke_option.h"
#include "scope_pair_option.h"

static inline bool rd_option_is_provoke(const char *text)
{
	struct rd_provocation unused;

	return rd_provoke_parse(&unused, text);
}

static inline bool rd_option_is_gfp_layout(const char *text)
{
	struct rd_gfp_layout unused;

	return rd_gfp_layout_parse(&unused, text);
}

static inline bool rd_option_is_scope_pair(const char *text)
{
	struct rd_scope_pairs unused;

	return rd_scope_pairs_parse(&unused, text);
}

struct rd_option_check {
	const char *name;
	bool (*is)(const char *text);
	const char *wanted; /* in words */
};

/* How the option's text is checked; NULL: any text will do. */
static inline const struct rd_option_check *rd_option_check(const char *name)
{
	static const struct rd_option_check checks[] = {
		{"gfp_layout", rd_option_is_gfp_layout, RD_GFP_LAYOUT_WANTED},
		{"provoke", rd_option_is_provoke, RD_PROVOKE_WANTED},
		{"scope_pair", rd_option_is_scope_pair, RD_SCOPE_PAIR_WANTED},
	};
	size_t i;

	for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		if (!strcmp(checks[i].name, name))
			return &checks[i];
	}
	return NULL;
}

#endif
