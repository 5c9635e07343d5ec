// SPDX-License-Identifier: MIT
/* follow.c - see follow.h. */
#define _GNU_SOURCE
#include "follow.h"
#include "engine.h"
#include "event.h"
#include "options.h"
#include "text.h"

#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <string.h>

#define FROM "RECLAIMDEP_FROM="

static uint64_t self[2];
static char preload[PATH_MAX];
static char options_variable[8192];
static const char *variables[] = {options_variable, NULL};
static bool prepared, passes;

const char *rd_environment(const char *name)
{
	extern char **environ;
	size_t n = strlen(name);
	char **e;

	for (e = environ; e && *e; e++) {
		if (strncmp(*e, name, n) == 0 && (*e)[n] == '=')
			return *e + n + 1;
	}
	return NULL;
}

static void new_image(struct rd_identity *id)
{
	id->image[0] = rd_now_realtime();
	if (rd_sys(SYS_getrandom, &id->image[1], sizeof(id->image[1]), 1 /* GRND_NONBLOCK */) != sizeof(id->image[1]))
		id->image[1] = (uint64_t)rd_sys(SYS_getpid) << 32 ^ rd_now_monotonic();
	memcpy(self, id->image, sizeof(self));
}

static const char *parse_hex(const char *s, uint64_t *out)
{
	int n;

	*out = 0;
	for (n = 0; n < 16; n++, s++) {
		if (*s >= '0' && *s <= '9')
			*out = *out << 4 | (uint64_t)(*s - '0');
		else if (*s >= 'a' && *s <= 'f')
			*out = *out << 4 | (uint64_t)(*s - 'a' + 10);
		else
			return NULL;
	}
	return s;
}

/* "<16 hex>-<16 hex>-exec" or "-spawn". */
static void parse_from(struct rd_identity *id, const char *s)
{
	uint64_t from[2];

	s = parse_hex(s, &from[0]);
	if (!s || *s++ != '-')
		return;
	s = parse_hex(s, &from[1]);
	if (!s)
		return;
	if (strcmp(s, "-exec") == 0)
		memcpy(id->exec, from, sizeof(from));
	else if (strcmp(s, "-spawn") == 0)
		memcpy(id->parent, from, sizeof(from));
}

void rd_follow_start(struct rd_identity *id)
{
	const char *from = rd_environment("RECLAIMDEP_FROM");

	memset(id, 0, sizeof(*id));
	new_image(id);
	if (from)
		parse_from(id, from);
}

void rd_follow_pass(void)
{
	static const uint64_t none[2];
	const char *from = rd_environment("RECLAIMDEP_FROM");
	struct rd_identity id;

	memset(&id, 0, sizeof(id));
	if (from)
		parse_from(&id, from);
	memcpy(self, memcmp(id.exec, none, sizeof(none)) ? id.exec : id.parent, sizeof(self));
	passes = true;
}

bool rd_follow_passes(void)
{
	return passes;
}

void rd_follow_fork(struct rd_identity *id)
{
	memset(id, 0, sizeof(*id));
	memcpy(id->parent, self, sizeof(id->parent));
	id->forked = 1;
	new_image(id);
}

static void absolute_path(char *buf, size_t n, const char *path)
{
	struct rd_text t = rd_text_in(buf, n);

	if (path[0] != '/') {
		long got = rd_sys(SYS_getcwd, buf, n);

		if (!rd_sys_failed(got) && buf[0] == '/') {
			t.len = (size_t)got - 1;
			rd_text_char(&t, '/');
		}
	}
	rd_text_str(&t, path);
}

static void find_self(void)
{
	struct dl_find_object o;

	if (_dl_find_object((void *)&rd_follow_prepare, &o) == 0 && o.dlfo_link_map && o.dlfo_link_map->l_name)
		absolute_path(preload, sizeof(preload), o.dlfo_link_map->l_name);
}

/* Takes this library out of LD_PRELOAD, in place: what libc starts by itself (system, popen) passes it on as it
 * stands. */
static void unfollow(void)
{
	char *list = (char *)rd_environment("LD_PRELOAD"), *p, *to;
	size_t n, own = strlen(preload);

	if (!list)
		return;
	for (p = to = list; *p; p += n) {
		while (*p == ':' || *p == ' ')
			p++;
		for (n = 0; p[n] && p[n] != ':' && p[n] != ' '; n++)
			;
		if (n == own && strncmp(p, preload, n) == 0)
			continue;
		if (n && to != list)
			*to++ = ':';
		memmove(to, p, n);
		to += n;
	}
	*to = 0;
}

void rd_follow_prepare(void)
{
	static const char name[] = "RECLAIMDEP_OPTIONS=";
	const struct rd_options *o = &rd_options;

	find_self();
	if (!rd_options.follow)
		unfollow();
	/* A child may have another working directory: the records stay together. */
	if (o->output[0] != '/') {
		static struct rd_options other;
		static char dir[PATH_MAX];

		other = rd_options;
		absolute_path(dir, sizeof(dir), rd_options.output);
		if (strlen(dir) < sizeof(other.output))
			strcpy(other.output, dir);
		o = &other;
	}
	memcpy(options_variable, name, sizeof(name));
	rd_options_format(o, options_variable + sizeof(name) - 1, sizeof(options_variable) - sizeof(name) + 1);
	prepared = true;
}

static bool following(void)
{
	return prepared && rd_options.follow;
}

const char *const *rd_follow_variables(void)
{
	return following() ? variables : NULL;
}

const char *rd_follow_preload(void)
{
	return following() && preload[0] == '/' ? preload : NULL;
}

static void put_hex16(struct rd_text *t, uint64_t v)
{
	int shift;

	for (shift = 60; shift >= 0; shift -= 4)
		rd_text_char(t, "0123456789abcdef"[v >> shift & 15]);
}

const char *rd_follow_identity(char *buf, bool exec)
{
	struct rd_text t = rd_text_in(buf, RD_IDENTITY_MAX);
	struct rd_thread *me = rd_self;

	/* A fork or vfork child without a record of its own is told of as its parent's spawn. */
	if (!*rd_alive || (me && me->vfork))
		exec = false;
	rd_text_str(&t, FROM);
	put_hex16(&t, self[0]);
	rd_text_char(&t, '-');
	put_hex16(&t, self[1]);
	rd_text_str(&t, exec ? "-exec" : "-spawn");
	return buf;
}
