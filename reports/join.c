/* SPDX-License-Identifier: MIT */
/* join.c - when classes of two records are one; see graph.h. */
#include <string.h>
#include "reports/graph.h"

static bool is_anonymous(const struct rdep_mclass *c)
{
	size_t n = strlen(c->key);

	return !c->raw || !n || c->key[n - 1] == '?';
}

/* Classes of one key in two programs are not one class. */
static const char *module_of(const struct rdep_mclass *c)
{
	const struct rdep_mframe *at = rdep_model_frame(&c->origin);

	if (c->raw->raw->origin == RDEP_BY_STATIC)
		return c->detail;
	return at && at->module ? at->module->name : "";
}

uint64_t rdep_join_key(const struct rdep_mclass *c, struct rdep_map *ordinals)
{
	const char *module;
	uint64_t key, ordinal;

	if (is_anonymous(c))
		return 0;
	module = module_of(c);
	key = rdep_hash(rdep_hash_text(c->key), module, strlen(module));
	/* Classes of one process stay apart: the second of a key is joined to others' second. */
	ordinal = ++*rdep_map_put(ordinals, key);
	return rdep_hash(key, &ordinal, sizeof(ordinal)) | 1;
}
