// SPDX-License-Identifier: MIT
/*
 * locks.c - one lock of any kind: its initialiser, its init calls, and how it is taken and given
 * back.
 */
#include "locks.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))
#define INLINE inline __attribute__((always_inline))
#define WAIT_NS 20000000

/* The call before it is no tail call: its caller is still there. */
#define STAY() __asm__ volatile("")

enum family { NO_KIND, MUTEX, SPIN, RWLOCK, SEMAPHORE, C11, STDIO, FILE_LOCK, ONCE, GLIB };

static const struct kind {
	enum family family;
	bool reads, prefers_writers;
	int type, protocol, robust, shared;
} of_kind[128] = {
	['m'] = {.family = MUTEX, .type = PTHREAD_MUTEX_NORMAL},
	['c'] = {.family = MUTEX, .type = PTHREAD_MUTEX_RECURSIVE},
	['k'] = {.family = MUTEX, .type = PTHREAD_MUTEX_ERRORCHECK},
	['a'] = {.family = MUTEX, .type = PTHREAD_MUTEX_ADAPTIVE_NP},
	['b'] = {.family = MUTEX, .robust = PTHREAD_MUTEX_ROBUST},
	['i'] = {.family = MUTEX, .protocol = PTHREAD_PRIO_INHERIT},
	['h'] = {.family = MUTEX, .shared = PTHREAD_PROCESS_SHARED},
	['s'] = {.family = SPIN},
	['w'] = {.family = RWLOCK},
	['r'] = {.family = RWLOCK, .reads = true},
	['p'] = {.family = RWLOCK, .prefers_writers = true},
	['q'] = {.family = RWLOCK, .reads = true, .prefers_writers = true},
	['e'] = {.family = SEMAPHORE},
	['x'] = {.family = C11, .type = mtx_plain},
	['y'] = {.family = C11, .type = mtx_plain | mtx_recursive},
	['o'] = {.family = STDIO},
	['f'] = {.family = FILE_LOCK},
	['n'] = {.family = ONCE},
	['g'] = {.family = GLIB},
};

static const struct kind *kind_of(char letter)
{
	const struct kind *k = &of_kind[(unsigned char)letter & 127];

	if (k->family == NO_KIND) {
		fprintf(stderr, "matrix: no kind of lock is '%c'\n", letter);
		_exit(99);
	}
	return k;
}

/* ---- GLib, where it is ---- */

static struct {
	void (*init)(void *mutex);
	void (*clear)(void *mutex);
	void (*lock)(void *mutex);
	int (*trylock)(void *mutex);
	void (*unlock)(void *mutex);
} glib;

/* By the names that a call would go to: those of a preload come first. */
static bool find_glib(void)
{
	if (glib.unlock)
		return true;
	if (!dlopen("libglib-2.0.so.0", RTLD_NOW | RTLD_GLOBAL))
		return false;
	*(void **)&glib.init = dlsym(RTLD_DEFAULT, "g_mutex_init");
	*(void **)&glib.clear = dlsym(RTLD_DEFAULT, "g_mutex_clear");
	*(void **)&glib.lock = dlsym(RTLD_DEFAULT, "g_mutex_lock");
	*(void **)&glib.trylock = dlsym(RTLD_DEFAULT, "g_mutex_trylock");
	*(void **)&glib.unlock = dlsym(RTLD_DEFAULT, "g_mutex_unlock");
	return glib.unlock != NULL;
}

const char *lock_missing(const char *kinds)
{
	return strchr(kinds, 'g') && !find_glib() ? "libglib-2.0.so.0 is not there" : NULL;
}

/* ---- setting up ---- */

static pthread_mutexattr_t *mutex_attr(const struct kind *k, pthread_mutexattr_t *attr)
{
	pthread_mutexattr_init(attr);
	pthread_mutexattr_settype(attr, k->type);
	pthread_mutexattr_setprotocol(attr, k->protocol);
	pthread_mutexattr_setrobust(attr, k->robust);
	pthread_mutexattr_setpshared(attr, k->shared);
	return attr;
}

static pthread_rwlockattr_t *rwlock_attr(const struct kind *k, pthread_rwlockattr_t *attr)
{
	pthread_rwlockattr_init(attr);
	if (k->prefers_writers)
		pthread_rwlockattr_setkind_np(attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	return attr;
}

/* A file of nobody else's, without a name. */
static int make_file(void)
{
	char name[] = "/tmp/matrix.XXXXXX";
	int fd = mkstemp(name);

	unlink(name);
	return fd;
}

static void set_up_stream(struct stream *s)
{
	s->file = *stdin;
	s->file._lock = s->lock;
}

/* A function for each class: its init calls are the class, and it has the class's number in its
 * name. */
#define INIT(n)                                                                                    \
	static NOINLINE void init_class_##n(union lock *l, const struct kind *k)                   \
	{                                                                                          \
		pthread_rwlockattr_t rwattr;                                                       \
		pthread_mutexattr_t attr;                                                          \
                                                                                                   \
		switch (k->family) {                                                               \
		case SPIN:                                                                         \
			pthread_spin_init(&l->spin, 0);                                            \
			break;                                                                     \
		case RWLOCK:                                                                       \
			pthread_rwlock_init(&l->rwlock, rwlock_attr(k, &rwattr));                  \
			break;                                                                     \
		case SEMAPHORE:                                                                    \
			sem_init(&l->semaphore, 0, 1);                                             \
			break;                                                                     \
		case C11:                                                                          \
			mtx_init(&l->c11, k->type);                                                \
			break;                                                                     \
		case STDIO:                                                                        \
			set_up_stream(&l->stream);                                                 \
			break;                                                                     \
		case FILE_LOCK:                                                                    \
			l->file = make_file();                                                     \
			break;                                                                     \
		case GLIB:                                                                         \
			glib.init(l);                                                              \
			break;                                                                     \
		default:                                                                           \
			pthread_mutex_init(&l->mutex, mutex_attr(k, &attr));                       \
		}                                                                                  \
		STAY();                                                                            \
	}
#define HUNDREDS(X) TENS(X, 0) TENS(X, 1) TENS(X, 2) TENS(X, 3)
#define TENS(X, h)                                                                                 \
	ONES(X, h##0)                                                                              \
	ONES(X, h##1)                                                                              \
	ONES(X, h##2)                                                                              \
	ONES(X, h##3)                                                                              \
	ONES(X, h##4)                                                                              \
	ONES(X, h##5)                                                                              \
	ONES(X, h##6)                                                                              \
	ONES(X, h##7)                                                                              \
	ONES(X, h##8)                                                                              \
	ONES(X, h##9)
#define ONES(X, t) X(t##0) X(t##1) X(t##2) X(t##3) X(t##4) X(t##5) X(t##6) X(t##7) X(t##8) X(t##9)
HUNDREDS(INIT)

typedef void (*init_fn)(union lock *l, const struct kind *k);
#define INIT_NAME(n) init_class_##n,
static const init_fn inits[] = {HUNDREDS(INIT_NAME)};
#define INITS (sizeof(inits) / sizeof(inits[0]))

void lock_init(union lock *l, char kind, unsigned class)
{
	if (class >= INITS) {
		fputs("matrix: more classes than init functions\n", stderr);
		_exit(99);
	}
	inits[class](l, kind_of(kind));
}

bool lock_has_initialiser(char kind)
{
	return !strchr("bihxyef", kind);
}

void lock_initialise(union lock *l, char kind)
{
	static const union lock initialiser[128] = {
		['c'] = {.mutex = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP},
		['k'] = {.mutex = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP},
		['a'] = {.mutex = PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP},
		['s'] = {.spin = 1},
		['p'] = {.rwlock = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP},
		['q'] = {.rwlock = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP},
		['n'] = {.once = PTHREAD_ONCE_INIT},
	};

	memcpy(l, &initialiser[(unsigned char)kind], sizeof(*l));
	if (kind_of(kind)->family == STDIO)
		set_up_stream(&l->stream);
}

/* ---- taking ---- */

static const struct timespec *soon(clockid_t clock)
{
	static __thread struct timespec until;

	clock_gettime(clock, &until);
	until.tv_nsec += WAIT_NS;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	return &until;
}

static INLINE int take_mutex(pthread_mutex_t *m, char how)
{
	switch (how) {
	case 't':
		return pthread_mutex_trylock(m);
	case 'l':
		return pthread_mutex_timedlock(m, soon(CLOCK_REALTIME));
	case 'c':
		return pthread_mutex_clocklock(m, CLOCK_MONOTONIC, soon(CLOCK_MONOTONIC));
	default:
		return pthread_mutex_lock(m);
	}
}

static INLINE int take_writer(pthread_rwlock_t *rw, char how)
{
	switch (how) {
	case 't':
		return pthread_rwlock_trywrlock(rw);
	case 'l':
		return pthread_rwlock_timedwrlock(rw, soon(CLOCK_REALTIME));
	case 'c':
		return pthread_rwlock_clockwrlock(rw, CLOCK_MONOTONIC, soon(CLOCK_MONOTONIC));
	default:
		return pthread_rwlock_wrlock(rw);
	}
}

static INLINE int take_reader(pthread_rwlock_t *rw, char how)
{
	switch (how) {
	case 't':
		return pthread_rwlock_tryrdlock(rw);
	case 'l':
		return pthread_rwlock_timedrdlock(rw, soon(CLOCK_REALTIME));
	case 'c':
		return pthread_rwlock_clockrdlock(rw, CLOCK_MONOTONIC, soon(CLOCK_MONOTONIC));
	default:
		return pthread_rwlock_rdlock(rw);
	}
}

static INLINE int take_semaphore(sem_t *s, char how)
{
	switch (how) {
	case 't':
		return sem_trywait(s);
	case 'l':
		return sem_timedwait(s, soon(CLOCK_REALTIME));
	case 'c':
		return sem_clockwait(s, CLOCK_MONOTONIC, soon(CLOCK_MONOTONIC));
	default:
		return sem_wait(s);
	}
}

static INLINE int take_c11(mtx_t *m, char how)
{
	return how == 't'   ? mtx_trylock(m)
	       : how == 'l' ? mtx_timedlock(m, soon(CLOCK_REALTIME))
			    : mtx_lock(m);
}

static INLINE int take_stream(FILE *stream, char how)
{
	if (how == 't')
		return ftrylockfile(stream);
	flockfile(stream);
	return 0;
}

/* Each thread opens the file itself: a lock is that of the open file. */
static __thread struct {
	const union lock *of;
	int fd;
} opened[MATRIX_LOCKS];

static int opened_file(const union lock *l)
{
	char name[64];
	int i;

	for (i = 0; opened[i].of && opened[i].of != l; i++)
		;
	if (!opened[i].of) {
		snprintf(name, sizeof(name), "/proc/self/fd/%d", l->file);
		opened[i].fd = open(name, O_RDWR | O_CLOEXEC);
		opened[i].of = l;
	}
	return opened[i].fd;
}

static INLINE int take_glib(union lock *l, char how)
{
	if (how == 't')
		return !glib.trylock(l);
	glib.lock(l);
	return 0;
}

static INLINE int take_any(union lock *l, char letter, char how)
{
	const struct kind *k = kind_of(letter);

	switch (k->family) {
	case SPIN:
		return how == 't' ? pthread_spin_trylock(&l->spin) : pthread_spin_lock(&l->spin);
	case RWLOCK:
		if (how == 'r' || (how != 'w' && k->reads))
			return take_reader(&l->rwlock, how);
		return take_writer(&l->rwlock, how);
	case SEMAPHORE:
		return take_semaphore(&l->semaphore, how);
	case C11:
		return take_c11(&l->c11, how);
	case STDIO:
		return take_stream(&l->stream.file, how);
	case FILE_LOCK:
		return flock(opened_file(l),
			     (how == 'r' ? LOCK_SH : LOCK_EX) | (how == 't' ? LOCK_NB : 0));
	case GLIB:
		return take_glib(l, how);
	default:
		return take_mutex(&l->mutex, how);
	}
}

#define LETTERS(X) X(A) X(B) X(C) X(D) X(E) X(F) X(G) X(H)
#define TAKE(letter)                                                                               \
	static NOINLINE int take_##letter(union lock *l, char kind, char how)                      \
	{                                                                                          \
		int rc = take_any(l, kind, how);                                                   \
                                                                                                   \
		STAY();                                                                            \
		return rc;                                                                         \
	}                                                                                          \
	static NOINLINE void *alloc_##letter(void)                                                 \
	{                                                                                          \
		void *volatile p = malloc(sizeof(union lock));                                     \
                                                                                                   \
		return p;                                                                          \
	}
LETTERS(TAKE)

bool lock_take(union lock *l, unsigned letter, char kind, char how)
{
#define TAKE_NAME(letter) take_##letter,
	static int (*const take[MATRIX_LOCKS])(union lock *, char, char) = {LETTERS(TAKE_NAME)};
	int rc = take[letter](l, kind, how);

	return rc == 0 || rc == EOWNERDEAD;
}

union lock *lock_alloc(unsigned letter)
{
#define ALLOC_NAME(letter) alloc_##letter,
	static void *(*const alloc[MATRIX_LOCKS])(void) = {LETTERS(ALLOC_NAME)};

	return alloc[letter]();
}

/* ---- giving back ---- */

NOINLINE void lock_give(union lock *l, char kind)
{
	switch (kind_of(kind)->family) {
	case SPIN:
		pthread_spin_unlock(&l->spin);
		return;
	case RWLOCK:
		pthread_rwlock_unlock(&l->rwlock);
		return;
	case SEMAPHORE:
		sem_post(&l->semaphore);
		return;
	case C11:
		mtx_unlock(&l->c11);
		return;
	case STDIO:
		funlockfile(&l->stream.file);
		return;
	case FILE_LOCK:
		flock(opened_file(l), LOCK_UN);
		return;
	case GLIB:
		glib.unlock(l);
		return;
	default:
		pthread_mutex_unlock(&l->mutex);
	}
}

NOINLINE void lock_destroy(union lock *l, char kind)
{
	switch (kind_of(kind)->family) {
	case SPIN:
		pthread_spin_destroy(&l->spin);
		return;
	case RWLOCK:
		pthread_rwlock_destroy(&l->rwlock);
		return;
	case SEMAPHORE:
		sem_destroy(&l->semaphore);
		return;
	case C11:
		mtx_destroy(&l->c11);
		return;
	case STDIO:
		return;
	case FILE_LOCK:
		close(l->file);
		return;
	case GLIB:
		glib.clear(l);
		return;
	default:
		pthread_mutex_destroy(&l->mutex);
	}
}
