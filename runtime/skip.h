/* SPDX-License-Identifier: MIT */
/*
 * skip.h - programs that the option skip= names: nothing of them is followed, but the children.
 */
#ifndef RECLAIMDEP_SKIP_H
#define RECLAIMDEP_SKIP_H

#include <stdbool.h>

/*
 * Is this image one of them: by its file, by the name that it was started by (a script has one of
 * its own, its interpreter another), or by its argv[0]? Needs the options; at start-up only, as it
 * reads /proc.
 */
bool rd_skip_image(void);

#endif
