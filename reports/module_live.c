/* SPDX-License-Identifier: MIT */
/*
 * module_live.c - a module's file by way of a process that still has it: what it executes, its root
 * directory (it may live in a container), and what it has mapped, whose name may be gone.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "reports/in_root.h"
#include "reports/module_search.h"

#define MAPPED_MAX 256u /* files that are looked into, for one module */

static bool try_name(const char *name, const struct rdep_module_proof *proof,
		     struct rdep_module_file *f)
{
	enum rdep_module_state state = RDEP_MODULE_MISSING;

	return rdep_module_take(open(name, O_PATH | O_CLOEXEC), name, proof, f, &state);
}

static bool try_root(pid_t pid, const char *path, const struct rdep_module_proof *proof,
		     struct rdep_module_file *f)
{
	enum rdep_module_state state = RDEP_MODULE_MISSING;
	struct rdep_search_root root;
	char dir[64];
	bool found;

	if (strncmp(path, "/proc/", 6) == 0)
		return false;
	snprintf(dir, sizeof(dir), "/proc/%d/root", (int)pid);
	root = (struct rdep_search_root){.fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC),
					 .dir = dir};
	found = rdep_module_try(&root, path, proof, f, &state);
	if (root.fd >= 0)
		close(root.fd);
	return found;
}

/* The files that are mapped: each once, the first mapping of a file comes first. */
static bool try_mapped(pid_t pid, const struct rdep_module_proof *proof, struct rdep_module_file *f)
{
	char name[128], line[4096 + 256], last[64] = "";
	unsigned tried = 0;
	bool found = false;
	FILE *maps;

	snprintf(name, sizeof(name), "/proc/%d/maps", (int)pid);
	maps = fopen(name, "re");
	while (maps && !found && tried < MAPPED_MAX && fgets(line, sizeof(line), maps)) {
		unsigned long long start, end, offset, inode;
		char device[32], file[64];

		if (sscanf(line, "%llx-%llx %*s %llx %31s %llu", &start, &end, &offset, device,
			   &inode) != 5 ||
		    !inode)
			continue;
		snprintf(file, sizeof(file), "%s %llu", device, inode);
		if (strcmp(file, last) == 0)
			continue;
		strcpy(last, file);
		snprintf(name, sizeof(name), "/proc/%d/map_files/%llx-%llx", (int)pid, start, end);
		tried++;
		found = try_name(name, proof, f);
	}
	if (maps)
		fclose(maps);
	return found;
}

bool rdep_module_live(pid_t pid, const char *path, const struct rdep_module_proof *proof,
		      struct rdep_module_file *f)
{
	char name[64];

	snprintf(name, sizeof(name), "/proc/%d/exe", (int)pid);
	return try_name(name, proof, f) || try_root(pid, path, proof, f) ||
	       try_mapped(pid, proof, f);
}
