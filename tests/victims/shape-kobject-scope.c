/* SPDX-License-Identifier: MIT */
/*
 * Silent: shape-kobject as it was put right, with a NOFS scope around groups_sem: no mask could be
 * handed to the library.
 *
 * expect: none
 * libraries: shape-kobject-scope-library
 */
#define SCOPED
#ifdef PLUGIN_shape_kobject_scope_library
#define PLUGIN_shape_kobject_library
#endif
#include "shape-kobject.c"
