/* SPDX-License-Identifier: MIT */
/*
 * Both orders are taken under a gate of the same class, but of two objects: that guards nothing.
 *
 * expect: lock-inversion certain lock_a lock_b
 */
#include "victim.h"

static pthread_mutex_t *gates[2];
static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;

static NOINLINE pthread_mutex_t *gate_new(void)
{
	pthread_mutex_t *gate = malloc(sizeof(*gate));

	pthread_mutex_init(gate, NULL);
	return gate;
}

static void forward(void)
{
	pthread_mutex_lock(gates[0]);
	nest(&lock_a, &lock_b);
	pthread_mutex_unlock(gates[0]);
}

static void backward(void)
{
	pthread_mutex_lock(gates[1]);
	nest(&lock_b, &lock_a);
	pthread_mutex_unlock(gates[1]);
}

int main(void)
{
	gates[0] = gate_new();
	gates[1] = gate_new();
	TOGETHER(forward, backward);
	puts("done");
	return 0;
}
