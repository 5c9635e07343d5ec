/* SPDX-License-Identifier: MIT */
/*
 * OpenZFS's marks, which do nothing in userspace, are NOIO scopes: an allocation in one reaches no
 * filesystem and no device; after it it does.
 *
 * expect: reclaim-inversion certain io_reclaim zio_lock
 * stack: acquire unmarked
 * libraries: annotate-fstrans-library
 */
#include <reclaimdep/annotate.h>
#include "victim.h"

typedef int fstrans_cookie_t;

fstrans_cookie_t spl_fstrans_mark(void);
void spl_fstrans_unmark(fstrans_cookie_t cookie);

#ifdef PLUGIN_annotate_fstrans_library

fstrans_cookie_t spl_fstrans_mark(void)
{
	return 0;
}

void spl_fstrans_unmark(fstrans_cookie_t cookie)
{
	(void)cookie;
}

#else

static pthread_mutex_t zio_lock = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE void write_out(void)
{
	reclaimdep_context_enter(RECLAIMDEP_IO_RECLAIM);
	pthread_mutex_lock(&zio_lock);
	pthread_mutex_unlock(&zio_lock);
	reclaimdep_context_leave(RECLAIMDEP_IO_RECLAIM);
}

static NOINLINE void nested(void)
{
	fstrans_cookie_t cookie = spl_fstrans_mark();

	free(malloc(16));
	spl_fstrans_unmark(cookie);
	free(malloc(16));
}

static NOINLINE void marked(void)
{
	fstrans_cookie_t cookie = spl_fstrans_mark();

	nested();
	spl_fstrans_unmark(cookie);
}

static NOINLINE void unmarked(void)
{
	free(malloc(16));
}

int main(void)
{
	write_out();
	pthread_mutex_lock(&zio_lock);
	marked();
	unmarked();
	pthread_mutex_unlock(&zio_lock);
	puts("done");
	return 0;
}

#endif
