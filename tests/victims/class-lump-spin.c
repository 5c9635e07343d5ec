/* SPDX-License-Identifier: MIT */
/*
 * One function sets up the spinlocks of two types: locks without a tag, which are told apart all the same.
 *
 * expect: lock-inversion possible
 */
#include "victim.h"

static struct {
	pthread_spinlock_t guard;
} inode[2], buffer[2];

static NOINLINE void guard_setup(pthread_spinlock_t *s)
{
	must(!pthread_spin_init(s, 0), "init");
}

static NOINLINE void inode_setup(int i)
{
	guard_setup(&inode[i].guard);
	must(i < 2, "two");
}

static NOINLINE void buffer_setup(int i)
{
	guard_setup(&buffer[i].guard);
	must(i < 2, "two");
}

static NOINLINE void read_page(void)
{
	pthread_spin_lock(&inode[0].guard);
	pthread_spin_lock(&buffer[0].guard);
	pthread_spin_unlock(&buffer[0].guard);
	pthread_spin_unlock(&inode[0].guard);
}

static NOINLINE void write_page(void)
{
	pthread_spin_lock(&buffer[1].guard);
	pthread_spin_lock(&inode[1].guard);
	pthread_spin_unlock(&inode[1].guard);
	pthread_spin_unlock(&buffer[1].guard);
}

int main(void)
{
	for (int i = 0; i < 2; i++) {
		inode_setup(i);
		buffer_setup(i);
	}
	TOGETHER(read_page, write_page);
	puts("done");
	return 0;
}
