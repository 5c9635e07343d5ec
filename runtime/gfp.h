/* SPDX-License-Identifier: MIT */
/*
 * gfp.h - what a mask reaches. Semantics: the kernel's current_gfp_context() and
 * __need_reclaim(), with a domain of its own for each of reclaim, IO and FS. Pure functions.
 */
#ifndef RECLAIMDEP_GFP_H
#define RECLAIMDEP_GFP_H

#include <stdint.h>

/* A set of domains; bit n stands for class n + 1 (enum rdep_domain_class). */
#define RD_DOMAIN_RECLAIM 1u
#define RD_DOMAIN_IO 2u
#define RD_DOMAIN_FS 4u

/* A domain as an instance: one, at an address that no lock has. */
#define RD_DOMAIN_ADDRESS(cls) ((uint64_t)(0x100 + (cls)))

/* Takes options.gfp_layout. */
void rd_gfp_start(void);

/* The mask after the thread's scopes (RDEP_SCOPE_*). */
uint32_t rd_gfp_effective(uint32_t gfp, uint32_t scope);

/* The domains that an allocation with this effective mask may enter. */
unsigned rd_gfp_domains(uint32_t effective, uint32_t scope);

#endif
