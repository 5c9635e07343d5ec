// SPDX-License-Identifier: MIT
/*
 * soak.c - a load that is steady: what it does in the first step it does in the last.
 *
 *     soak LOAD STEPS OPERATIONS [alive]
 *
 * After each step of that many operations a line: operations so far, private memory in KiB, bytes of the record that
 * are used, mappings, nanoseconds an operation. The first two must not grow once it is warm: tools/soak looks at that.
 */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "loads.h"
#include "runtime/record_layout.h"

static const struct load {
	const char *name;
	void (*run)(long n);
} loads[] = {
#define LOAD(name) {#name, load_##name},
#include "loads.def"
#undef LOAD
};

void fail(const char *what)
{
	perror(what);
	exit(2);
}

static long private_kib(void)
{
	char line[256];
	FILE *f = fopen("/proc/self/status", "r");
	long kib = -1;

	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, "RssAnon:", 8) == 0)
			kib = atol(line + 8);
	if (f)
		fclose(f);
	return kib;
}

/* Mappings there are, and where the record's header is mapped. */
static long mappings(const struct rdep_header **header)
{
	char line[PATH_MAX + 128];
	FILE *f = fopen("/proc/self/maps", "r");
	unsigned long start, offset;
	long n = 0;

	*header = NULL;
	for (; f && fgets(line, sizeof(line), f); n++)
		if (strstr(line, RDEP_SUFFIX) && sscanf(line, "%lx-%*x %*s %lx", &start, &offset) == 2 && !offset)
			*header = (const struct rdep_header *)start;
	if (f)
		fclose(f);
	return n;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void say(long operations, double took, long in_it)
{
	const struct rdep_header *record;
	long maps = mappings(&record);

	printf("%ld %ld %llu %ld %.0f\n", operations, private_kib(),
	       record ? (unsigned long long)record->journal_end : 0ull, maps, took / (double)in_it * 1e9);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	long steps, operations, i;
	size_t l;

	if (argc != 4 || (steps = atol(argv[2])) <= 0 || (operations = atol(argv[3])) <= 0) {
		fprintf(stderr, "usage: soak LOAD STEPS OPERATIONS\n");
		return 2;
	}
	for (l = 0; l < sizeof(loads) / sizeof(*loads) && strcmp(loads[l].name, argv[1]); l++)
		;
	if (l == sizeof(loads) / sizeof(*loads)) {
		fprintf(stderr, "soak: no load %s\n", argv[1]);
		return 2;
	}
	for (i = 1; i <= steps; i++) {
		double began = seconds();

		loads[l].run(operations);
		say(i * operations, seconds() - began, operations);
	}
	return 0;
}
