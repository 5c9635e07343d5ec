/* SPDX-License-Identifier: MIT */
/*
 * gfp_layout.h - what the option gfp_layout= says. For the runtime and the command alike.
 *
 * The name of a layout of gfp_layouts.def, or NAME=BIT,NAME=BIT,...: canonical names without
 * __GFP_, the kernel's own combinations as one bit for shims that have them so, NO_KSWAPD, and
 * OTHER for bits that say nothing about reclaim.
 */
#ifndef RECLAIMDEP_GFP_LAYOUT_H
#define RECLAIMDEP_GFP_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "record_layout.h"

struct rd_gfp_layout {
	uint32_t known;	    /* bits of the program's that mean anything */
	uint32_t always;    /* canonical bits that are there unless a bit takes them away */
	uint32_t gives[32]; /* canonical bits by the program's bit */
	uint32_t takes[32];
};

#define RD_GFP_LAYOUT_WANTED                                                                       \
	"6.12, 5.10, 3.10, or NAME=BIT,NAME=BIT,... with BIT from 0 to 31, each once"

/* One line of gfp_layouts.def. */
struct rd_gfp_bit {
	uint8_t layout, number;
	uint32_t gives, takes;
};

enum { RD_GFP_linux612, RD_GFP_linux510, RD_GFP_linux310 };

static inline bool rd_gfp_named_layout(struct rd_gfp_layout *into, unsigned layout)
{
	static const struct rd_gfp_bit bits[] = {
#define GFP_BIT(layout, name, number) {RD_GFP_##layout, number, RDEP_GFP_##name, 0},
#define GFP_NOT(layout, name, number) {RD_GFP_##layout, number, 0, RDEP_GFP_##name},
#define GFP_OTHER(layout, number) {RD_GFP_##layout, number, 0, 0},
#include "gfp_layouts.def"
#undef GFP_BIT
#undef GFP_NOT
#undef GFP_OTHER
	};
	size_t i;

	for (i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		if (bits[i].layout != layout)
			continue;
		into->known |= 1u << bits[i].number;
		into->gives[bits[i].number] = bits[i].gives;
		into->takes[bits[i].number] = bits[i].takes;
		into->always |= bits[i].takes;
	}
	return true;
}

/* Does text begin with word, and then end or go on with c? Returns what comes after the word, or
 * NULL. */
static inline const char *rd_gfp_word(const char *text, const char *word, char c)
{
	while (*word && *text == *word) {
		text++;
		word++;
	}
	return !*word && *text == c ? text : NULL;
}

/* NAME=BIT at *text. */
static inline bool rd_gfp_item(struct rd_gfp_layout *into, const char **text)
{
	static const struct {
		const char *name;
		uint32_t gives, takes;
	} names[] = {
		{"DIRECT_RECLAIM", RDEP_GFP_DIRECT_RECLAIM, 0},
		{"KSWAPD_RECLAIM", RDEP_GFP_KSWAPD_RECLAIM, 0},
		{"IO", RDEP_GFP_IO, 0},
		{"FS", RDEP_GFP_FS, 0},
		{"HIGH", RDEP_GFP_HIGH, 0},
		{"NOFAIL", RDEP_GFP_NOFAIL, 0},
		{"NORETRY", RDEP_GFP_NORETRY, 0},
		{"RETRY_MAYFAIL", RDEP_GFP_RETRY_MAYFAIL, 0},
		{"NOWARN", RDEP_GFP_NOWARN, 0},
		{"ZERO", RDEP_GFP_ZERO, 0},
		{"MOVABLE", RDEP_GFP_MOVABLE, 0},
		{"ACCOUNT", RDEP_GFP_ACCOUNT, 0},
		{"MEMALLOC", RDEP_GFP_MEMALLOC, 0},
		{"NOMEMALLOC", RDEP_GFP_NOMEMALLOC, 0},
		{"NOLOCKDEP", RDEP_GFP_NOLOCKDEP, 0},
		{"HARDWALL", RDEP_GFP_HARDWALL, 0},
		{"HIGHMEM", RDEP_GFP_HIGHMEM, 0},
		{"WAIT", RDEP_GFP_DIRECT_RECLAIM, 0},
		{"RECLAIM", RDEP_GFP_NOIO, 0},
		{"KERNEL", RDEP_GFP_KERNEL, 0},
		{"NOFS", RDEP_GFP_NOFS, 0},
		{"NOIO", RDEP_GFP_NOIO, 0},
		{"NO_KSWAPD", 0, RDEP_GFP_KSWAPD_RECLAIM},
		{"OTHER", 0, 0},
	};
	const char *s = NULL;
	unsigned bit = 0;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]) && !s; i++)
		s = rd_gfp_word(*text, names[i].name, '=');
	if (!s || s[1] < '0' || s[1] > '9')
		return false;
	for (s++; *s >= '0' && *s <= '9' && bit < 32; s++)
		bit = bit * 10 + (unsigned)(*s - '0');
	if (bit > 31 || (*s && *s != ',') || into->known >> bit & 1)
		return false;
	into->known |= 1u << bit;
	into->gives[bit] = names[i - 1].gives;
	into->takes[bit] = names[i - 1].takes;
	into->always |= names[i - 1].takes;
	*text = s;
	return true;
}

/* False: text is no value of gfp_layout=. */
static inline bool rd_gfp_layout_parse(struct rd_gfp_layout *into, const char *text)
{
	static const char *const layouts[] = {
		[RD_GFP_linux612] = "6.12", [RD_GFP_linux510] = "5.10", [RD_GFP_linux310] = "3.10"};
	unsigned i;

	__builtin_memset(into, 0, sizeof(*into));
	for (i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		if (rd_gfp_word(text, layouts[i], '\0'))
			return rd_gfp_named_layout(into, i);
	}
	while (rd_gfp_item(into, &text)) {
		if (!*text++)
			return true;
	}
	return false;
}

#endif
