/* SPDX-License-Identifier: MIT */
/*
 * Reader and writer mixtures that do deadlock: writers both ways, a writer's hold with a reader's
 * step both ways, and two chains of three.
 *
 * expect: lock-inversion certain a b
 * expect: lock-inversion certain c d
 * expect: lock-inversion certain p1 p2 p3
 * expect: lock-inversion certain q1 q2 q3
 */
#include "victim.h"

#define RW(name) static pthread_rwlock_t name = PTHREAD_RWLOCK_INITIALIZER
RW(a);
RW(b);
RW(c);
RW(d);
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
	nest_rw(&a, 1, &b, 1);
	nest_rw(&c, 1, &d, 0);
	nest_rw(&p1, 1, &p2, 0);
	nest_rw(&q1, 1, &q2, 1);
}

static void second(void)
{
	nest_rw(&b, 1, &a, 1);
	nest_rw(&d, 1, &c, 0);
	nest_rw(&p2, 1, &p3, 0);
	nest_rw(&q2, 0, &q3, 0);
}

static void third(void)
{
	nest_rw(&p3, 1, &p1, 0);
	nest_rw(&q3, 1, &q1, 0);
}

int main(void)
{
	TOGETHER(first, second, third);
	puts("done");
	return 0;
}
