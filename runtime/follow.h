/* SPDX-License-Identifier: MIT */
/*
 * follow.h - what children get told: the variables that carry the runtime over exec, and who their
 * parent image is.
 */
#ifndef RECLAIMDEP_FOLLOW_H
#define RECLAIMDEP_FOLLOW_H

#include "record.h"

/* Fills in this image's own identity, its parent's and its predecessor's from the environment. */
void rd_follow_start(struct rd_identity *id);

/* A fork child's identity: a new image of the parent's. Also what rd_follow_identity() tells from now on. */
void rd_follow_fork(struct rd_identity *id);

/* Instead of rd_follow_start(), for an image that is not followed itself: its children are told that they are those of
 * the image that it comes from. */
void rd_follow_pass(void);

/* The value of an environment variable, or NULL. No lock, no allocation. */
const char *rd_environment(const char *name);

/* Builds what rd_follow_variables() and rd_follow_preload() give; needs options and record. */
void rd_follow_prepare(void);

#endif
