/* SPDX-License-Identifier: MIT */
/*
 * unwind_regs.h - the registers that a walk begins with.
 */
#ifndef RECLAIMDEP_UNWIND_REGS_H
#define RECLAIMDEP_UNWIND_REGS_H

#include <stdint.h>

/* DWARF's numbers of the registers. */
enum { RD_RBX = 3, RD_RBP = 6, RD_RSP = 7, RD_R12 = 12, RD_RIP = 16, RD_REGS = 17 };

struct rd_regs {
	uint64_t reg[RD_REGS];
	uint32_t known; /* bit per register */
};

/* The registers that a caller gets back, as they are at this point of the function that says it. */
static inline __attribute__((always_inline)) void rd_regs_here(struct rd_regs *r)
{
	__asm__ volatile("movq %%rbx, 24(%0)\n\t"
			 "movq %%rbp, 48(%0)\n\t"
			 "movq %%rsp, 56(%0)\n\t"
			 "movq %%r12, 96(%0)\n\t"
			 "movq %%r13, 104(%0)\n\t"
			 "movq %%r14, 112(%0)\n\t"
			 "movq %%r15, 120(%0)\n\t"
			 "leaq 0(%%rip), %%rax\n\t"
			 "movq %%rax, 128(%0)"
			 :
			 : "r"(r->reg)
			 : "rax", "memory");
	r->known = 1u << RD_RBX | 1u << RD_RBP | 1u << RD_RSP | 0xfu << RD_R12 | 1u << RD_RIP;
}

/* All that rd_regs_here() tells. */
static inline void rd_regs_copy(struct rd_regs *to, const struct rd_regs *from)
{
	unsigned r;

	to->reg[RD_RBX] = from->reg[RD_RBX];
	to->reg[RD_RBP] = from->reg[RD_RBP];
	to->reg[RD_RSP] = from->reg[RD_RSP];
	to->reg[RD_RIP] = from->reg[RD_RIP];
	for (r = RD_R12; r < RD_RIP; r++)
		to->reg[r] = from->reg[r];
	to->known = from->known;
}

#endif
