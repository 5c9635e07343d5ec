/* SPDX-License-Identifier: MIT */
/*
 * screen.h - a terminal's whole window, and keys as they are typed.
 *
 * What was there before is there again afterwards, however the process ends: by a return, exit(), a signal that
 * ends or stops it, or a crash.
 */
#ifndef RECLAIMDEP_TOOLS_SCREEN_H
#define RECLAIMDEP_TOOLS_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

/* False: standard output is no terminal that can do it. */
bool screen_begin(void);
void screen_end(void);

/* The window as it is now. */
void screen_size(unsigned *columns, unsigned *lines);

/* Shows that text, lines each ended by a newline, in place of what was shown. */
void screen_show(const char *text, size_t n);

enum screen_event { SCREEN_TIME, SCREEN_KEY, SCREEN_RESIZED, SCREEN_ENDED };

/* Sleeps until a key is typed, the window changes, or the time (ms) is over. ENDED: a signal wants the end, or
 * nobody types any more. */
enum screen_event screen_wait(int ms, char *key);

/* Of the signal that wanted the end; 0: none. To be raised after screen_end(). */
int screen_signal(void);

#endif
