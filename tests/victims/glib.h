/* SPDX-License-Identifier: MIT */
/*
 * glib.h - GLib's locks, declared here: its library is there more often than its headers.
 */
#ifndef VICTIM_GLIB_H
#define VICTIM_GLIB_H

#include "victim.h"

typedef union {
	void *p;
	unsigned i[2];
} GMutex;

typedef struct {
	void *p;
	unsigned i[2];
} GCond, GRecMutex, GRWLock;

void g_mutex_init(GMutex *mutex);
void g_mutex_clear(GMutex *mutex);
void g_mutex_lock(GMutex *mutex);
int g_mutex_trylock(GMutex *mutex);
void g_mutex_unlock(GMutex *mutex);
void g_cond_wait(GCond *cond, GMutex *mutex);
int g_cond_wait_until(GCond *cond, GMutex *mutex, int64_t until);
void g_cond_signal(GCond *cond);
void g_rec_mutex_init(GRecMutex *mutex);
void g_rec_mutex_clear(GRecMutex *mutex);
void g_rec_mutex_lock(GRecMutex *mutex);
void g_rec_mutex_unlock(GRecMutex *mutex);
void g_rw_lock_init(GRWLock *lock);
void g_rw_lock_clear(GRWLock *lock);
void g_rw_lock_reader_lock(GRWLock *lock);
void g_rw_lock_reader_unlock(GRWLock *lock);
void g_rw_lock_writer_lock(GRWLock *lock);
void g_rw_lock_writer_unlock(GRWLock *lock);
int64_t g_get_monotonic_time(void);

#endif
