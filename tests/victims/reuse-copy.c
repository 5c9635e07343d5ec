/* SPDX-License-Identifier: MIT */
/*
 * Silent: an object is copied with its lock, used or not, as plain bytes: the copy is a lock of its own
 * and its bytes are as the program left them.
 *
 * expect: none
 */
#include "victim.h"

struct object {
	pthread_mutex_t lock;
	int value;
};

static pthread_mutex_t global = PTHREAD_MUTEX_INITIALIZER;
static struct object original = { PTHREAD_MUTEX_INITIALIZER, 1 };

int main(void)
{
	struct object *copy = malloc(sizeof(*copy));

	nest(&original.lock, &global);
	memcpy(copy, &original, sizeof(*copy));
	nest(&global, &copy->lock);
	*copy = (struct object){ PTHREAD_MUTEX_INITIALIZER, 2 };
	nest(&global, &copy->lock);
	free(copy);
	puts("done");
	return 0;
}
