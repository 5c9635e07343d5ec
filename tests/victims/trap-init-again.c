/* SPDX-License-Identifier: MIT */
/*
 * Mutexes that one call initialises again and again, over memory of any content: each is as its attributes say, and what lies
 * around it stays as it is.
 *
 * expect: none
 */
#include "victim.h"

static struct {
	char before[24];
	pthread_mutex_t lock;
	char after[24];
} object;

static pthread_mutexattr_t kinds[5];
static const pthread_mutexattr_t *const attrs[] = {NULL, &kinds[0], NULL, &kinds[1], &kinds[2], NULL, &kinds[3], &kinds[4], NULL};

static NOINLINE int init(const pthread_mutexattr_t *attr)
{
	return pthread_mutex_init(&object.lock, attr);
}

static int around_is(unsigned char c)
{
	size_t i;

	for (i = 0; i < sizeof(object.before); i++)
		if ((unsigned char)object.before[i] != c || (unsigned char)object.after[i] != c)
			return 0;
	return 1;
}

/* What the second lock call by the same thread says. */
static int again(const pthread_mutexattr_t *attr)
{
	int type = PTHREAD_MUTEX_NORMAL;

	if (attr)
		pthread_mutexattr_gettype(attr, &type);
	return type == PTHREAD_MUTEX_RECURSIVE ? 0 : EBUSY;
}

static void use(const pthread_mutexattr_t *attr, unsigned char dirt)
{
	memset(&object, dirt, sizeof(object));
	/* Not held, by its words. */
	memset(&object.lock, 0, dirt % 2 ? 4 : 16);
	errno = EXDEV;
	must(init(attr) == 0 && errno == EXDEV, "init");
	must(around_is(dirt), "what lies around it");
	must(object.lock.__data.__kind == 0 || attr, "a plain kind");
	must(pthread_mutex_lock(&object.lock) == 0, "lock");
	must(pthread_mutex_trylock(&object.lock) == again(attr), "trylock");
	if (!again(attr))
		must(pthread_mutex_unlock(&object.lock) == 0, "unlock of the second");
	must(pthread_mutex_unlock(&object.lock) == 0, "unlock");
	must(pthread_mutex_trylock(&object.lock) == 0 && pthread_mutex_unlock(&object.lock) == 0, "once more");
	must(pthread_mutex_destroy(&object.lock) == 0 && errno == EXDEV, "destroy");
	must(around_is(dirt), "what lies around it, in the end");
}

int main(void)
{
	static const int types[] = {PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_NORMAL,
				    PTHREAD_MUTEX_NORMAL};
	unsigned i, k;

	for (i = 0; i < 5; i++) {
		pthread_mutexattr_init(&kinds[i]);
		pthread_mutexattr_settype(&kinds[i], types[i]);
	}
	pthread_mutexattr_setrobust(&kinds[3], PTHREAD_MUTEX_ROBUST);
	pthread_mutexattr_setpshared(&kinds[4], PTHREAD_PROCESS_SHARED);
	for (i = 0; i < 50; i++)
		for (k = 0; k < sizeof(attrs) / sizeof(*attrs); k++)
			use(attrs[k], (unsigned char)(i * 37 + k));
	return 0;
}
