/* SPDX-License-Identifier: MIT */
/*
 * strings_fuzz.c - what values of text options mean: masks' layouts, pairs of scope functions, what
 * is provoked, and the lists of names in skip=, wrapper= and novalidate=.
 *
 * An input is a value, and behind a newline the name that it is tried on.
 */
#include <stdlib.h>
#include <string.h>
#include "runtime/options.h"
#include "runtime/skip_option.h"
#include "runtime/option_check.h"
/* For what it keeps to itself. */
#include "runtime/wrapper.c"
#include "tests/fuzz/fuzz.h"

static void check_layout(const char *value)
{
	struct rd_gfp_layout l;
	unsigned bit;

	if (!rd_gfp_layout_parse(&l, value))
		return;
	for (bit = 0; bit < 32; bit++)
		if (!(l.known >> bit & 1) && (l.gives[bit] || l.takes[bit]))
			fuzz_wrong("a bit that is not known means something");
}

static void check_names(const char *value, const char *name)
{
	bool told = false;

	rd_skip_names(value, name);
	if (strlen(value) >= sizeof(rd_options.wrapper))
		return;
	strcpy(rd_options.wrapper, value);
	strcpy(rd_options.novalidate, value);
	is_wrapper(name, &told);
	novalidate(name);
}

/* By another way than rd_glob()'s, on what is short enough for it. */
static bool matches(const char *p, const char *s)
{
	if (!*p)
		return !*s;
	if (*p == '*')
		return matches(p + 1, s) || (*s && matches(p, s + 1));
	return *s && (*p == '?' || *p == *s) && matches(p + 1, s + 1);
}

static void check_glob(const char *pattern, const char *name)
{
	const char *p;
	size_t stars = 0;

	for (p = pattern; *p; p++)
		stars += *p == '*';
	if (stars < 4 && strlen(name) < 24 &&
	    rd_glob(pattern, pattern + strlen(pattern), name) != matches(pattern, name))
		fuzz_wrong("two ways of matching differ");
	rd_glob(pattern, pattern + strlen(pattern), name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd_provocation provocation;
	struct rd_scope_pairs pairs;
	char *value = malloc(size + 2), *name;

	memcpy(value, data, size);
	value[size] = value[size + 1] = 0;
	name = value + strcspn(value, "\n");
	if (*name)
		*name++ = 0;
	check_layout(value);
	rd_provoke_parse(&provocation, value);
	rd_scope_pairs_parse(&pairs, value);
	check_names(value, name);
	check_glob(value, name);
	free(value);
	return 0;
}

static char *seed(unsigned i, size_t *size)
{
	static const char *const seeds[] = {
		"6.12",
		"IO=1,FS=2,DIRECT_RECLAIM=3,NO_KSWAPD=4,OTHER=31\nx",
		"shrink:7,scan:100,fail:3,seed:9",
		"fs_begin/fs_end,NOFS:a/b",
		"sh,bash,ca?,*make*\n/usr/bin/cmake",
		"my_mutex_init,zfs_*\nmy_mutex_init",
		"tm_*/mutex,pool/rwlock,x/sem\ntm_lock",
		"*a*b*\nxxaxxbxx",
	};

	return i < sizeof(seeds) / sizeof(*seeds) ? fuzz_text(seeds[i], size) : NULL;
}

static const char *const words[] = {
	"KERNEL=",    "NOFS=",	 "NOIO=", "WAIT=", "RECLAIM=", "NO_KSWAPD=", "OTHER=",
	"shrink",     "shrink:", "scan:", "fail:", "seed:",    "/mutex",     "/rwlock",
	"/spin",      "/sem",	 "none",  "NOFS:", "NOIO:",    "NORECLAIM:", "PIN:",
	"4294967295", "31",	 "32",	  NULL};

const struct fuzz fuzz = {
	.name = "strings",
	.good = "they mean something, or nothing",
	.text = true,
	.words = words,
	.seed = seed,
};
