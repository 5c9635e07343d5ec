/* SPDX-License-Identifier: MIT */
/*
 * Silent: memory with a lock in it is given back without a destroy, and comes again as an object of
 * another type whose lock has another class: by init, by a static initialiser that is copied in, and in
 * memory that is unmapped.
 *
 * expect: none
 */
#include <sys/mman.h>
#include "victim.h"

struct first {
	long pad;
	pthread_mutex_t lock;
};

struct second {
	long pad;
	pthread_mutex_t lock;
	long more;
};

static pthread_mutex_t global = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t fresh = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void first_use(struct first *f)
{
	nest(&f->lock, &global);
}

static NOINLINE void first_init(struct first *f)
{
	pthread_mutex_init(&f->lock, NULL);
}

static NOINLINE void second_init(struct second *s)
{
	pthread_mutex_init(&s->lock, NULL);
}

static NOINLINE void second_use(struct second *s)
{
	pthread_mutex_lock(&global);
	pthread_mutex_lock(&s->lock);
	pthread_mutex_unlock(&s->lock);
	pthread_mutex_unlock(&global);
}

static void by_init(void)
{
	struct first *f = malloc(sizeof(struct second));
	struct second *s;

	first_init(f);
	first_use(f);
	free(f);
	s = malloc(sizeof(struct second));
	second_init(s);
	second_use(s);
	free(s);
}

static void by_copy(void)
{
	struct first *f = malloc(sizeof(struct second));
	struct second *s;

	memcpy(&f->lock, &fresh, sizeof(fresh));
	first_use(f);
	free(f);
	s = malloc(sizeof(struct second));
	memcpy(&s->lock, &fresh, sizeof(fresh));
	second_use(s);
	free(s);
}

static void by_unmap(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *q;

	must(p != MAP_FAILED, "mmap");
	first_use(p);
	munmap(p, 4096);
	q = mmap(p, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	must(q == p, "mmap");
	second_use(q);
	munmap(q, 4096);
}

int main(void)
{
	by_init();
	by_copy();
	by_unmap();
	puts("done");
	return 0;
}
