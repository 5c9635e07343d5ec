// SPDX-License-Identifier: MIT
/* thread_tell.c - see thread_tell.h. */
#include "thread_tell.h"
#include "record.h"
#include "sys.h"
#include "thread.h"
#include "thread_table.h"

#include <string.h>
#include <sys/prctl.h>

/* What it goes by now: mostly it was given a name after it began. */
static void take_name(struct rd_thread_info *i)
{
	if (!rd_self || rd_self != i->state)
		return;
	rd_sys(SYS_prctl, PR_GET_NAME, i->name, 0, 0, 0);
	memcpy(rd_self->slot->name, i->name, sizeof(i->name));
}

static void put(struct rd_thread_info *i)
{
	struct rdep_thread item = {.id = i->id,
				   .tid = i->state ? i->state->tid : i->tid,
				   .parent = i->parent,
				   .parent_clock = i->parent_clock,
				   .start_routine = i->start_routine,
				   .create_stack = i->create_stack};

	take_name(i);
	memcpy(item.name, i->name, sizeof(item.name));
	/* Without room now, it may be told as part of a finding. */
	i->told = rd_record_put(RDEP_THREAD, &item, sizeof(item), NULL, 0) != NULL;
}

/* With those that made it: whoever is told of has had that done. */
static void put_line(uint32_t id)
{
	struct rd_thread_info *i;

	for (i = rd_thread_info_at(id); i && !i->told; i = rd_thread_info_at(i->parent))
		put(i);
}

void rd_thread_tell_join(uint32_t id)
{
	struct rd_thread_info *i;

	for (i = rd_thread_info_at(id); i && i->told && i->joiner && !i->join_told; i = rd_thread_info_at(i->joiner)) {
		struct rdep_join item = {.thread = i->id, .joiner = i->joiner, .joiner_clock = i->joiner_clock};

		i->join_told = 1;
		put_line(i->joiner);
		rd_record_put(RDEP_JOIN, &item, sizeof(item), NULL, 0);
	}
}

void rd_thread_tell(uint32_t id)
{
	const struct rd_thread_info *i = rd_thread_info_at(id);

	if (!i || i->told)
		return;
	put_line(id);
	rd_thread_tell_join(id);
}
