/* SPDX-License-Identifier: MIT */
/*
 * A daemon that gives up its rights: root's record is out of its reach from then on, by user and by root directory. Thousands of
 * classes later, when the record must have grown, there is an inversion.
 *
 * expect: lock-inversion certain first second
 * needs: root
 */
#include "victim.h"

#include <grp.h>

#define OTHERS 6000

static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER, second = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t others[OTHERS];

static void forward(void)
{
	nest(&first, &second);
}

static void backward(void)
{
	nest(&second, &first);
}

int main(void)
{
	must(!chroot("/proc"), "chroot");
	must(!setgroups(0, NULL) && !setgid(65534) && !setuid(65534), "setuid");
	for (int i = 0; i + 1 < OTHERS; i++)
		nest(&others[i], &others[i + 1]);
	TOGETHER(forward, backward);
	puts("done");
	return 0;
}
