/* SPDX-License-Identifier: MIT */
/*
 * provoke_option.h - what the option provoke= says. For the runtime and the command alike.
 *
 * Items separated by commas: shrink, shrink:RATE, scan:N, fail:N, seed:S; scan is shrink too.
 */
#ifndef RECLAIMDEP_PROVOKE_OPTION_H
#define RECLAIMDEP_PROVOKE_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RD_PROVOKE_RATE 100u
#define RD_PROVOKE_MAX 1000000000u

struct rd_provocation {
	uint32_t rate; /* shrinkers are run at every rate-th allocation; 0: never */
	uint32_t scan; /* and scan as many objects as this */
	uint32_t fail; /* one of as many allocations fails; 0: none */
	uint32_t seed; /* which one of them; 0: the last */
};

/* What an item may be: name, the least number, is there one without? */
struct rd_provoke_item {
	const char *name;
	uint32_t least;
	uint32_t usual; /* without a number; 0: there must be one */
	size_t field;
};

/* The number after the colon at *text, up to the item's end; -1: it is none. */
static inline int64_t rd_provoke_number(const char **text)
{
	const char *s = *text;
	int64_t n = 0;

	if (*s < '0' || *s > '9')
		return -1;
	for (; *s >= '0' && *s <= '9' && n <= RD_PROVOKE_MAX; s++)
		n = n * 10 + (*s - '0');
	*text = s;
	return n <= RD_PROVOKE_MAX ? n : -1;
}

static inline bool rd_provoke_item(struct rd_provocation *into, const char **text)
{
	static const struct rd_provoke_item items[] = {
		{"shrink", 1, RD_PROVOKE_RATE, offsetof(struct rd_provocation, rate)},
		{"scan", 1, 0, offsetof(struct rd_provocation, scan)},
		{"fail", 2, 0, offsetof(struct rd_provocation, fail)},
		{"seed", 1, 0, offsetof(struct rd_provocation, seed)},
	};
	int64_t n;
	size_t i, len;

	for (i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		const char *s = *text, *name = items[i].name;

		for (len = 0; name[len] && s[len] == name[len]; len++)
			;
		if (name[len])
			continue;
		s += len;
		n = items[i].usual;
		if (*s == ':') {
			s++;
			n = rd_provoke_number(&s);
		}
		if (n < items[i].least || (*s && *s != ','))
			return false;
		*(uint32_t *)((char *)into + items[i].field) = (uint32_t)n;
		*text = s;
		return true;
	}
	return false;
}

#define RD_PROVOKE_WANTED "shrink, shrink:RATE, scan:N, fail:N (N from 2 on), seed:S, separated by commas"

/* False: text is no value of provoke=. */
static inline bool rd_provoke_parse(struct rd_provocation *into, const char *text)
{
	*into = (struct rd_provocation){0, 0, 0, 0};
	while (*text) {
		if (!rd_provoke_item(into, &text) || (*text == ',' && !*++text))
			return false;
	}
	if (into->scan && !into->rate)
		into->rate = RD_PROVOKE_RATE;
	return !into->seed || into->fail;
}

#endif
