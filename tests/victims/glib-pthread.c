/* SPDX-License-Identifier: MIT */
/*
 * GRecMutex and GRWLock are made by GLib, each by one call of its own: what they are is told by who asked for them. Were
 * all of a kind one class, the third order would close a cycle; a recursive one may be taken again.
 *
 * expect: lock-inversion certain table.lock tree.lock
 * stack: acquire lock_tree forward
 * stack: acquire lock_table backward
 *
 * build: -l:libglib-2.0.so.0
 * needs: libglib-2.0.so.0
 */
#include "glib.h"

static struct table {
	GRecMutex lock;
} table;
static struct tree {
	GRWLock lock;
} tree;
static struct log {
	GRecMutex lock;
} log_of_all;

static NOINLINE void new_table(void)
{
	g_rec_mutex_init(&table.lock);
}

static NOINLINE void new_tree(void)
{
	g_rw_lock_init(&tree.lock);
}

static NOINLINE void new_log(void)
{
	g_rec_mutex_init(&log_of_all.lock);
}

static NOINLINE void lock_table(void)
{
	g_rec_mutex_lock(&table.lock);
	g_rec_mutex_lock(&table.lock);
	g_rec_mutex_unlock(&table.lock);
}

static NOINLINE void lock_tree(void)
{
	g_rw_lock_writer_lock(&tree.lock);
}

static NOINLINE void write_log(void)
{
	g_rec_mutex_lock(&log_of_all.lock);
	g_rec_mutex_unlock(&log_of_all.lock);
}

static NOINLINE void forward(void)
{
	lock_table();
	lock_tree();
	write_log();
	g_rw_lock_writer_unlock(&tree.lock);
	g_rec_mutex_unlock(&table.lock);
}

static NOINLINE void backward(void)
{
	lock_tree();
	lock_table();
	write_log();
	g_rec_mutex_unlock(&table.lock);
	g_rw_lock_writer_unlock(&tree.lock);
}

int main(void)
{
	new_table();
	new_tree();
	new_log();
	TOGETHER(forward, backward);
	g_rec_mutex_clear(&table.lock);
	g_rw_lock_clear(&tree.lock);
	puts("done");
	return 0;
}
