// SPDX-License-Identifier: MIT
/* file_lock.c - see file_lock.h. */
#include "file_lock.h"
#include "acquire.h"
#include "class.h"
#include "engine.h"
#include "event.h"
#include "held.h"
#include "mem.h"
#include "record.h"
#include "sys.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* ---- files ---- */

/* A file is an inode with its time of birth: the number of a removed one is used again. */
struct identity {
	uint64_t dev, ino, birth;
};
_Static_assert(sizeof(struct identity) == sizeof(((struct rd_file_call *)0)->of), "room for it in a call");

struct file {
	struct identity is;
	uint32_t family, cls, generation;
	uint32_t used; /* at which look-up; 0: free */
};

#define FILES 4096u
#define WAYS 8u /* places that a file may have */
#define FILE_CLASSES 1024u
#define RANGE_BITS 34

static struct file *files;
static uint32_t file_clock, file_classes, last_generation;

#define KCMP_FILE 0

static bool identify(int fd, struct identity *is)
{
	struct statx x;
	struct stat s;

	memset(is, 0, sizeof(*is));
	if (!rd_sys_failed(rd_sys(SYS_statx, fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO | STATX_BTIME, &x))) {
		is->dev = (uint64_t)x.stx_dev_major << 32 | x.stx_dev_minor;
		is->ino = x.stx_ino;
		if (x.stx_mask & STATX_BTIME)
			is->birth = (uint64_t)x.stx_btime.tv_sec * 1000000000u + x.stx_btime.tv_nsec;
		return true;
	}
	if (rd_sys_failed(rd_sys(SYS_fstat, fd, &s)))
		return false;
	is->dev = s.st_dev;
	is->ino = s.st_ino;
	return true;
}

static bool same_file(const struct identity *a, const struct identity *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->birth == b->birth;
}

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0xff51afd7ed558ccdull;
	return h ^ h >> 32;
}

/* The class: the path, and the family where it is not flock's. A path that is too long loses its head. */
static uint32_t class_of(int fd, const struct identity *is, uint32_t family)
{
	static const char *const families[] = {
		[RD_FILE_FLOCK] = "", [RD_FILE_POSIX] = ":fcntl", [RD_FILE_OFD] = ":OFD"};
	static const char removed[] = " (deleted)";
	static char path[4096];
	char link[40], name[RD_CLASS_NAME_MAX];
	struct rd_text t = rd_text_in(link, sizeof(link));
	size_t room = sizeof(name) - 1 - strlen(families[family]), len;
	long n;

	rd_text_str(&t, "/proc/self/fd/");
	rd_text_dec(&t, (uint64_t)fd);
	n = rd_sys(SYS_readlink, link, path, sizeof(path) - 1);
	len = rd_sys_failed(n) ? 0 : (size_t)n;
	/* The kernel's word for what was unlinked meanwhile. */
	if (len >= sizeof(removed) && !memcmp(path + len - (sizeof(removed) - 1), removed, sizeof(removed) - 1))
		len -= sizeof(removed) - 1;
	path[len] = 0;
	t = rd_text_in(name, sizeof(name));
	if (len > room) {
		rd_text_str(&t, "...");
		rd_text_str(&t, path + len - (room - 3));
	} else if (len) {
		rd_text_str(&t, path);
	} else {
		rd_text_str(&t, "inode ");
		rd_text_dec(&t, is->ino);
	}
	rd_text_str(&t, families[family]);
	return rd_class_named(RDEP_FILE, name);
}

static uint32_t place_of(const struct identity *is, uint32_t family)
{
	return (uint32_t)mix(mix(mix(is->dev, is->ino), is->birth), family) % (FILES / WAYS) * WAYS;
}

static struct file *known_file(const struct identity *is, uint32_t family)
{
	uint32_t place = place_of(is, family), i;

	for (i = place; files && i < place + WAYS; i++) {
		if (files[i].used && files[i].family == family && same_file(&files[i].is, is))
			return &files[i];
	}
	return NULL;
}

/* The file, found or made in the place of the one that was not used for the longest time. NULL: no room for more. */
static struct file *file_of(int fd, const struct identity *is, uint32_t family)
{
	struct file *f = known_file(is, family);
	uint32_t place = place_of(is, family), i, cls;

	if (f) {
		f->used = ++file_clock;
		return f;
	}
	if (!files)
		files = rd_mem_alloc(FILES * sizeof(*files));
	if (!files)
		return NULL;
	f = &files[place];
	for (i = place; i < place + WAYS; i++) {
		if (files[i].used < f->used)
			f = &files[i];
	}
	cls = file_classes < FILE_CLASSES ? rd_class_count() : UINT32_MAX;
	if (cls == UINT32_MAX)
		return NULL;
	i = class_of(fd, is, family);
	if (!i)
		return NULL;
	file_classes += i >= cls;
	*f = (struct file){*is, family, i, ++last_generation, ++file_clock};
	return f;
}

static uint64_t address_of(const struct file *f, const struct rd_file_call *c)
{
	uint64_t range = 0;

	if (c->start || c->end != RD_FILE_END)
		range = mix(mix(c->start + 1, c->end), 1) | 1;
	return RD_FILE_AT(f->family) | (uint64_t)(f - files) << RANGE_BITS | (range & ((1ull << RANGE_BITS) - 1));
}
_Static_assert(FILES <= 1u << (46 - RANGE_BITS), "a file's place fits into an address");

/* ---- descriptions ---- */

/* Descriptors by which a lock of a description was taken, and which description that is. */
struct description {
	struct identity of;
	uint32_t id; /* 0: free */
	int fd;
};

#define DESCRIPTIONS 256u
static struct description descriptions[DESCRIPTIONS];
static uint32_t last_description;

/* Descriptors that must not be closed unseen; beyond: all. */
#define WATCHED 4096
static uint64_t watched[WATCHED / 64];
uint8_t rd_file_on;

static void watch(int fd)
{
	if (fd >= 0 && fd < WATCHED)
		__atomic_fetch_or(&watched[fd / 64], 1ull << fd % 64, __ATOMIC_RELAXED);
	rd_file_on = 1;
}

static bool is_watched(int fd)
{
	if (fd < 0)
		return false;
	return fd >= WATCHED || __atomic_load_n(&watched[fd / 64], __ATOMIC_RELAXED) >> fd % 64 & 1;
}

/* Two descriptors of one description? Where the kernel does not say so, they may be. */
static bool same_description(int a, int b)
{
	long pid = rd_sys(SYS_getpid);

	return a == b || rd_sys(SYS_kcmp, pid, pid, KCMP_FILE, a, b) <= 0;
}

static struct description *known_description(int fd, const struct identity *is)
{
	struct identity now;
	unsigned i;

	for (i = 0; i < DESCRIPTIONS; i++) {
		struct description *d = &descriptions[i];

		if (d->id && d->fd == fd && same_file(&d->of, is))
			return d;
	}
	for (i = 0; i < DESCRIPTIONS; i++) {
		struct description *d = &descriptions[i];

		if (!d->id || !same_file(&d->of, is) || !identify(d->fd, &now) || !same_file(&now, is))
			continue;
		if (same_description(d->fd, fd))
			return d;
	}
	return NULL;
}

static uint32_t description_of(int fd, const struct identity *is)
{
	const struct description *d = known_description(fd, is);
	uint32_t id = d ? d->id : ++last_description;
	unsigned i;

	watch(fd);
	if (d && d->fd == fd)
		return id;
	for (i = 0; i < DESCRIPTIONS - 1 && descriptions[i].id; i++)
		;
	if (descriptions[i].id)
		i = id % DESCRIPTIONS;
	descriptions[i] = (struct description){*is, id, fd};
	return id;
}

/* ---- what the process holds ---- */

struct holding {
	uint64_t address, start, end;
	struct identity of;
	uint32_t family, thread, description;
	uint8_t mode;
	int fd;
};

#define HOLDINGS 1024u
static struct holding holdings[HOLDINGS];
static uint32_t holding_count, process_count; /* all; those of the process */

/* The last takes its place. */
static void drop_holding(struct holding *h)
{
	process_count -= h->family == RD_FILE_POSIX;
	*h = holdings[--holding_count];
}

/* By dup2, by libc itself or by the raw system call its descriptor may have been closed. */
static bool still_that_file(const struct holding *h)
{
	struct identity now;

	return identify(h->fd, &now) && same_file(&now, &h->of);
}

static void drop_closed(void)
{
	uint32_t i;

	for (i = holding_count; i-- > 0;) {
		if (!still_that_file(&holdings[i]))
			drop_holding(&holdings[i]);
	}
}

static void put_holding(const struct holding *h)
{
	if (holding_count == HOLDINGS)
		drop_closed();
	if (holding_count == HOLDINGS) {
		rd_count(RDEP_C_FILES_DROPPED);
		return;
	}
	holdings[holding_count++] = *h;
	process_count += h->family == RD_FILE_POSIX;
}

/* The lock is given back: it goes from this thread's held stack; others find theirs to be stale. */
static void give_back(struct rd_thread *t, struct holding *h)
{
	struct rdep_held *e = h->thread == t->id ? rd_held_find(t, (const void *)h->address) : NULL;

	drop_holding(h);
	if (e && e->recursion)
		e->recursion--;
	else if (e)
		rd_held_give_back(t, e);
}

static struct holding *holding_of(const struct rd_thread *t, uint64_t address)
{
	uint32_t i;

	for (i = 0; i < holding_count; i++) {
		if (holdings[i].thread == t->id && holdings[i].address == address)
			return &holdings[i];
	}
	return NULL;
}

static bool is_stale(struct rd_thread *t, const struct rdep_held *e)
{
	struct holding *h = holding_of(t, e->address);

	while (h && !still_that_file(h)) {
		drop_holding(h);
		h = holding_of(t, e->address);
	}
	return !h;
}

bool rd_file_is_stale(struct rd_thread *t, const struct rdep_held *e)
{
	struct rd_locked l;
	bool stale;

	if (e->flags & RDEP_HELD_WAITING)
		return false;
	if (t->busy)
		return is_stale(t, e);
	rd_enter(t, &l);
	stale = is_stale(t, e);
	rd_leave(t, &l);
	return stale;
}

bool rd_file_is_held(const struct rd_thread *t, const struct rdep_held *e)
{
	const struct holding *h = holding_of(t, e->address);

	return h && still_that_file(h);
}

/* Does the owner hold all of the range already, so that nothing is waited for? */
static bool covering(const struct rd_file_call *c, const struct identity *is)
{
	uint32_t i;

	for (i = 0; i < holding_count; i++) {
		const struct holding *h = &holdings[i];

		if (h->family == c->family && h->start <= c->start && h->end >= c->end && same_file(&h->of, is) &&
		    (c->family == RD_FILE_POSIX || h->description == c->description) &&
		    (h->mode == RDEP_WRITE || c->shared))
			return true;
	}
	return false;
}

/* ---- taking ---- */

static unsigned how_of(const struct rd_file_call *c)
{
	/* A reader is let in beside readers, whoever else waits. */
	return RD_HOW(RDEP_FILE, c->shared ? RDEP_READ_REC : RDEP_WRITE, c->waits ? 0 : RD_TRY);
}

/* What this thread holds by the same owner: the call puts another lock in its place. */
static void forget_own(struct rd_thread *t, struct rd_file_call *c)
{
	uint32_t i;

	for (i = holding_count; i-- > 0;) {
		struct holding *h = &holdings[i];

		if (h->thread != t->id || h->address != c->address ||
		    (c->family != RD_FILE_POSIX && h->description != c->description))
			continue;
		c->converts = true;
		c->was_shared = h->mode != RDEP_WRITE;
		give_back(t, h);
	}
}

/* What the call is about. False: it is not followed. */
static bool look_at(struct rd_thread *t, struct rd_file_call *c)
{
	struct identity *is = (struct identity *)c->of;
	const struct holding *own;
	struct file *f;

	if (!identify(c->fd, is))
		return false;
	f = file_of(c->fd, is, c->family);
	if (!f) {
		rd_count(RDEP_C_FILES_DROPPED);
		return false;
	}
	watch(c->fd);
	c->cls = f->cls;
	c->address = address_of(f, c);
	c->description = c->family == RD_FILE_POSIX ? f->generation : description_of(c->fd, is);
	c->covered = covering(c, is);
	own = c->covered ? holding_of(t, c->address) : NULL;
	c->mine = own && (own->mode != RDEP_WRITE) == c->shared;
	return true;
}

void rd_file_begin(struct rd_file_call *c)
{
	struct rd_thread *t = rd_here();
	struct rd_locked l;

	c->thread = NULL;
	c->held = NULL;
	c->converts = false;
	if (!t)
		return;
	rd_enter(t, &l);
	if (look_at(t, c))
		c->thread = t;
	/* A conversion gives up before it takes. */
	if (c->thread && !c->covered && c->waits)
		forget_own(t, c);
	rd_leave(t, &l);
	if (c->thread && !c->covered && c->waits)
		c->held = rd_acquire_as(t, (const void *)c->address, how_of(c), c->cls, c->description, c->site, c->sp);
}

static void hold(struct rd_thread *t, const struct rd_file_call *c, bool shared)
{
	struct holding h = {.address = c->address,
			    .start = c->start,
			    .end = c->end,
			    .family = c->family,
			    .thread = t->id,
			    .description = c->description,
			    .mode = shared ? RDEP_READ_REC : RDEP_WRITE,
			    .fd = c->fd};
	struct rd_locked l;

	memcpy(&h.of, c->of, sizeof(h.of));
	rd_enter(t, &l);
	put_holding(&h);
	rd_leave(t, &l);
}

/* It is held, without having been waited for. */
static void push_held(struct rd_thread *t, struct rd_file_call *c, bool shared)
{
	struct rd_file_call tried = *c;

	tried.waits = false;
	tried.shared = shared;
	hold(t, c, shared);
	rd_acquire_as(t, (const void *)c->address, how_of(&tried), c->cls, c->description, c->site, c->sp);
}

static void failed(struct rd_thread *t, struct rd_file_call *c)
{
	struct rd_locked l;

	if (c->held)
		rd_abandon(c->held);
	/* A lock of POSIX is as it was; flock gives up the old one first. */
	if (c->family != RD_FILE_FLOCK) {
		if (c->converts && c->held)
			push_held(t, c, c->was_shared);
		return;
	}
	rd_enter(t, &l);
	if (!c->covered)
		forget_own(t, c);
	rd_leave(t, &l);
}

void rd_file_end(struct rd_file_call *c, bool got)
{
	struct rd_thread *t = c->thread;
	struct rd_locked l;

	if (!t || rd_here() != t)
		return;
	if (!got) {
		failed(t, c);
		return;
	}
	if (c->held) {
		hold(t, c, c->shared);
		rd_acquired_counted(c->held);
		return;
	}
	if (c->mine)
		return;
	rd_enter(t, &l);
	forget_own(t, c);
	rd_leave(t, &l);
	push_held(t, c, c->shared);
}

/* ---- giving back ---- */

void rd_file_unlock(const struct rd_file_call *c)
{
	struct rd_thread *t = rd_here();
	const struct description *d;
	struct identity is;
	struct rd_locked l;
	uint32_t i;

	if (!t || !__atomic_load_n(&holding_count, __ATOMIC_RELAXED))
		return;
	rd_enter(t, &l);
	if (identify(c->fd, &is)) {
		d = c->family == RD_FILE_POSIX ? NULL : known_description(c->fd, &is);
		for (i = holding_count; i-- > 0;) {
			struct holding *h = &holdings[i];

			if (h->family == c->family && same_file(&h->of, &is) && h->start < c->end && c->start < h->end &&
			    (c->family == RD_FILE_POSIX || (d && h->description == d->id)))
				give_back(t, h);
		}
	}
	rd_leave(t, &l);
}

void rd_file_close(int fd)
{
	struct rd_thread *t;
	struct identity is;
	struct rd_locked l;
	bool known;
	uint32_t i;

	if (!is_watched(fd) && !__atomic_load_n(&process_count, __ATOMIC_RELAXED))
		return;
	t = rd_here();
	if (!t)
		return;
	rd_enter(t, &l);
	known = process_count && identify(fd, &is);
	for (i = holding_count; i-- > 0;) {
		struct holding *h = &holdings[i];

		/* Closing any descriptor of a file ends all that the process holds there. */
		if (h->family == RD_FILE_POSIX ? known && same_file(&h->of, &is) : h->fd == fd)
			give_back(t, h);
	}
	for (i = 0; i < DESCRIPTIONS; i++) {
		if (descriptions[i].fd == fd)
			descriptions[i].id = 0;
	}
	if (fd < WATCHED)
		__atomic_fetch_and(&watched[fd / 64], ~(1ull << fd % 64), __ATOMIC_RELAXED);
	rd_leave(t, &l);
}

/* ---- fork ---- */

void rd_file_fork_child(uint32_t forking)
{
	uint32_t i;

	for (i = holding_count; i-- > 0;) {
		if (holdings[i].family == RD_FILE_POSIX || holdings[i].thread != forking)
			drop_holding(&holdings[i]);
	}
}

void rd_file_reset(void)
{
	files = NULL;
	file_clock = file_classes = 0;
	holding_count = process_count = 0;
	memset(descriptions, 0, sizeof(descriptions));
}
