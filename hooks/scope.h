/* SPDX-License-Identifier: MIT */
/*
 * scope.h - who defines a name, asked without dlsym.
 *
 * dlsym, found or not, throws away the error that the program's own dlerror() is
 * to tell. Nothing here does, nor does it allocate.
 */
#ifndef RECLAIMDEP_HOOKS_SCOPE_H
#define RECLAIMDEP_HOOKS_SCOPE_H

#include <link.h>
#include <stdbool.h>

/* A definition of name in an object or, breadth first, in what that needs; NULL: none.
 * Leaves out the object of `except`, an address. */
void *rd_scope_find(const struct link_map *object, const char *name, const void *except);

/* The definition in any loaded object but that of `except`; NULL: none. */
void *rd_scope_any(const char *name, const void *except);

#endif
