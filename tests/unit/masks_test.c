/* SPDX-License-Identifier: MIT */
/*
 * masks_test.c - what a mask reaches, over every combination of canonical bits and scopes, and how
 * masks are numbered, over every layout. What is expected stands in tables of its own: one rule for
 * a domain or a bit, in place of one step after the other; and named masks as the kernels print
 * them.
 */
#include <string.h>
#include "../../runtime/gfp.h"
#include "../../runtime/event.h"
#include "../../runtime/gfp_layout.h"
#include "../../runtime/option_check.h"
#include "../../runtime/options.h"
#include "tap.h"

#define NOIO_SCOPES (RDEP_SCOPE_NOIO | RDEP_SCOPE_FLUSHER)
#define NOFS_SCOPES (NOIO_SCOPES | RDEP_SCOPE_NOFS)

/* When a domain is reached: the mask has all of `needs`, none of `without`, and none of the scopes
 * is open. */
static const struct {
	unsigned domain;
	uint32_t needs, without, scopes;
} domain_rules[] = {
	{RD_DOMAIN_RECLAIM, RDEP_GFP_DIRECT_RECLAIM, RDEP_GFP_NOLOCKDEP, RDEP_SCOPE_NORECLAIM},
	{RD_DOMAIN_IO, RDEP_GFP_DIRECT_RECLAIM | RDEP_GFP_IO, RDEP_GFP_NOLOCKDEP,
	 RDEP_SCOPE_NORECLAIM | NOIO_SCOPES},
	{RD_DOMAIN_FS, RDEP_GFP_DIRECT_RECLAIM | RDEP_GFP_FS, RDEP_GFP_NOLOCKDEP,
	 RDEP_SCOPE_NORECLAIM | NOFS_SCOPES},
};

/* Which scopes take a bit away; all others leave it. */
static const struct {
	uint32_t bit, scopes;
} bit_rules[] = {
	{RDEP_GFP_IO, NOIO_SCOPES},
	{RDEP_GFP_FS, NOFS_SCOPES},
	{RDEP_GFP_MOVABLE, RDEP_SCOPE_PIN},
};

#define ALL_BITS 0x1ffffu
#define ALL_SCOPES 31u

static unsigned domains_by_rule(uint32_t gfp, uint32_t scope)
{
	unsigned domains = 0;
	size_t i;

	for (i = 0; i < sizeof(domain_rules) / sizeof(domain_rules[0]); i++)
		if ((gfp & domain_rules[i].needs) == domain_rules[i].needs &&
		    !(gfp & domain_rules[i].without) && !(scope & domain_rules[i].scopes))
			domains |= domain_rules[i].domain;
	return domains;
}

static uint32_t effective_by_rule(uint32_t gfp, uint32_t scope)
{
	size_t i;

	for (i = 0; i < sizeof(bit_rules) / sizeof(bit_rules[0]); i++)
		if (scope & bit_rules[i].scopes)
			gfp &= ~bit_rules[i].bit;
	return gfp;
}

static void every_mask(void)
{
	uint32_t gfp, scope, wrong = 0, all = 0;

	for (gfp = 0; gfp <= ALL_BITS; gfp++) {
		for (scope = 0; scope <= ALL_SCOPES; scope++) {
			uint32_t effective = rd_gfp_effective(gfp, scope);

			all++;
			if (effective == effective_by_rule(gfp, scope) &&
			    rd_gfp_domains(effective, scope) == domains_by_rule(gfp, scope))
				continue;
			if (!wrong++)
				tap_note("mask 0x%x, scopes 0x%x: effective 0x%x, domains %u, "
					 "wanted 0x%x, %u",
					 gfp, scope, effective, rd_gfp_domains(effective, scope),
					 effective_by_rule(gfp, scope),
					 domains_by_rule(gfp, scope));
		}
	}
	tap_ok(!wrong, "%u masks and scopes, %u wrong", all, wrong);
}

/* ---- layouts ---- */

/* Masks as the headers of these kernels have them. */
static const struct {
	const char *layout, *name;
	uint32_t raw, canonical;
} named[] = {
	{"6.12", "GFP_KERNEL", 0xcc0, RDEP_GFP_KERNEL},
	{"6.12", "GFP_NOFS", 0xc40, RDEP_GFP_NOFS},
	{"6.12", "GFP_NOIO", 0xc00, RDEP_GFP_NOIO},
	{"6.12", "GFP_ATOMIC", 0x820, RDEP_GFP_HIGH | RDEP_GFP_KSWAPD_RECLAIM},
	{"6.12", "GFP_NOWAIT", 0x2800, RDEP_GFP_KSWAPD_RECLAIM | RDEP_GFP_NOWARN},
	{"6.12", "GFP_USER", 0x100cc0, RDEP_GFP_KERNEL | RDEP_GFP_HARDWALL},
	{"6.12", "GFP_KERNEL_ACCOUNT", 0x400cc0, RDEP_GFP_KERNEL | RDEP_GFP_ACCOUNT},
	{"6.12", "GFP_KERNEL|__GFP_NOLOCKDEP", 0x1000cc0, RDEP_GFP_KERNEL | RDEP_GFP_NOLOCKDEP},
	{"6.12", "GFP_KERNEL|__GFP_ZERO|__GFP_NOFAIL", 0x8dc0,
	 RDEP_GFP_KERNEL | RDEP_GFP_ZERO | RDEP_GFP_NOFAIL},
	{"6.12", "GFP_HIGHUSER_MOVABLE", 0x100cca,
	 RDEP_GFP_KERNEL | RDEP_GFP_HARDWALL | RDEP_GFP_HIGHMEM | RDEP_GFP_MOVABLE},
	{"5.10", "GFP_KERNEL", 0xcc0, RDEP_GFP_KERNEL},
	{"5.10", "GFP_NOFS", 0xc40, RDEP_GFP_NOFS},
	{"5.10", "GFP_ATOMIC", 0xa20, RDEP_GFP_HIGH | RDEP_GFP_KSWAPD_RECLAIM},
	{"5.10", "GFP_NOWAIT", 0x800, RDEP_GFP_KSWAPD_RECLAIM},
	{"5.10", "GFP_KERNEL|__GFP_NOLOCKDEP", 0x800cc0, RDEP_GFP_KERNEL | RDEP_GFP_NOLOCKDEP},
	{"3.10", "GFP_KERNEL", 0xd0, RDEP_GFP_KERNEL},
	{"3.10", "GFP_NOFS", 0x50, RDEP_GFP_NOFS},
	{"3.10", "GFP_NOIO", 0x10, RDEP_GFP_NOIO},
	{"3.10", "GFP_ATOMIC", 0x20, RDEP_GFP_HIGH | RDEP_GFP_KSWAPD_RECLAIM},
	{"3.10", "GFP_NOWAIT", 0, RDEP_GFP_KSWAPD_RECLAIM},
	{"3.10", "GFP_IOFS", 0xc0, RDEP_GFP_IO | RDEP_GFP_FS | RDEP_GFP_KSWAPD_RECLAIM},
	{"3.10", "GFP_USER", 0x200d0, RDEP_GFP_KERNEL | RDEP_GFP_HARDWALL},
	{"3.10", "GFP_KERNEL|__GFP_ZERO", 0x80d0, RDEP_GFP_KERNEL | RDEP_GFP_ZERO},
	{"3.10", "GFP_KERNEL|__GFP_NO_KSWAPD", 0x4000d0,
	 RDEP_GFP_KERNEL & ~RDEP_GFP_KSWAPD_RECLAIM},
	{"KERNEL=1,ZERO=0,NOFS=31", "one bit for GFP_KERNEL", 2, RDEP_GFP_KERNEL},
	{"KERNEL=1,ZERO=0,NOFS=31", "the last bit", 0x80000000u, RDEP_GFP_NOFS},
	{"KERNEL=1,ZERO=0,NOFS=31", "none", 0, 0},
	{"WAIT=4,NO_KSWAPD=5,OTHER=6,HIGH=7", "kswapd forbidden", 0x70, RDEP_GFP_DIRECT_RECLAIM},
	{"WAIT=4,NO_KSWAPD=5,OTHER=6,HIGH=7", "and not", 0x50, RDEP_GFP_NOIO},
};

static void layouts(void)
{
	size_t i;

	for (i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		uint32_t gfp;

		strcpy(rd_options.gfp_layout, named[i].layout);
		rd_gfp_start();
		gfp = rd_gfp(named[i].raw);
		tap_ok(gfp == named[i].canonical, "%s: %s is 0x%x", named[i].layout, named[i].name,
		       gfp);
	}
	tap_ok(rd_gfp(0xffffffff00000050ul) == RDEP_GFP_NOIO,
	       "what stands above 32 bits is nothing");
}

/* Every bit of a layout is known once, and no other. */
static void known_bits(void)
{
	static const struct {
		const char *layout;
		uint32_t known;
	} wanted[] = {
		{"6.12", 0x3fffdff}, {"5.10", 0xffffff}, {"3.10", 0x1ffffff}, {"IO=3,FS=9", 0x208}};
	struct rd_gfp_layout l;
	size_t i;

	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		tap_ok(rd_gfp_layout_parse(&l, wanted[i].layout) && l.known == wanted[i].known,
		       "%s knows 0x%x", wanted[i].layout, l.known);
}

static void texts(void)
{
	static const char *const bad[] = {"",	       "6.1",	"6.120",
					  "IO",	       "IO=",	"IO=x",
					  "IO=32",     "IO=1,", ",IO=1",
					  "IO=1,FS=1", "io=1",	"__GFP_IO=1",
					  "IO=1 FS=2", "IO=-1", "IO=99999999999999999999"};
	static const char *const good[] = {"6.12", "5.10",	  "3.10",
					   "IO=0", "IO=31,FS=30", "DIRECT_RECLAIM=1,OTHER=2"};
	const struct rd_option_check *check = rd_option_check("gfp_layout");
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		tap_ok(!check->is(bad[i]), "no layout: '%s'", bad[i]);
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		tap_ok(check->is(good[i]), "a layout: '%s'", good[i]);
	tap_ok(!rd_option_check("output"), "other options take any text");
}

int main(void)
{
	every_mask();
	layouts();
	known_bits();
	texts();
	return tap_done();
}
