// SPDX-License-Identifier: MIT
/* sleep.c - see sleep.h. */
#include "sleep.h"
#include "sys.h"
#include "text.h"

#include <fcntl.h>

/* Numbers of /proc/self/task/TID/syscall: the call, its six arguments, stack pointer and pc. */
enum { CALL, ARG, SP = 7, PC, NUMBERS };

static int digit_of(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "202 0x... 0x... ...", or "running", or "-1 0xSP 0xPC". */
static bool parse(const char *p, const char *end, uint64_t numbers[NUMBERS])
{
	unsigned i;

	for (i = 0; i < NUMBERS; i++) {
		unsigned base = i == CALL ? 10 : 16;
		uint64_t value = 0;

		if (i > CALL) {
			if (end - p < 3 || p[0] != ' ' || p[1] != '0' || p[2] != 'x')
				return false;
			p += 3;
		}
		if (p == end || digit_of(*p) < 0 || digit_of(*p) >= (int)base)
			return false;
		for (; p < end && digit_of(*p) >= 0; p++)
			value = value * base + (unsigned)digit_of(*p);
		numbers[i] = value;
	}
	return true;
}

bool rd_sleeps(uint32_t tid, struct rd_sleep *s)
{
	char room[256];
	struct rd_text path = rd_text_in(room, sizeof(room));
	uint64_t numbers[NUMBERS];
	long fd, n;

	rd_text_str(&path, "/proc/self/task/");
	rd_text_dec(&path, tid);
	rd_text_str(&path, "/syscall");
	fd = rd_sys(SYS_open, room, O_RDONLY | O_CLOEXEC, 0);
	if (rd_sys_failed(fd))
		return false;
	n = rd_sys(SYS_read, fd, room, sizeof(room));
	rd_sys(SYS_close, fd);
	if (rd_sys_failed(n) || !parse(room, room + n, numbers))
		return false;
	*s = (struct rd_sleep){numbers[CALL], numbers[ARG], numbers[SP], numbers[PC]};
	return true;
}
