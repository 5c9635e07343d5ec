// SPDX-License-Identifier: MIT
/* gfp.c - masks as the program numbers them, to canonical bits. */
#include "event.h"
#include "gfp.h"

#include <stddef.h>

static const struct {
	uint32_t canonical;
	uint32_t bit;
} linux612[] = {
#define GFP_BIT(layout, name, number) {RDEP_GFP_##name, number},
#include "gfp_layouts.def"
#undef GFP_BIT
};

uint32_t rd_gfp(unsigned long raw)
{
	uint32_t gfp = 0;
	size_t i;

	for (i = 0; i < sizeof(linux612) / sizeof(*linux612); i++) {
		if (raw >> linux612[i].bit & 1)
			gfp |= linux612[i].canonical;
	}
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
