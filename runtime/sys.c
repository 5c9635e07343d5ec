// SPDX-License-Identifier: MIT
/* sys.c - see sys.h. */
#include "sys.h"
#include "thread.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>

static uint64_t now(int clock)
{
	struct timespec ts = {0, 0};

	rd_sys(SYS_clock_gettime, clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

uint64_t rd_now_monotonic(void)
{
	return now(CLOCK_MONOTONIC);
}

uint64_t rd_now_realtime(void)
{
	return now(CLOCK_REALTIME);
}

/* The kernel reads the set before it looks at `how`, which is none that exists: EINVAL when it could. */
static int page_readable(uint64_t address)
{
	return rd_sys(SYS_rt_sigprocmask, ~0u >> 1, address & ~4095ull, 0, 8) == -EINVAL;
}

/* Where a sandbox refuses process_vm_readv: look first, then read. */
static int peek_pages(void *dst, const void *src, size_t n)
{
	uint64_t p;

	for (p = (uint64_t)src & ~4095ull; p < (uint64_t)src + n; p += 4096) {
		if (!page_readable(p))
			return -EFAULT;
	}
	memcpy(dst, src, n);
	return 0;
}

/* By thread: the process's first one may be gone, and its memory with it. */
static uint32_t this_thread(void)
{
	const struct rd_thread *t = rd_self;

	return t && t->tid && !t->vfork ? t->tid : rd_gettid();
}

int rd_peek(void *dst, const void *src, size_t n)
{
	struct iovec local = {dst, n}, remote = {(void *)src, n};
	long got = rd_sys(SYS_process_vm_readv, this_thread(), &local, 1, &remote, 1, 0);

	if (got == (long)n)
		return 0;
	return got == -EFAULT || got >= 0 ? -EFAULT : peek_pages(dst, src, n);
}

int rd_peek_all(void *dst, size_t stride, const struct rd_peek *peek, unsigned count)
{
	struct iovec local[RD_PEEKS], remote[RD_PEEKS];
	size_t total = 0;
	unsigned i;

	for (i = 0; i < count; i++) {
		local[i] = (struct iovec){(char *)dst + i * stride, peek[i].n};
		remote[i] = (struct iovec){(void *)peek[i].src, peek[i].n};
		total += peek[i].n;
	}
	return rd_sys(SYS_process_vm_readv, this_thread(), local, count, remote, count, 0) == (long)total ? 0 : -EFAULT;
}
