/* SPDX-License-Identifier: MIT */
/*
 * main.c - a run of the miniature filesystem: files are written, synced, evicted by
 * reclaim some time later, and written again.
 */
#include "minifs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool bugs[BUGS];

static const struct {
	const char *name, *kind, *what;
} table[BUGS] = {
#define BUG(sym, name, kind, what) { name, kind, what },
#include "bugs.def"
#undef BUG
};

static void write_files(struct super *super, const char *text)
{
	for (unsigned i = 0; i < INODES; i++) {
		struct inode *inode = inode_get(super, i);

		inode_write(super, inode, text);
		inode_put(super, inode);
	}
}

static void run(bool direct)
{
	static struct super s;
	unsigned long writes;

	super_mount(&s);
	super_remount(&s, "keep=8");
	for (int round = 0; round < 2; round++) {
		write_files(&s, "once upon a time");
		super_sync(&s);
		if (direct)
			reclaim(&s);
		else
			worker_run(&s.kswapd);
		super_remount(&s, "keep=16");
	}
	writes = s.writes;
	super_unmount(&s);
	log_free();
	printf("minifs: %lu writes, %lu transactions, %lu inodes evicted, %lu requests\n", writes,
	       s.journal.commits, s.inodes.evicted, s.device.done);
}

static int list(void)
{
	for (int i = 0; i < BUGS; i++)
		printf("%s\t%s\t%s\n", table[i].name, table[i].kind, table[i].what);
	return 0;
}

static bool set_bug(const char *name)
{
	for (int i = 0; i < BUGS; i++) {
		if (!strcmp(table[i].name, name)) {
			bugs[i] = true;
			return true;
		}
	}
	fprintf(stderr, "minifs: no bug '%s': --list tells them\n", name);
	return false;
}

int main(int argc, char **argv)
{
	bool direct = false;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--list"))
			return list();
		if (!strcmp(argv[i], "--direct")) {
			direct = true;
		} else if (strncmp(argv[i], "--bug=", 6)) {
			fprintf(stderr, "usage: minifs [--bug=NAME]... [--direct] | --list\n");
			return 2;
		} else if (!set_bug(argv[i] + 6)) {
			return 2;
		}
	}
	run(direct);
	return 0;
}
