/* SPDX-License-Identifier: MIT */
/*
 * follow_test.c - the environment that a followed child is given, by every call that starts a
 * program. The hooks are compiled in; the next functions in line keep what they were given.
 */
#include <stdlib.h>
#include "../../hooks/exec.c"
#include "tap.h"

#define LIBRARY "/opt/r/libreclaimdep.so"

/* ---- what the hooks stand on ---- */

__thread struct rd_thread *rd_self;
static const char *const *variables;
static const char *preload;
static int begun, failed, noted;

const char *const *rd_follow_variables(void)
{
	return variables;
}

bool rd_follow_passes(void)
{
	return false;
}

const char *rd_follow_preload(void)
{
	return preload;
}

const char *rd_follow_identity(char *buf, bool exec)
{
	return strcpy(buf, exec ? IDENTITY "exec" : IDENTITY "spawn");
}

void rd_exec_begin(void)
{
	begun++;
}

void rd_exec_failed(void)
{
	failed++;
}

void rd_note(const char *text)
{
	noted += text != NULL;
}

/* ---- the next functions: one line of text for each call ---- */

static char seen[1 << 20];

static int see(const char *call, const char *path, char *const argv[], char *const envp[])
{
	size_t n = (size_t)snprintf(seen, sizeof(seen), "%s %s", call, path);

	for (; argv && *argv; argv++)
		n += (size_t)snprintf(seen + n, sizeof(seen) - n, " %s", *argv);
	n += (size_t)snprintf(seen + n, sizeof(seen) - n, envp ? " |" : " NULL");
	for (; envp && *envp; envp++)
		n += (size_t)snprintf(seen + n, sizeof(seen) - n, " %s", *envp);
	errno = ENOEXEC;
	return -1;
}

static int next_execve(const char *path, char *const argv[], char *const envp[])
{
	return see("execve", path, argv, envp);
}

static int next_execvpe(const char *path, char *const argv[], char *const envp[])
{
	return see("execvpe", path, argv, envp);
}

static int next_fexecve(int fd, char *const argv[], char *const envp[])
{
	return see("fexecve", fd == 7 ? "7" : "?", argv, envp);
}

static int next_execveat(int fd, const char *path, char *const argv[], char *const envp[],
			 int flags)
{
	return see(fd == 7 && flags == 9 ? "execveat" : "?", path, argv, envp);
}

static int next_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		      const posix_spawnattr_t *attr, char *const argv[], char *const envp[])
{
	(void)actions, (void)attr;
	*pid = 5;
	return see("spawn", path, argv, envp);
}

static int next_spawnp(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		       const posix_spawnattr_t *attr, char *const argv[], char *const envp[])
{
	(void)actions, (void)attr;
	*pid = 6;
	return see("spawnp", path, argv, envp);
}

void *rd_next_execve = next_execve, *rd_next_execvpe = next_execvpe,
     *rd_next_fexecve = next_fexecve;
void *rd_next_execveat = next_execveat, *rd_next_posix_spawn = next_spawn;
void *rd_next_posix_spawnp = next_spawnp;

/* ---- the tests ---- */

static char *const args[] = {"a0", "a1", NULL};

static bool saw(const char *what, const char *wanted)
{
	bool good = tap_ok(!strcmp(seen, wanted), "%s", what);

	if (!good)
		tap_note("wanted: %s", wanted), tap_note("found:  %s", seen);
	return good;
}

#define OURS(who) IDENTITY who " LD_PRELOAD=" LIBRARY " V=1"

static void each_call(void)
{
	char *mine[] = {"X=2", NULL}, *inherited[] = {"Y=3", NULL};
	pid_t pid;

	environ = inherited;
	execve("p", args, mine);
	saw("execve", "execve p a0 a1 | " OURS("exec") " X=2");
	execv("p", args);
	saw("execv", "execve p a0 a1 | " OURS("exec") " Y=3");
	execvp("p", args);
	saw("execvp", "execvpe p a0 a1 | " OURS("exec") " Y=3");
	execvpe("p", args, mine);
	saw("execvpe", "execvpe p a0 a1 | " OURS("exec") " X=2");
	fexecve(7, args, mine);
	saw("fexecve", "fexecve 7 a0 a1 | " OURS("exec") " X=2");
	execveat(7, "p", args, mine, 9);
	saw("execveat", "execveat p a0 a1 | " OURS("exec") " X=2");
	execl("p", "b0", "b1", "b2", (char *)NULL);
	saw("execl", "execve p b0 b1 b2 | " OURS("exec") " Y=3");
	execlp("p", "b0", (char *)NULL);
	saw("execlp", "execvpe p b0 | " OURS("exec") " Y=3");
	execle("p", "b0", "b1", (char *)NULL, mine);
	saw("execle", "execve p b0 b1 | " OURS("exec") " X=2");
	tap_ok(begun == 9 && failed == 9, "each exec is told, and that it failed");
	tap_ok(errno == ENOEXEC, "errno is the next function's");

	posix_spawn(&pid, "p", NULL, NULL, args, mine);
	tap_ok(pid == 5, "posix_spawn gives the pid");
	saw("posix_spawn", "spawn p a0 a1 | " OURS("spawn") " X=2");
	posix_spawnp(&pid, "p", NULL, NULL, args, NULL);
	saw("posix_spawnp without an environment", "spawnp p a0 a1 | " OURS("spawn"));
	tap_ok(begun == 9, "a spawn replaces nothing");
	tap_ok(!strcmp(mine[0], "X=2") && !mine[1], "the program's own vector is as it was");
}

static void preload_lists(void)
{
	static const struct {
		const char *what, *given, *wanted;
	} lists[] = {
		{"a list in front of it", "LD_PRELOAD=a.so:b.so", LIBRARY ":a.so:b.so"},
		{"a list parted by blanks", "LD_PRELOAD=a.so b.so", LIBRARY ":a.so:b.so"},
		{"an empty list", "LD_PRELOAD=", LIBRARY},
		{"a list of separators", "LD_PRELOAD= :: ", LIBRARY},
		{"first already", "LD_PRELOAD=" LIBRARY " a.so", LIBRARY " a.so"},
		{"there, but not first", "LD_PRELOAD=a.so:" LIBRARY ":b.so", LIBRARY ":a.so:b.so"},
		{"there twice", "LD_PRELOAD=a.so:" LIBRARY ":" LIBRARY, LIBRARY ":a.so"},
		{"a longer name", "LD_PRELOAD=" LIBRARY ".old", LIBRARY ":" LIBRARY ".old"},
		{"a shorter name", "LD_PRELOAD=/opt/r/lib", LIBRARY ":/opt/r/lib"},
		{"behind a sanitizer", "LD_PRELOAD=/l/libasan.so.8:" LIBRARY,
		 "/l/libasan.so.8:" LIBRARY},
		{"a sanitizer alone", "LD_PRELOAD=/l/libasan.so.8", LIBRARY ":/l/libasan.so.8"},
	};
	char wanted[300];
	size_t i;

	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		char *mine[] = {(char *)lists[i].given, NULL};
		const char *found;

		execve("p", args, mine);
		found = strstr(seen, "LD_PRELOAD=");
		snprintf(wanted, sizeof(wanted), "LD_PRELOAD=%s", lists[i].wanted);
		if (!tap_ok(found && !strncmp(found, wanted, strlen(wanted)) &&
				    (!found[strlen(wanted)] ||
				     !strcmp(found + strlen(wanted), " V=1")) &&
				    !strstr(found + 1, "LD_PRELOAD="),
			    "LD_PRELOAD: %s", lists[i].what))
			tap_note("%s", seen);
	}
}

static void replaced_variables(void)
{
	char *mine[] = {"VV=old", "V=old", IDENTITY "old", "V", "W=1", NULL};

	execve("p", args, mine);
	saw("older values give way, others stay", "execve p a0 a1 | " OURS("exec") " VV=old V W=1");
}

static void not_followed(void)
{
	char *mine[] = {"V=old", NULL};

	variables = NULL;
	preload = NULL;
	execve("p", args, mine);
	saw("follow=0 passes the environment on", "execve p a0 a1 | V=old");
	execve("p", args, NULL);
	saw("and none where there is none", "execve p a0 a1 NULL");
}

/* n variables: beyond the stack's share, and beyond a vfork child's. */
static void long_ones(size_t n, bool vfork, bool followed)
{
	char **mine = calloc(n + 1, sizeof(*mine));
	struct rd_thread self = {.vfork = vfork};
	const char *p;
	size_t found = 0, i;

	for (i = 0; i < n; i++)
		mine[i] = "L=1";
	noted = 0;
	rd_self = vfork ? &self : NULL;
	execve("p", args, mine);
	rd_self = NULL;
	for (p = seen; (p = strstr(p, " L=1")); p++)
		found++;
	tap_ok(found == n && !!strstr(seen, " LD_PRELOAD=" LIBRARY) == followed &&
		       noted == !followed,
	       "%zu variables%s are passed on, %s", n, vfork ? " in a vfork child" : "",
	       followed ? "and followed" : "not followed, and that is said");
	tap_ok(begun == 9 + !vfork, "the image %s told", vfork ? "that is borrowed is not" : "is");
	begun = 9;
	tap_ok(!followed || strstr(seen, vfork ? IDENTITY "spawn" : IDENTITY "exec"),
	       "the child is told %s", vfork ? "that it was spawned" : "what it replaces");
	free(mine);
}

int main(void)
{
	static const char *const ours[] = {"V=1", NULL};

	variables = ours;
	preload = LIBRARY;
	each_call();
	preload_lists();
	replaced_variables();
	begun = 9;
	long_ones(0, false, true);
	long_ones(10000, false, true);
	long_ones(1000, true, true);
	long_ones(10000, true, false);
	not_followed();
	return tap_done();
}
