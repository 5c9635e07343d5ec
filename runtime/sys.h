/* SPDX-License-Identifier: MIT */
/*
 * sys.h - raw system calls: what the runtime may use inside the target.
 *
 * libc's wrappers are cancellation points, set errno, or can be interposed by
 * the target. These do none of that: they return the kernel's value, -errno on
 * failure, and are async-signal-safe.
 */
#ifndef RECLAIMDEP_SYS_H
#define RECLAIMDEP_SYS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

#if !defined(__x86_64__) || !defined(__linux__)
#error "reclaimdep's runtime knows x86-64 Linux only"
#endif

static inline long rd_syscall(long nr, long a, long b, long c, long d, long e, long f)
{
	long ret;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

#define RD_SYS_PICK(_1, _2, _3, _4, _5, _6, _7, name, ...) name
#define rd_sys(...)                                                                                \
	RD_SYS_PICK(__VA_ARGS__, rd_sys6, rd_sys5, rd_sys4, rd_sys3, rd_sys2, rd_sys1, rd_sys0)    \
	(__VA_ARGS__)
#define rd_sys0(n) rd_syscall(n, 0, 0, 0, 0, 0, 0)
#define rd_sys1(n, a) rd_syscall(n, (long)(a), 0, 0, 0, 0, 0)
#define rd_sys2(n, a, b) rd_syscall(n, (long)(a), (long)(b), 0, 0, 0, 0)
#define rd_sys3(n, a, b, c) rd_syscall(n, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define rd_sys4(n, a, b, c, d) rd_syscall(n, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define rd_sys5(n, a, b, c, d, e)                                                                  \
	rd_syscall(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)
#define rd_sys6(n, a, b, c, d, e, f)                                                               \
	rd_syscall(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

#define rd_likely(x) __builtin_expect(!!(x), 1)
#define rd_unlikely(x) __builtin_expect(!!(x), 0)

/* Everything shared between a thread and its own signal handlers is ordered by
 * the compiler only. */
#define rd_signal_fence() __atomic_signal_fence(__ATOMIC_SEQ_CST)

static inline int rd_sys_failed(long ret)
{
	return (unsigned long)ret > -4096ul;
}

static inline uint32_t rd_gettid(void)
{
	return (uint32_t)rd_sys(SYS_gettid);
}

/* Nanoseconds of CLOCK_MONOTONIC / CLOCK_REALTIME. */
uint64_t rd_now_monotonic(void);
uint64_t rd_now_realtime(void);

/*
 * Copies n bytes from an address of this process that may not be mapped.
 * Returns 0, or -EFAULT with dst undefined. One system call.
 */
int rd_peek(void *dst, const void *src, size_t n);

/* The same for several places, up to RD_PEEKS, into an array whose elements are `stride` bytes apart. One that
 * can't be read fails them all. One system call. */
#define RD_PEEKS 16
struct rd_peek {
	const void *src;
	size_t n;
};
int rd_peek_all(void *dst, size_t stride, const struct rd_peek *peek, unsigned count);

#endif
