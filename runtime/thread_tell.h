/* SPDX-License-Identifier: MIT */
/*
 * thread_tell.h - threads in the journal: told of when something there refers to them, not before. So threads that come
 * and go without leaving anything leave nothing.
 *
 * All functions need the runtime lock.
 */
#ifndef RECLAIMDEP_THREAD_TELL_H
#define RECLAIMDEP_THREAD_TELL_H

#include <stdint.h>

/*
 * Puts the thread into the journal, with the line of threads that made it and the joins that ended it, as far as
 * that is not there yet. To be called before the item that names it. 0, and a thread that is not known: nothing is done.
 */
void rd_thread_tell(uint32_t id);

/* It was joined: its join is put into the journal if the thread is there. */
void rd_thread_tell_join(uint32_t id);

#endif
