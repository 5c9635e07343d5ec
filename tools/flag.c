// SPDX-License-Identifier: MIT
/* flag.c - what is typed, against a flag's name: see tools.h. */
#include <string.h>
#include "tools.h"

bool tool_is_flag(const char *arg, const char *name)
{
	if (strncmp(arg, "--", 2))
		return false;
	for (arg += 2; *name && (*arg == '-' ? '_' : *arg) == (*name == '-' ? '_' : *name); arg++)
		name++;
	return !*name && (!*arg || *arg == '=');
}
