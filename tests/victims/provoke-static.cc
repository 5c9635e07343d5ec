// SPDX-License-Identifier: MIT
/*
 * The initialisation of a function's static object allocates, and the shrinker uses that object: provoked in there
 * it would wait for itself.
 *
 * expect: none
 * options: provoke=shrink:1
 * links: gfp
 */
#include "provoke.h"

struct table {
	table()
	{
		work(10);
	}
	int uses = 0;
};

static NOINLINE table &the_table()
{
	static table t;
	return t;
}

static unsigned long table_count(struct shrinker *, struct shrink_control *)
{
	cache_runs++;
	return ++the_table().uses;
}

int main()
{
	cache_start();
	cache_shrinker->count_objects = table_count;
	int before = cache_runs;
	the_table();
	printf("%d\n", cache_runs - before);
	work(3);
	shrinker_free(cache_shrinker);
	return 0;
}
