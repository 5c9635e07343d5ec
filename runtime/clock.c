// SPDX-License-Identifier: MIT
/* clock.c - see clock.h. */
#include "clock.h"
#include "sys.h"

#include <cpuid.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>
#include <x86intrin.h>

/* What the counter showed at some moment, and nanoseconds per tick, times 2^32. */
struct rate {
	uint64_t ticks, ns, mult;
};

/* Each rate is measured over at least four times the time of the one before. */
#define FIRST_NS 200000u
#define RATES 20u /* of which none is written again: who reads one may be held up for long */
static struct rate rates[RATES];
static uint32_t rate_now;
static uint32_t refining;
static bool by_tsc;
static int (*vdso)(clockid_t, struct timespec *);

/* ---- the kernel's own ---- */

static const char *vdso_strings(const ElfW(Ehdr) *e, const ElfW(Shdr) *symbols)
{
	const ElfW(Shdr) *s = (const void *)((const char *)e + e->e_shoff);

	return symbols->sh_link < e->e_shnum ? (const char *)e + s[symbols->sh_link].sh_offset : NULL;
}

static void *vdso_find(const char *name)
{
	const ElfW(Ehdr) *e = (const void *)getauxval(AT_SYSINFO_EHDR);
	const ElfW(Shdr) *s;
	unsigned i;

	if (!e || memcmp(e->e_ident, ELFMAG, SELFMAG) || !e->e_shoff)
		return NULL;
	s = (const void *)((const char *)e + e->e_shoff);
	for (i = 0; i < e->e_shnum; i++) {
		const ElfW(Sym) *sym = (const void *)((const char *)e + s[i].sh_offset);
		const char *strings;
		size_t k;

		if (s[i].sh_type != SHT_DYNSYM)
			continue;
		strings = vdso_strings(e, &s[i]);
		for (k = 0; strings && k < s[i].sh_size / sizeof(*sym); k++)
			if (sym[k].st_shndx && !strcmp(strings + sym[k].st_name, name))
				return (char *)e + sym[k].st_value;
	}
	return NULL;
}

static uint64_t kernel_ns(void)
{
	struct timespec ts;

	if (!vdso || vdso(CLOCK_MONOTONIC, &ts))
		return rd_now_monotonic();
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* ---- the counter ---- */

static bool tsc_is_even(void)
{
	unsigned a, b, c, d = 0;

	return __get_cpuid(0x80000007, &a, &b, &c, &d) && d & 1u << 8;
}

/* A kernel that found the processors' counters to differ has another clock. */
static bool tsc_is_trusted(void)
{
	static const char path[] = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
	long fd = rd_sys(SYS_open, path, O_RDONLY | O_CLOEXEC | O_NOCTTY, 0), n;
	char text[8] = {0};

	if (rd_sys_failed(fd))
		return false;
	n = rd_sys(SYS_read, fd, text, sizeof(text) - 1);
	rd_sys(SYS_close, fd);
	return !rd_sys_failed(n) && !strcmp(text, "tsc\n");
}

/* Both at one moment: of a few tries the one that took the shortest. */
static struct rate moment(void)
{
	uint64_t least = UINT64_MAX;
	struct rate r = {0};
	int i;

	for (i = 0; i < 5; i++) {
		uint64_t before = __rdtsc(), ns = kernel_ns(), after = __rdtsc();

		if (after - before < least) {
			least = after - before;
			r.ticks = before + least / 2;
			r.ns = ns;
		}
	}
	return r;
}

static uint64_t mult_between(const struct rate *from, const struct rate *to)
{
	uint64_t ticks = to->ticks - from->ticks;

	return ticks ? (uint64_t)((((unsigned __int128)(to->ns - from->ns)) << 32) / ticks) : 0;
}

void rd_clock_start(void)
{
	struct rate now;

	vdso = (int (*)(clockid_t, struct timespec *))vdso_find("__vdso_clock_gettime");
	if (!tsc_is_even() || !tsc_is_trusted())
		return;
	rates[0] = moment();
	do {
		now = moment();
	} while (now.ns - rates[0].ns < FIRST_NS);
	rates[0].mult = mult_between(&rates[0], &now);
	by_tsc = rates[0].mult != 0;
}

/* From the first moment on: what was a little off before does not become a step. */
void rd_clock_refine(void)
{
	uint32_t i, idle = 0;
	struct rate now;

	if (!by_tsc || !__atomic_compare_exchange_n(&refining, &idle, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return;
	i = rate_now + 1;
	if (i < RATES && rd_clock_ns() - rates[0].ns >= (uint64_t)FIRST_NS << 2 * i) {
		now = moment();
		rates[i] = rates[0];
		rates[i].mult = mult_between(&rates[0], &now);
		__atomic_store_n(&rate_now, i, __ATOMIC_RELEASE);
	}
	__atomic_store_n(&refining, 0, __ATOMIC_RELEASE);
}

uint64_t rd_clock_ns(void)
{
	const struct rate *r;

	if (!by_tsc)
		return kernel_ns();
	r = &rates[__atomic_load_n(&rate_now, __ATOMIC_ACQUIRE)];
	return r->ns + (uint64_t)((unsigned __int128)(__rdtsc() - r->ticks) * r->mult >> 32);
}

const char *rd_clock_source(void)
{
	return by_tsc ? "tsc" : vdso ? "vdso" : "syscall";
}
