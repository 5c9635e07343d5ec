/* SPDX-License-Identifier: MIT */
/*
 * resolve.c - finding the next function of every hook.
 *
 * Three times:
 * - once, in the constructor or at the first call that comes before it, all of them
 *   (next.h), with dlsym(RTLD_NEXT) where there are several;
 * - while that goes on, for the calls it makes itself (dlsym may allocate);
 * - where RTLD_NEXT knows nobody: by the caller. A plugin loaded RTLD_LOCAL brings
 *   its libstdc++ or its kernel shim in a scope of its own, which the caller's link
 *   map leads to. What was found is remembered per caller.
 *
 * Memory must never meet the wrong heap. Of each family of kernel allocators either
 * everything is somebody else's or everything is reclaimdep's own: where a family has
 * a provider that lacks a name, that name gives no memory and frees none.
 */
#include <dlfcn.h>
#include <errno.h>
#include <gnu/libc-version.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "runtime/event.h"
#include "kernel_own.h"
#include "next.h"
#include "object.h"
#include "resolve.h"
#include "scope.h"

enum family {
	FAMILY_MALLOC,
	FAMILY_MUTEX,
	FAMILY_RWLOCK,
	FAMILY_SPIN,
	FAMILY_COND,
	FAMILY_SEM,
	FAMILY_BARRIER,
	FAMILY_ONCE,
	FAMILY_STDIO,
	FAMILY_MAP,
	FAMILY_FILE,
	FAMILY_LOADER,
	FAMILY_THREAD,
	FAMILY_FORK,
	FAMILY_EXEC,
	FAMILY_PRCTL,
	FAMILY_CONFINE,
	FAMILY_SIGNAL,
	FAMILY_EXIT,
	FAMILY_NEW,
	FAMILY_GUARD,
	FAMILY_GLIB,
	FAMILY_KMALLOC,
	FAMILY_KVMALLOC,
	FAMILY_VMALLOC,
	FAMILY_KMEM_CACHE,
	FAMILY_PAGES,
	FAMILY_SCOPE,
	FAMILY_FSTRANS,
	FAMILY_RECLAIM,
	FAMILY_ANNOTATE,
};

enum class { CLASS_LIBC, CLASS_CXX, CLASS_LIBRARY, CLASS_KERNEL, CLASS_ANNOTATE };

struct hook {
	const char *name;
	const char *version;
	void **slot;
	void *stub;
	void *own;
	uint8_t family;
	uint8_t class;
};

static long absent(void)
{
	return ENOSYS;
}

long rd_own_nothing(void)
{
	return 0;
}

/* What a hook goes on to where nobody else defines the name. */
#define OWN_LIBC(slot) ((void *)absent)
#define OWN_CXX(slot) ((void *)rd_own_##slot)
#define OWN_LIBRARY(slot) ((void *)rd_own_nothing)
#define OWN_KERNEL(slot) ((void *)rd_own_##slot)
#define OWN_ANNOTATE(slot) ((void *)rd_own_nothing)

#define HOOK(name, slot, family, version, class, entry)                                            \
	_Static_assert(CLASS_##class >= 0, "a class of hooks.def");                                \
	OWN_DECLARE_##class(slot)
#define OWN_DECLARE_LIBC(slot)
#define OWN_DECLARE_CXX(slot) extern char rd_own_##slot[] RD_HIDDEN;
#define OWN_DECLARE_LIBRARY(slot)
#define OWN_DECLARE_KERNEL(slot)
#define OWN_DECLARE_ANNOTATE(slot)
#include "hooks.def"
#undef HOOK

static const struct hook hooks[] = {
#define HOOK(name, slot, family, version, class, entry)                                            \
	{#name,		  version,	&rd_next_##slot, rd_stub_##slot, OWN_##class(slot),        \
	 FAMILY_##family, CLASS_##class},
#include "hooks.def"
#undef HOOK
};
#define HOOKS (sizeof(hooks) / sizeof(hooks[0]))

extern void *rd_slots[HOOKS] RD_HIDDEN;

static const struct hook *hook_of(void **slot)
{
	return &hooks[slot - rd_slots];
}

/* ---- the arena: memory while the next malloc is not known ---- */

char rd_arena[RD_ARENA_SIZE] __attribute__((aligned(64)));
static size_t arena_used;

static void *arena_aligned(size_t align, size_t n)
{
	size_t at, end, used = __atomic_load_n(&arena_used, __ATOMIC_RELAXED);

	if (align < 16)
		align = 16;
	do {
		at = (used + align - 1) & ~(align - 1);
		end = at + n;
		if (n > RD_ARENA_SIZE || at > RD_ARENA_SIZE || end > RD_ARENA_SIZE) {
			errno = ENOMEM;
			return NULL;
		}
		/* From now on every block is looked at when it comes back. */
		rd_free_told = 1;
	} while (!__atomic_compare_exchange_n(&arena_used, &used, end, true, __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	return rd_arena + at;
}

static void *arena_malloc(size_t n)
{
	return arena_aligned(16, n ? n : 1);
}

static void *arena_calloc(size_t n, size_t size)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? NULL : arena_malloc(bytes);
}

/* The arena's blocks do not get here (malloc.c), and there are no others yet. */
static void *arena_realloc(void *p, size_t n)
{
	return p ? NULL : arena_malloc(n);
}

static int arena_posix_memalign(void **p, size_t align, size_t n)
{
	*p = arena_aligned(align, n);
	return *p ? 0 : ENOMEM;
}

static const struct {
	const char *name;
	void *function;
} arena_calls[] = {
	{"malloc", arena_malloc},	  {"calloc", arena_calloc},
	{"realloc", arena_realloc},	  {"memalign", arena_aligned},
	{"aligned_alloc", arena_aligned}, {"posix_memalign", arena_posix_memalign},
	{"free", rd_own_nothing},
};

/* ---- once, for all ---- */

enum { UNRESOLVED, RESOLVING, ALLOCATOR, RESOLVED };
static int state;
uint8_t rd_resolved;
static size_t (*usable)(void *);

size_t rd_usable(void *p)
{
	return usable ? usable(p) : 0;
}

/* dlsym(RTLD_NEXT) goes by who calls it, so neither may be left by a jump. */
static __attribute__((noinline)) void *next_in_line(const char *name, const char *version)
{
	void *p = *version ? dlvsym(RTLD_NEXT, name, version) : dlsym(RTLD_NEXT, name);

	__asm__ volatile("" : "+r"(p));
	return p;
}

static bool is_ours(const void *function)
{
	const struct link_map *map = rd_object_map(function);

	return map && map == rd_object_map(rd_resolve);
}

static bool heap_family(uint8_t family)
{
	return family == FAMILY_KMALLOC || family == FAMILY_KVMALLOC || family == FAMILY_VMALLOC ||
	       family == FAMILY_KMEM_CACHE || family == FAMILY_PAGES;
}

/* kvfree takes what kmalloc and vmalloc gave. */
static bool same_heap(uint8_t asked, uint8_t other)
{
	return asked == other ||
	       (asked == FAMILY_KVMALLOC && (other == FAMILY_KMALLOC || other == FAMILY_VMALLOC));
}

static long lacking(void)
{
	static bool said;

	if (!__atomic_exchange_n(&said, true, __ATOMIC_RELAXED))
		rd_note("a kernel allocator's name was called that the program's own provider of "
			"its family does not define: it gave no memory and freed none");
	return 0;
}

/* ---- all names, in one pass ---- */

static struct rd_wanted wanted[HOOKS];

/* The next function; NULL: none. */
static void *next_of(const struct hook *h)
{
	const struct rd_wanted *w = &wanted[h - hooks];

	if (w->others || *h->version)
		return next_in_line(h->name, h->version);
	return w->libc;
}

/* A provider that sits before us in line, in the executable say, is seen by nobody
 * that calls a hook, but it has the heap. */
static bool provided_before_us(const struct hook *h)
{
	void *p = wanted[h - hooks].before ? dlsym(RTLD_DEFAULT, h->name) : NULL;

	return p && !is_ours(p);
}

/* Of the first n hooks. */
static void find_wanted(size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		wanted[i].name = hooks[i].name;
	rd_next_find(wanted, n);
}

static void settle_kernel_heaps(void)
{
	bool provided[FAMILY_ANNOTATE + 1] = {false};
	size_t i, family;

	for (i = 0; i < HOOKS; i++) {
		if (!heap_family(hooks[i].family))
			continue;
		if (*hooks[i].slot == hooks[i].stub && !provided_before_us(&hooks[i]))
			continue;
		for (family = 0; family <= FAMILY_ANNOTATE; family++)
			provided[family] |= same_heap((uint8_t)family, hooks[i].family);
	}
	for (i = 0; i < HOOKS; i++)
		if (heap_family(hooks[i].family) && provided[hooks[i].family] &&
		    *hooks[i].slot == hooks[i].stub)
			*hooks[i].slot = (void *)lacking;
}

bool rd_next_is_libcs(void *next)
{
	const struct link_map *map = rd_object_map(next);

	return map && map == rd_object_map(gnu_get_libc_version);
}

/* What the runtime may call to see how this libc's locks are laid out. */
static void lend_lock_calls(void)
{
	static struct rd_lock_calls calls;

#define LEND(field, slot) *(void **)&calls.field = rd_next_##slot
	LEND(mutex_lock, pthread_mutex_lock);
	LEND(mutex_trylock, pthread_mutex_trylock);
	LEND(mutex_unlock, pthread_mutex_unlock);
	LEND(mutex_timedlock, pthread_mutex_timedlock);
	LEND(rwlock_rdlock, pthread_rwlock_rdlock);
	LEND(rwlock_wrlock, pthread_rwlock_wrlock);
	LEND(rwlock_unlock, pthread_rwlock_unlock);
	LEND(rwlock_timedwrlock, pthread_rwlock_timedwrlock);
	LEND(cond_timedwait, pthread_cond_timedwait_v232);
	LEND(sem_wait, sem_wait);
	LEND(sem_trywait, sem_trywait);
	LEND(sem_post, sem_post);
	LEND(sem_timedwait, sem_timedwait);
#undef LEND
	rd_use_lock_calls(&calls);
}

/* The loader, and what runs before all constructors, get here before libc has looked
 * for its environment: behind the arguments, as the kernel left it. */
static void find_environment(void)
{
	void **stack_end = environ ? NULL : dlsym(RTLD_DEFAULT, "__libc_stack_end");
	long *argc = stack_end ? *stack_end : NULL;

	if (argc)
		environ = (char **)(argc + 1) + *argc + 1;
}

static bool move_on(int from, int to)
{
	return __atomic_compare_exchange_n(&state, &from, to, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_ACQUIRE);
}

/* Does the path's last part begin like that? */
static bool is_file(const char *path, const char *prefix)
{
	return !strncmp(rd_last_part(path), prefix, strlen(prefix));
}

bool rd_deletes_by_free(void *next)
{
	static void *last;
	const struct link_map *map;
	bool known;

	if (next == __atomic_load_n(&last, __ATOMIC_RELAXED))
		return true;
	map = rd_object_map(next);
	known = usable && map &&
		(map == rd_object_map((void *)usable) || is_file(map->l_name, "libstdc++.so") ||
		 is_file(map->l_name, "libc++"));
	if (known)
		__atomic_store_n(&last, next, __ATOMIC_RELAXED);
	return known;
}

/* All at once: until then every block is the arena's. */
static void resolve_allocator(void)
{
	struct rd_wanted size = {.name = "malloc_usable_size"};
	void *allocator[HOOKS];
	size_t i, n;

	if (!move_on(UNRESOLVED, RESOLVING))
		return;
	for (n = 0; hooks[n].family == FAMILY_MALLOC; n++)
		;
	find_wanted(n);
	for (i = 0; i < n; i++)
		allocator[i] = next_of(&hooks[i]);
	while (i--)
		if (allocator[i])
			__atomic_store_n(hooks[i].slot, allocator[i], __ATOMIC_RELEASE);
	rd_next_find(&size, 1);
	usable = (size_t(*)(void *))(size.others ? next_in_line(size.name, "") : size.libc);
	/* An allocator that does not bring it: libc's knows nothing of its blocks. */
	if (rd_object_map((void *)usable) != rd_object_map(rd_next_free))
		usable = NULL;
	__atomic_store_n(&state, ALLOCATOR, __ATOMIC_RELEASE);
}

void rd_resolve(void)
{
	int error = errno;
	void *p;

	resolve_allocator();
	if (!move_on(ALLOCATOR, RESOLVING))
		return;
	find_wanted(HOOKS);
	for (size_t i = 0; i < HOOKS; i++) {
		if (hooks[i].family == FAMILY_MALLOC || hooks[i].class == CLASS_ANNOTATE)
			continue;
		p = next_of(&hooks[i]);
		if (p)
			__atomic_store_n(hooks[i].slot, p, __ATOMIC_RELEASE);
	}
	settle_kernel_heaps();
	lend_lock_calls();
	find_environment();
	dlerror();
	__atomic_store_n(&state, RESOLVED, __ATOMIC_RELEASE);
	rd_resolved = 1;
	errno = error;
}

bool rd_come_up(void)
{
	int now = __atomic_load_n(&state, __ATOMIC_ACQUIRE);

	if (now != UNRESOLVED && now != ALLOCATOR)
		return false;
	rd_resolve();
	rd_start();
	return true;
}

/*
 * The first call of a hook. Plain allocations alone do not bring the runtime up: while no lock
 * is taken they say nothing, and a sanitizer's library makes some before its own versions of what
 * the runtime tries out lead anywhere. Nor does what is initialised once: that may be an allocator, which
 * the rest of the resolving would call.
 */
static void come_up_for(const struct hook *h)
{
	if (h->family == FAMILY_MALLOC) {
		resolve_allocator();
		if (__atomic_load_n(h->slot, __ATOMIC_ACQUIRE) != h->stub)
			return;
	}
	if (h->family != FAMILY_ONCE && h->family != FAMILY_GUARD)
		rd_come_up();
}

/* A call made while that goes on. */
static void *find_meanwhile(const struct hook *h)
{
	size_t i;
	void *p;

	for (i = 0; h->family == FAMILY_MALLOC && i < sizeof(arena_calls) / sizeof(arena_calls[0]);
	     i++)
		if (!strcmp(h->name, arena_calls[i].name))
			return arena_calls[i].function;
	p = next_in_line(h->name, h->version);
	return p ? p : h->own;
}

/* ---- by the caller ---- */

/* One answer. Never changed, so that a reader needs no lock. */
struct found {
	void **slot;
	struct link_map *map; /* the caller's */
	void *start;	      /* and where it lay: maps are reused */
	void *function;
	struct link_map *provider; /* NULL: our own function */
};

#define ANSWERS 1024u
static struct found *answers[ANSWERS];

static struct found **answer_at(void **slot, const struct link_map *map)
{
	uint64_t h = ((uint64_t)(uintptr_t)map >> 4 ^ (uintptr_t)slot >> 3) * 0x9e3779b97f4a7c15u;

	return &answers[h >> 54];
}

static void *recall(void **slot, const struct dl_find_object *caller)
{
	struct found *f = __atomic_load_n(answer_at(slot, caller->dlfo_link_map), __ATOMIC_ACQUIRE);
	struct dl_find_object provider;

	if (!f || f->slot != slot || f->map != caller->dlfo_link_map ||
	    f->start != caller->dlfo_map_start)
		return NULL;
	if (f->provider &&
	    (_dl_find_object(f->function, &provider) || provider.dlfo_link_map != f->provider))
		return NULL;
	return f->function;
}

/* In pages of their own, a family in each; NULL: it is looked for again at the next call. */
static struct found *new_answers(void)
{
	long p = rd_sys(SYS_mmap, 0, HOOKS * sizeof(struct found), PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return rd_sys_failed(p) ? NULL : (struct found *)p;
}

static void remember(struct found *f, const struct hook *h, const struct dl_find_object *caller,
		     void *function)
{
	struct dl_find_object provider;

	f->slot = h->slot;
	f->map = caller->dlfo_link_map;
	f->start = caller->dlfo_map_start;
	f->function = function;
	if (!is_ours(function) && !_dl_find_object(function, &provider))
		f->provider = provider.dlfo_link_map;
	__atomic_store_n(answer_at(h->slot, f->map), f, __ATOMIC_RELEASE);
}

/* In the caller's own scope; else, where somebody defines it at all, in what has become
 * global since the start. That asks dlsym, which is why it comes last (scope.h). */
static void *in_scope_of(const struct hook *h, const struct link_map *caller)
{
	void *p = rd_scope_find(caller, h->name, rd_resolve);

	if (!p && rd_scope_any(h->name, rd_resolve))
		p = next_in_line(h->name, h->version);
	return p;
}

/*
 * A library that is there once, or not: found for one caller, it is found for all. They need not lead to it: a call
 * that is the last thing a function does is a jump, and its caller's caller is seen.
 */
static void *find_library(const struct hook *h, const struct link_map *caller)
{
	size_t i;
	void *p;

	for (i = 0; i < HOOKS; i++) {
		if (hooks[i].family != h->family)
			continue;
		p = caller ? rd_scope_find(caller, hooks[i].name, rd_resolve) : NULL;
		if (!p)
			p = rd_scope_any(hooks[i].name, rd_resolve);
		if (p)
			__atomic_store_n(hooks[i].slot, p, __ATOMIC_RELEASE);
	}
	p = __atomic_load_n(h->slot, __ATOMIC_ACQUIRE);
	return p != h->stub ? p : h->own;
}

static void *find_for_caller(const struct hook *h, uint64_t site)
{
	struct dl_find_object caller;
	void *found[HOOKS], *answer;
	struct found *fresh;
	bool provided = false, known;
	size_t i;

	known = _dl_find_object((void *)site, &caller) == 0;
	if (h->class == CLASS_LIBRARY)
		return find_library(h, known ? caller.dlfo_link_map : NULL);
	if (!known)
		return h->own;
	answer = recall(h->slot, &caller);
	if (answer)
		return answer;

	/* The whole family at once, so that one answer holds for all of it. */
	for (i = 0; i < HOOKS; i++) {
		if (!same_heap(h->family, hooks[i].family))
			continue;
		found[i] = in_scope_of(&hooks[i], caller.dlfo_link_map);
		provided |= found[i] != NULL;
	}
	fresh = new_answers();
	for (i = 0; i < HOOKS; i++) {
		void *p;

		if (hooks[i].family != h->family)
			continue;
		p = found[i]				 ? found[i]
		    : provided && heap_family(h->family) ? (void *)lacking
							 : hooks[i].own;
		if (fresh)
			remember(fresh++, &hooks[i], &caller, p);
		if (&hooks[i] == h)
			answer = p;
	}
	return answer;
}

void *rd_find_slot(void **slot, uint64_t site)
{
	const struct hook *h = hook_of(slot);
	int error = errno;
	void *p;

	come_up_for(h);
	p = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
	if (p == h->stub) {
		/* The loader allocates, not the program. */
		rd_loader_begin();
		p = __atomic_load_n(&state, __ATOMIC_ACQUIRE) == RESOLVED ? find_for_caller(h, site)
									  : find_meanwhile(h);
		rd_loader_end();
	}
	errno = error;
	return p;
}
