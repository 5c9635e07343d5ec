// SPDX-License-Identifier: MIT
/* skip.c - see skip.h. */
#include "skip.h"
#include "options.h"
#include "skip_option.h"
#include "sys.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/auxv.h>

static bool is_named(const char *program)
{
	return program && rd_skip_names(rd_options.skip, program);
}

static bool is_named_by_link(char *buf, size_t n)
{
	long got = rd_sys(SYS_readlink, "/proc/self/exe", buf, n - 1);

	if (rd_sys_failed(got))
		return false;
	buf[got] = 0;
	return is_named(buf);
}

/* The first word of the command line, as far as it is read. */
static bool is_named_by_itself(char *buf, size_t n)
{
	long fd = rd_sys(SYS_open, "/proc/self/cmdline", O_RDONLY | O_CLOEXEC, 0), got;

	if (rd_sys_failed(fd))
		return false;
	got = rd_sys(SYS_read, fd, buf, n - 1);
	rd_sys(SYS_close, fd);
	if (rd_sys_failed(got))
		return false;
	buf[got] = 0;
	return is_named(buf);
}

bool rd_skip_image(void)
{
	static char buf[PATH_MAX];

	if (!rd_options.skip[0])
		return false;
	return is_named((const char *)getauxval(AT_EXECFN)) || is_named_by_link(buf, sizeof(buf)) ||
	       is_named_by_itself(buf, sizeof(buf));
}
