// SPDX-License-Identifier: MIT
/* limits.c - see limits.h. */
#include "limits.h"
#include "event.h"
#include "record.h"

#include <string.h>

static uint32_t met;

static const char *const texts[] = {
#define LIMIT(sym, text) text,
#include "limits.def"
#undef LIMIT
};

static bool is_first(enum rd_limit l)
{
	return !(__atomic_fetch_or(&met, 1u << l, __ATOMIC_RELAXED) >> l & 1);
}

void rd_limit_met(enum rd_limit l)
{
	if (is_first(l))
		rd_note(texts[l]);
}

void rd_limit_met_locked(enum rd_limit l)
{
	if (is_first(l))
		rd_record_put(RDEP_NOTE, texts[l], strlen(texts[l]), NULL, 0);
}

void rd_limits_reset(void)
{
	met = 0;
}
