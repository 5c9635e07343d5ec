/* SPDX-License-Identifier: MIT */
/*
 * unwind.h - walking the calling thread's stack, inside the target.
 *
 * Two walkers with one result:
 *
 * rd_unwind_full: libunwind through its address-space interface (own accessors,
 * _dl_find_object). libunwind is loaded privately (rd_start_unwinder; dlopen,
 * RTLD_LOCAL): linked, it would export _Unwind_* and capture the target's
 * exceptions. Its local half is never used: that takes the loader's lock and
 * reads through a pipe. libunwind locks mutexes of its own, so the caller holds
 * the runtime lock and has marked the thread busy (the hooks are no-ops there).
 *
 * rd_unwind_fast: a small walker over .eh_frame with a cache of rules per pc.
 * Lock-free and async-signal-safe; handles the CFI that compilers emit (CFA as
 * register + offset with rbp, rsp or a callee-saved base; DWARF expressions of
 * the PLT and of signal frames). It ends, flagged, on anything else. Held against
 * libunwind over many stacks by tests/unit.
 */
#ifndef RECLAIMDEP_UNWIND_H
#define RECLAIMDEP_UNWIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rd_frame {
	uint64_t pc;  /* return address, or the interrupted pc when exact */
	uint64_t cfa; /* the frame's canonical frame address: sp of its caller after return */
	uint8_t exact;
};

#define RD_UNWIND_CUT 1u    /* max reached */
#define RD_UNWIND_BROKEN 4u /* ended on a frame without unwind data */

/*
 * Loads libunwind and creates its address space (it callocs and calls the loader: where the target is about to do
 * that, and has no other threads yet). Returns 0, or -1 with rd_unwind_error() saying
 * why; rd_unwind_full then falls back to rd_unwind_fast. rd_unwind_up() tells.
 */
int rd_unwind_init(void);
const char *rd_unwind_error(void);
int rd_unwind_up(void);

/* Once, before other threads walk: what rd_unwind_fast may know beforehand. Without it that is found each time. */
void rd_unwind_start(void);

/*
 * Both fill frames[] with the stack of the calling thread, from the first frame
 * that lies wholly above `from` (a stack address: the hook's canonical frame
 * address, __builtin_dwarf_cfa() in it), so that frames[0].pc is the return
 * address of the hooked call. Frames of the walkers and of the runtime lie below
 * and do not appear. Return the count; *flags gets RD_UNWIND_*.
 * Memory is read directly, and only inside mapped stack and module memory that
 * the CFI names; a walk that would leave the page-aligned bounds checked by
 * rd_peek ends as BROKEN: a corrupt stack never faults.
 */
size_t rd_unwind_full(struct rd_frame *frames, size_t max, uint64_t from, unsigned *flags);
size_t rd_unwind_fast(struct rd_frame *frames, size_t max, uint64_t from, unsigned *flags);

/*
 * What rd_unwind_full would say, mostly at the price of rd_unwind_fast: a walk of the small walker whose very pcs
 * libunwind found once, frame by frame at the same places, needs no second witness. Of anything else, and wherever the
 * small walker ended BROKEN, libunwind's walk is taken. Needs what rd_unwind_full does.
 */
size_t rd_unwind_confirmed(struct rd_frame *frames, size_t max, uint64_t from, unsigned *flags);
/* How often that asked libunwind, for tests. */
uint32_t rd_unwind_full_walks(void);

/*
 * The stack of another thread that sleeps at pc (a return address, or, when exact, where it is) with that stack pointer,
 * and stays so. Of its registers only these two are known: it ends, BROKEN, at a frame that needs another one which
 * none of the frames inside it has saved.
 */
size_t rd_unwind_sleeping(struct rd_frame *frames, size_t max, uint64_t pc, uint64_t sp, bool exact, uint64_t from,
			  unsigned *flags);

/* Where the function begins that the return address pc lies in (its unwind entry's start); 0: not known.
 * Lock-free, async-signal-safe. */
uint64_t rd_unwind_function(uint64_t pc);

/* In a fork child: libunwind's own locks may have been copied held; only the fast
 * walker is used when `hooked` is 0 (a raw clone). */
void rd_unwind_fork_child(int hooked);

#endif
