// SPDX-License-Identifier: MIT
/* call.c - see call.h. */
#include "call.h"
#include "unwind_cfi.h"

#include <string.h>

#define FUNCTION_MAX (1u << 20)
#define CALL_SIZE 5	 /* e8 and a displacement */
#define SLOT_CALL_SIZE 6 /* ff 15 and a displacement */
#define SLOT_JUMP_SIZE 6 /* ff 25 and a displacement */

static int32_t displacement(const uint8_t *p)
{
	int32_t d;

	memcpy(&d, p, sizeof(d));
	return d;
}

/* Where the slot leads that the instruction before `next` names; 0: nowhere. */
static uint64_t slot_at(const uint8_t *next)
{
	uint64_t slot = (uint64_t)next + (uint64_t)(int64_t)displacement(next - 4);
	struct rd_span span = {0, 0};
	uint64_t value;

	return slot % 8 == 0 && rd_load(&span, slot, &value) ? value : 0;
}

/* A PLT entry: an optional endbr64, an optional bnd prefix, and a jump through a slot. */
static uint64_t plt_leads_to(const struct rd_unwind_module *m, uint64_t entry)
{
	static const uint8_t endbr64[] = {0xf3, 0x0f, 0x1e, 0xfa};
	const uint8_t *p = (const uint8_t *)entry;

	if (entry < m->start || entry + sizeof(endbr64) + 1 + SLOT_JUMP_SIZE > m->end)
		return 0;
	if (memcmp(p, endbr64, sizeof(endbr64)) == 0)
		p += sizeof(endbr64);
	if (*p == 0xf2)
		p++;
	return p[0] == 0xff && p[1] == 0x25 ? slot_at(p + SLOT_JUMP_SIZE) : 0;
}

/* The size of the call at p if it goes to `target`, else 0. */
static size_t call_to(const struct rd_unwind_module *m, const uint8_t *p, const uint8_t *end,
		      uint64_t target)
{
	uint64_t to;

	if (*p == 0xe8 && p + CALL_SIZE <= end) {
		to = (uint64_t)p + CALL_SIZE + (uint64_t)(int64_t)displacement(p + 1);
		return to == target || plt_leads_to(m, to) == target ? CALL_SIZE : 0;
	}
	if (*p == 0xff && p + SLOT_CALL_SIZE <= end && p[1] == 0x15)
		return slot_at(p + SLOT_CALL_SIZE) == target ? SLOT_CALL_SIZE : 0;
	return 0;
}

unsigned rd_calls_to(uint64_t caller, uint64_t callee, uint64_t *at)
{
	struct rd_unwind_module m;
	struct rd_fde f, target;
	const uint8_t *p, *end;
	unsigned found = 0;

	if (!rd_module_find(callee - 1, &m) || !rd_fde_find(&m, callee - 1, &target) ||
	    !rd_module_find(caller - 1, &m) || !rd_fde_find(&m, caller - 1, &f) ||
	    f.end - f.start > FUNCTION_MAX || f.start < m.start || f.end > m.end)
		return 0;
	end = (const uint8_t *)f.end;
	for (p = (const uint8_t *)f.start; p < end && found < 2; p++) {
		size_t n = call_to(&m, p, end, target.start);

		if (n) {
			*at = (uint64_t)p + n;
			found++;
		}
	}
	return found;
}
