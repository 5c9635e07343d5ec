/* SPDX-License-Identifier: MIT */
/*
 * call.h - does one function's code call another?
 *
 * To tell whether a frame that is live now may have made a call that has returned. Read from the
 * machine code: calls to the function itself, through a PLT entry, and through a slot (-fno-plt);
 * not through a register, and no jumps. Lock-free; reads code that unwind data names, and its
 * slots.
 */
#ifndef RECLAIMDEP_CALL_H
#define RECLAIMDEP_CALL_H

#include <stdint.h>

/*
 * Calls in the function around the return address `caller` to the one around the return address
 * `callee`: 0; 1, and *at is that call's return address; or 2 for two and more.
 */
unsigned rd_calls_to(uint64_t caller, uint64_t callee, uint64_t *at);

#endif
