/* SPDX-License-Identifier: MIT */
/*
 * One function makes the locks of two types. After that was found out, the locks that were made before are told apart
 * too, also in a child.
 *
 * expect: lock-inversion certain
 * processes: 2
 */
#include <sys/wait.h>
#include "lump.h"

static pthread_mutex_t middle = PTHREAD_MUTEX_INITIALIZER;
static struct inode *inode;
static struct buffer *buffer;

static NOINLINE void write_inode(void)
{
	pthread_mutex_lock(inode->guard);
	pthread_mutex_lock(&middle);
	pthread_mutex_unlock(&middle);
	pthread_mutex_unlock(inode->guard);
}

static NOINLINE void write_buffer(void)
{
	pthread_mutex_lock(&middle);
	pthread_mutex_lock(buffer->guard);
	pthread_mutex_unlock(buffer->guard);
	pthread_mutex_unlock(&middle);
}

static NOINLINE void read_page(void)
{
	pthread_mutex_lock(inode->guard);
	pthread_mutex_lock(buffer->guard);
	pthread_mutex_unlock(buffer->guard);
	pthread_mutex_unlock(inode->guard);
}

static NOINLINE void write_page(void)
{
	pthread_mutex_lock(buffer->guard);
	pthread_mutex_lock(inode->guard);
	pthread_mutex_unlock(inode->guard);
	pthread_mutex_unlock(buffer->guard);
}

int main(void)
{
	pid_t pid;

	inode = inode_new(1);
	buffer = buffer_new(1);
	TOGETHER(write_inode, write_buffer);
	pid = fork();
	if (pid) {
		must(waitpid(pid, NULL, 0) == pid, "waitpid");
		puts("done");
		return 0;
	}
	TOGETHER(read_page, write_page);
	_exit(0);
}
