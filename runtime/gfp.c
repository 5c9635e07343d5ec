// SPDX-License-Identifier: MIT
/* gfp.c - masks as the program numbers them, to canonical bits. */
#include "gfp.h"
#include "event.h"
#include "gfp_layout.h"
#include "options.h"
#include "record.h"
#include "text.h"

#include <string.h>

static struct rd_gfp_layout layout;

void rd_gfp_start(void)
{
	if (!rd_gfp_layout_parse(&layout, rd_options.gfp_layout))
		rd_gfp_layout_parse(&layout, "6.12");
}

/* Once for each mask, as far as there is room to remember which. */
#define UNKNOWN_SAID 16
static void say_unknown(uint32_t raw)
{
	static uint32_t said[UNKNOWN_SAID], rooms;
	uint32_t i, n = __atomic_load_n(&rooms, __ATOMIC_RELAXED);
	char buf[160];
	struct rd_text t = rd_text_in(buf, sizeof(buf));

	if (!rd_up())
		return;
	rd_count(RDEP_C_GFP_UNKNOWN);
	for (i = 0; i < n && i < UNKNOWN_SAID; i++) {
		if (said[i] == raw)
			return;
	}
	i = n < UNKNOWN_SAID ? __atomic_fetch_add(&rooms, 1, __ATOMIC_RELAXED) : n;
	if (i >= UNKNOWN_SAID)
		return;
	said[i] = raw;
	rd_text_str(&t, "the gfp mask ");
	rd_text_hex(&t, raw);
	rd_text_str(&t, " has bits that gfp_layout=");
	rd_text_str(&t, strlen(rd_options.gfp_layout) > 40 ? "..." : rd_options.gfp_layout);
	rd_text_str(&t, " does not know: ");
	rd_text_hex(&t, raw & ~layout.known);
	rd_note(buf);
}

static __attribute__((noinline)) uint32_t translate(uint32_t raw)
{
	uint32_t gfp, taken = 0, bits;

	if (rd_unlikely(!layout.known))
		rd_gfp_start();
	gfp = layout.always;
	for (bits = raw & layout.known; bits; bits &= bits - 1) {
		unsigned i = (unsigned)__builtin_ctz(bits);

		gfp |= layout.gives[i];
		taken |= layout.takes[i];
	}
	if (rd_unlikely(raw & ~layout.known))
		say_unknown(raw);
	return gfp & ~taken;
}

/* One mask comes after another that is the same. */
uint32_t rd_gfp(unsigned long passed)
{
	uint32_t raw = (uint32_t)passed, gfp;
	struct rd_thread *t = rd_self;

	if (t && t->mask && (uint32_t)t->mask == raw)
		return (uint32_t)(t->mask >> 32);
	gfp = translate(raw);
	if (t && !(raw & ~layout.known))
		t->mask = (uint64_t)gfp << 32 | raw;
	return gfp;
}

uint32_t rd_gfp_effective(uint32_t gfp, uint32_t scope)
{
	if (scope & RDEP_SCOPE_PIN)
		gfp &= ~(uint32_t)RDEP_GFP_MOVABLE;
	if (scope & (RDEP_SCOPE_NOIO | RDEP_SCOPE_FLUSHER))
		return gfp & ~(uint32_t)(RDEP_GFP_IO | RDEP_GFP_FS);
	if (scope & RDEP_SCOPE_NOFS)
		return gfp & ~(uint32_t)RDEP_GFP_FS;
	return gfp;
}

unsigned rd_gfp_domains(uint32_t gfp, uint32_t scope)
{
	unsigned domains = RD_DOMAIN_RECLAIM;

	if (!(gfp & RDEP_GFP_DIRECT_RECLAIM) || gfp & RDEP_GFP_NOLOCKDEP || scope & RDEP_SCOPE_NORECLAIM)
		return 0;
	if (gfp & RDEP_GFP_IO)
		domains |= RD_DOMAIN_IO;
	if (gfp & RDEP_GFP_FS)
		domains |= RD_DOMAIN_FS;
	return domains;
}
