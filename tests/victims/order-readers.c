/* SPDX-License-Identifier: MIT */
/*
 * Silent: readers of locks that prefer readers never wait for each other; and the two chains of three
 * locks where a reader's step is followed by a reader's hold.
 *
 * expect: none
 */
#include "victim.h"

#define RW(name) static pthread_rwlock_t name = PTHREAD_RWLOCK_INITIALIZER
RW(a);
RW(b);
RW(p1);
RW(p2);
RW(p3);
RW(q1);
RW(q2);
RW(q3);

static void nest_rw(pthread_rwlock_t *x, int wx, pthread_rwlock_t *y, int wy)
{
	(wx ? pthread_rwlock_wrlock : pthread_rwlock_rdlock)(x);
	(wy ? pthread_rwlock_wrlock : pthread_rwlock_rdlock)(y);
	pthread_rwlock_unlock(y);
	pthread_rwlock_unlock(x);
}

static void first(void)
{
	nest_rw(&a, 0, &b, 0);
	nest_rw(&p1, 1, &p2, 1);
	nest_rw(&q1, 1, &q2, 0);
}

static void second(void)
{
	nest_rw(&b, 0, &a, 0);
	nest_rw(&p2, 0, &p3, 0);
	nest_rw(&q2, 0, &q3, 0);
}

static void third(void)
{
	nest_rw(&a, 0, &a, 0);
	nest_rw(&p3, 0, &p1, 1);
	nest_rw(&q3, 1, &q1, 1);
}

int main(void)
{
	TOGETHER(first, second, third);
	puts("done");
	return 0;
}
