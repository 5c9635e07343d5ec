/* SPDX-License-Identifier: MIT */
/*
 * exec.c - a new program is followed: whatever environment it is given, it finds
 * the preload, the options and whose child it is.
 *
 * The program's own vector is never changed. Ours is built on the stack, or, when it
 * is long, in pages; a vfork child uses its parent's memory, so there it is the stack or,
 * beyond a limit, the program's own environment as it came.
 */
#include <errno.h>
#include <spawn.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "runtime/event.h"
#include "resolve.h"

#define PRELOAD "LD_PRELOAD="
#define IDENTITY "RECLAIMDEP_FROM="
#define ON_STACK 4096u
#define ON_STACK_BORROWED 16384u

/* In a vfork child; a raw clone with CLONE_VM gives itself away by its id. Where no thread is followed, it could
 * be one any time. */
static bool on_borrowed_memory(void)
{
	const struct rd_thread *t = rd_self;

	if (rd_follow_passes())
		return true;
	return t && (t->vfork || (t->tid && t->tid != rd_gettid()));
}

/* ---- LD_PRELOAD ---- */

/* The loader parts the list at both. */
static bool separates(char c)
{
	return c == ':' || c == ' ';
}

static const char *token_end(const char *p)
{
	while (*p && !separates(*p))
		p++;
	return p;
}

static bool is_path(const char *p, const char *end, const char *path)
{
	return !strncmp(p, path, (size_t)(end - p)) && !path[end - p];
}

/* A sanitizer's runtime insists on being the first. */
static bool is_sanitizer(const char *p, const char *end)
{
	static const char *const names[] = {"libasan", "libtsan", "libclang_rt."};
	const char *base = p;
	size_t i;

	for (; p < end; p++)
		if (*p == '/')
			base = p + 1;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strncmp(base, names[i], strlen(names[i])))
			return true;
	return false;
}

/* Whether a list has path in it with nothing but sanitizers in front. */
static bool leads(const char *list, const char *path)
{
	const char *p = list, *end;

	for (;; p = end) {
		while (separates(*p))
			p++;
		end = token_end(p);
		if (p == end)
			return false;
		if (is_path(p, end, path))
			return true;
		if (!is_sanitizer(p, end))
			return false;
	}
}

static char *append(char *to, const char *p, size_t n)
{
	memcpy(to, p, n);
	return to + n;
}

/* "LD_PRELOAD=path:list", path left out of list. Needs PRELOAD, path, list and 2 bytes. */
static void make_preload(char *to, const char *path, const char *list)
{
	const char *p = list, *end;

	to = append(to, PRELOAD, strlen(PRELOAD));
	to = append(to, path, strlen(path));
	for (; *p; p = end) {
		if (separates(*p)) {
			end = p + 1;
			continue;
		}
		end = token_end(p);
		if (is_path(p, end, path))
			continue;
		*to++ = ':';
		to = append(to, p, (size_t)(end - p));
	}
	*to = '\0';
}

/* ---- the environment ---- */

struct plan {
	char *const *from;
	const char *const *variables;
	const char *path;    /* to be preloaded; NULL: LD_PRELOAD is right as it is */
	const char *preload; /* the value given; "" for none */
	size_t count;	     /* of `from` */
	size_t pointers;     /* needed, at most */
	size_t bytes;	     /* needed in all */
};

static bool same_name(const char *a, const char *b)
{
	for (; *a == *b; a++, b++)
		if (!*a || *a == '=')
			return true;
	return false;
}

static bool replaced(const struct plan *plan, const char *entry)
{
	const char *const *v;

	if (same_name(entry, IDENTITY) || (plan->path && same_name(entry, PRELOAD)))
		return true;
	for (v = plan->variables; v && *v; v++)
		if (same_name(entry, *v))
			return true;
	return false;
}

/* False: nothing is to be added. */
static bool make_plan(struct plan *plan, char *const envp[])
{
	static char *const none[] = {NULL};
	const char *const *v;

	*plan = (struct plan){.from = envp ? envp : none, .preload = ""};
	plan->variables = rd_follow_variables();
	plan->path = rd_follow_preload();
	if (!plan->variables && !plan->path)
		return false;
	for (; plan->from[plan->count]; plan->count++)
		if (same_name(plan->from[plan->count], PRELOAD))
			plan->preload = plan->from[plan->count] + strlen(PRELOAD);
	if (plan->path && leads(plan->preload, plan->path))
		plan->path = NULL;
	plan->pointers = plan->count + 3;
	for (v = plan->variables; v && *v; v++)
		plan->pointers++;
	plan->bytes = plan->pointers * sizeof(char *) + RD_IDENTITY_MAX;
	if (plan->path)
		plan->bytes += strlen(PRELOAD) + strlen(plan->path) + strlen(plan->preload) + 2;
	return true;
}

static char *const *carry_out(const struct plan *plan, void *memory, bool exec)
{
	char **out = memory, **vector = memory;
	char *text = (char *)(vector + plan->pointers);
	const char *identity = rd_follow_identity(text, exec);
	const char *const *v;
	size_t i;

	if (identity)
		*out++ = (char *)identity;
	text += RD_IDENTITY_MAX;
	if (plan->path) {
		make_preload(text, plan->path, plan->preload);
		*out++ = text;
	}
	for (v = plan->variables; v && *v; v++)
		*out++ = (char *)*v;
	for (i = 0; i < plan->count; i++)
		if (!replaced(plan, plan->from[i]))
			*out++ = plan->from[i];
	*out = NULL;
	return vector;
}

/* ---- the calls ---- */

struct request {
	const char *path;
	char *const *argv;
	int fd, flags;
	/* posix_spawn */
	pid_t *pid;
	const posix_spawn_file_actions_t *actions;
	const posix_spawnattr_t *attr;
};

typedef int make_call(const struct request *r, char *const envp[]);

static __attribute__((noinline)) int on_stack(const struct plan *plan, bool exec, make_call *call,
					      const struct request *r)
{
	char *memory[plan->bytes / sizeof(char *) + 1];

	return call(r, carry_out(plan, memory, exec));
}

static __attribute__((noinline)) int in_pages(const struct plan *plan, bool exec, make_call *call,
					      const struct request *r)
{
	long p = rd_sys(SYS_mmap, 0, plan->bytes, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int rc, error;

	if (rd_sys_failed(p)) {
		rd_note("a program was started that is not followed: no memory for its "
			"environment");
		return call(r, plan->from);
	}
	rc = call(r, carry_out(plan, (void *)p, exec));
	error = errno;
	rd_sys(SYS_munmap, p, plan->bytes);
	errno = error;
	return rc;
}

static int with_environment(char *const envp[], bool borrowed, bool exec, make_call *call,
			    const struct request *r)
{
	struct plan plan;

	if (!make_plan(&plan, envp))
		return call(r, envp);
	if (plan.bytes <= (borrowed ? ON_STACK_BORROWED : ON_STACK))
		return on_stack(&plan, exec, call, r);
	if (!borrowed)
		return in_pages(&plan, exec, call, r);
	rd_note("a program was started from a vfork child that is not followed: "
		"its environment is too long");
	return call(r, envp);
}

/* A vfork child replaces itself, but not the image whose memory it is on. */
static int replace_image(char *const envp[], make_call *call, const struct request *r)
{
	int rc;

	if (on_borrowed_memory())
		return with_environment(envp, true, false, call, r);
	rd_exec_begin();
	rc = with_environment(envp, false, true, call, r);
	rd_exec_failed();
	return rc;
}

static int spawn_image(char *const envp[], make_call *call, const struct request *r)
{
	return with_environment(envp, on_borrowed_memory(), false, call, r);
}

static int call_execve(const struct request *r, char *const envp[])
{
	return RD_NEXT(execve)(r->path, r->argv, envp);
}

static int call_execvpe(const struct request *r, char *const envp[])
{
	return RD_NEXT(execvpe)(r->path, r->argv, envp);
}

static int call_fexecve(const struct request *r, char *const envp[])
{
	return RD_NEXT(fexecve)(r->fd, r->argv, envp);
}

static int call_execveat(const struct request *r, char *const envp[])
{
	return RD_NEXT(execveat)(r->fd, r->path, r->argv, envp, r->flags);
}

static int call_spawn(const struct request *r, char *const envp[])
{
	return RD_NEXT(posix_spawn)(r->pid, r->path, r->actions, r->attr, r->argv, envp);
}

static int call_spawnp(const struct request *r, char *const envp[])
{
	return RD_NEXT(posix_spawnp)(r->pid, r->path, r->actions, r->attr, r->argv, envp);
}

RD_EXPORT int execve(const char *path, char *const argv[], char *const envp[])
{
	return replace_image(envp, call_execve, &(struct request){.path = path, .argv = argv});
}

RD_EXPORT int execv(const char *path, char *const argv[])
{
	return replace_image(environ, call_execve, &(struct request){.path = path, .argv = argv});
}

RD_EXPORT int execvp(const char *path, char *const argv[])
{
	return replace_image(environ, call_execvpe, &(struct request){.path = path, .argv = argv});
}

RD_EXPORT int execvpe(const char *path, char *const argv[], char *const envp[])
{
	return replace_image(envp, call_execvpe, &(struct request){.path = path, .argv = argv});
}

RD_EXPORT int fexecve(int fd, char *const argv[], char *const envp[])
{
	return replace_image(envp, call_fexecve, &(struct request){.fd = fd, .argv = argv});
}

RD_EXPORT int execveat(int fd, const char *path, char *const argv[], char *const envp[], int flags)
{
	return replace_image(
		envp, call_execveat,
		&(struct request){.fd = fd, .path = path, .argv = argv, .flags = flags});
}

RD_EXPORT int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
			  const posix_spawnattr_t *attr, char *const argv[], char *const envp[])
{
	return spawn_image(
		envp, call_spawn,
		&(struct request){
			.path = path, .argv = argv, .pid = pid, .actions = actions, .attr = attr});
}

RD_EXPORT int posix_spawnp(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
			   const posix_spawnattr_t *attr, char *const argv[], char *const envp[])
{
	return spawn_image(
		envp, call_spawnp,
		&(struct request){
			.path = path, .argv = argv, .pid = pid, .actions = actions, .attr = attr});
}

/* EXECL(name, call, environment): the arguments of a call with a list of them. What
 * follows the list's NULL is left in `ap`. */
#define EXECL(name, call, environment)                                                             \
	RD_EXPORT int name(const char *path, const char *arg, ...)                                 \
	{                                                                                          \
		size_t n = 1, i;                                                                   \
		va_list ap;                                                                        \
                                                                                                   \
		va_start(ap, arg);                                                                 \
		for (const char *p = arg; p; n++)                                                  \
			p = va_arg(ap, const char *);                                              \
		va_end(ap);                                                                        \
                                                                                                   \
		char *argv[n];                                                                     \
                                                                                                   \
		argv[0] = (char *)arg;                                                             \
		va_start(ap, arg);                                                                 \
		for (i = 1; i < n; i++)                                                            \
			argv[i] = va_arg(ap, char *);                                              \
		char *const *envp = (environment);                                                 \
		va_end(ap);                                                                        \
		return replace_image(envp, call, &(struct request){.path = path, .argv = argv});   \
	}

EXECL(execl, call_execve, environ)
EXECL(execlp, call_execvpe, environ)
EXECL(execle, call_execve, va_arg(ap, char *const *))
