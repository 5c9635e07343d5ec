/* SPDX-License-Identifier: MIT */
/*
 * No allocation is to be seen where the lock is held: it is inside what maps pages, counts per
 * processor, and prints into a buffer that grows, and inside libc's asprintf and memory streams.
 *
 * expect: reclaim-inversion certain fs_reclaim map_lock
 * stack: acquire vm_map take_map
 * expect: reclaim-inversion certain fs_reclaim count_lock
 * stack: acquire counter_init take_count
 * expect: reclaim-inversion certain fs_reclaim print_lock
 * stack: acquire printbuf_room prt take_print
 * expect: reclaim-inversion certain fs_reclaim text_lock
 * stack: acquire take_text
 * expect: reclaim-inversion certain fs_reclaim stream_lock
 * stack: acquire take_stream
 */
#include <stdarg.h>
#include "victim.h"
#include "kernel.h"

#define LOCKS(X) X(map) X(count) X(print) X(text) X(stream)

#define X(name) static pthread_mutex_t name##_lock = PTHREAD_MUTEX_INITIALIZER;
LOCKS(X)
#undef X

#ifndef HIDE
#define HIDE(call) call
#endif

/* Page tables are GFP_KERNEL, whatever the caller wants. */
static NOINLINE void *vm_map(void)
{
	return vmalloc(8192);
}

static NOINLINE long *counter_init(void)
{
	return kcalloc(4, sizeof(long), GFP_KERNEL);
}

struct printbuf {
	char *text;
	size_t used, size;
};

static NOINLINE void printbuf_room(struct printbuf *b, size_t n)
{
	if (b->used + n < b->size)
		return;
	b->size = (b->used + n) * 2;
	b->text = krealloc(b->text, b->size, GFP_KERNEL);
}

static NOINLINE void prt(struct printbuf *b, const char *text)
{
	printbuf_room(b, strlen(text) + 1);
	strcpy(b->text + b->used, text);
	b->used += strlen(text);
}

static NOINLINE void take_map(void)
{
	pthread_mutex_lock(&map_lock);
	HIDE(vfree(vm_map()));
	pthread_mutex_unlock(&map_lock);
}

static NOINLINE void take_count(void)
{
	pthread_mutex_lock(&count_lock);
	HIDE(kfree(counter_init()));
	pthread_mutex_unlock(&count_lock);
}

static NOINLINE void take_print(void)
{
	struct printbuf b = {0};

	pthread_mutex_lock(&print_lock);
	HIDE(prt(&b, "journal seq 5"));
	pthread_mutex_unlock(&print_lock);
	kfree(b.text);
}

static NOINLINE void take_text(void)
{
	char *text = NULL;
	int rc = 0;

	pthread_mutex_lock(&text_lock);
	HIDE(rc = asprintf(&text, "journal seq %d", 5));
	pthread_mutex_unlock(&text_lock);
	must(rc > 0, "asprintf");
	free(text);
}

static NOINLINE void take_stream(void)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = NULL;

	pthread_mutex_lock(&stream_lock);
	HIDE(f = open_memstream(&text, &size));
	pthread_mutex_unlock(&stream_lock);
	must(f != NULL, "open_memstream");
	fclose(f);
	free(text);
}

static void shrink(void)
{
#define X(name)                                                                                    \
	pthread_mutex_lock(&name##_lock);                                                          \
	pthread_mutex_unlock(&name##_lock);
	LOCKS(X)
#undef X
}

int main(void)
{
	take_map();
	take_count();
	take_print();
	take_text();
	take_stream();
	direct_reclaim(shrink);
	puts("done");
	return 0;
}
