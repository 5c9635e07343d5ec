// SPDX-License-Identifier: MIT
/* core_root.c - see core_root.h. */
#include "core_root.h"
#include "crc32c.h"
#include "engine.h"
#include "event.h"
#include "instance.h"
#include "mem.h"
#include "thread.h"
#include "thread_table.h"

#include <stddef.h>
#include <string.h>

/* Only a process that came up has the magic in its memory: it is not in the file. */
static struct rd_core_root root;

static void fill_fields(void)
{
#define CORE_FIELD(num, id, type, member)                                                          \
	root.field[num] =                                                                          \
		(struct rd_core_field){offsetof(type, member), sizeof(((type *)0)->member)};
#include "core_fields.def"
#undef CORE_FIELD
}

void rd_core_root_up(const struct rdep_header *h)
{
	size_t from = offsetof(struct rd_core_root, segment_first),
	       end = offsetof(struct rd_core_root, header);

	_Static_assert(offsetof(struct rdep_header, state) <= sizeof(root.header),
		       "room for what identifies a record");
	_Static_assert(RD_TAG_OFFSET(RDEP_MUTEX) == RD_CORE_TAG_MUTEX &&
			       RD_TAG_OFFSET(RDEP_RWLOCK) == RD_CORE_TAG_RWLOCK,
		       "as the readers know it");
	memcpy(root.header, h, offsetof(struct rdep_header, state));
	fill_fields();
	rd_record_core(root.address);
	rd_keep_core(root.address);
	rd_threads_core(root.address);
	rd_instance_core(root.address);
	rd_thread_table_core(root.address);
	root.address[RD_CORE_ALIVE] = (uint64_t)&rd_alive;
	root.address[RD_CORE_TAG_NONCE] = (uint64_t)&rd_tag_nonce;
	root.segment_first = RD_ARRAY_FIRST;
	root.version = RD_CORE_VERSION;
	root.size = sizeof(root);
	root.self = (uint64_t)&root;
	root.crc = rdep_crc32c(0, (const char *)&root + from, end - from);
	memcpy(root.magic, RD_CORE_MAGIC, sizeof(root.magic));
	__atomic_store_n(&root.up, 1, __ATOMIC_RELEASE);
}
