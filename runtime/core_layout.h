/* SPDX-License-Identifier: MIT */
/*
 * core_layout.h - how a reader of a core dump finds its way in the runtime's private memory.
 *
 * A core has no file-backed shared mapping, and so no record. What it has, while the runtime is up, is one
 * struct rd_core_root at a multiple of its alignment in the injected object's data: found by its magic, believed by
 * its own address and checksum. It names the addresses of what there is to read, and where the members of the
 * runtime's structs lie in this build (core_fields.def), so that a reader needs no header of theirs.
 *
 * And there is the kept journal: the items of the record once more, in blocks of private memory, made small.
 * From it the record is made anew where its file is not at hand. See keep.c for what stands in a block.
 *
 * This header is shared with the readers, as record_layout.h is. Numbers are never used again for anything else.
 */
#ifndef RECLAIMDEP_CORE_LAYOUT_H
#define RECLAIMDEP_CORE_LAYOUT_H

#include <stdint.h>
#include "record_layout.h"

#define RD_CORE_MAGIC "reclaimdep core\n" /* 16 bytes, without the zero */
#define RD_CORE_VERSION 1u
#define RD_CORE_ALIGN 64u

enum rd_core_address {
	RD_CORE_PATH = 0,	  /* char[]: the record's */
	RD_CORE_HEADER = 1,	  /* struct rdep_header *: of the record, mapped */
	RD_CORE_CHUNKS = 2,	  /* struct rd_core_chunk *: an array, of the chunks that are mapped */
	RD_CORE_CHUNK_COUNT = 3,  /* uint32_t */
	RD_CORE_CURSOR = 4,	  /* uint64_t: bytes used of the last chunk */
	RD_CORE_KEPT = 5,	  /* struct rd_kept_block *: the first */
	RD_CORE_KEPT_LOST = 6,	  /* uint32_t: items that found no room */
	RD_CORE_THREADS = 7,	  /* struct rd_thread *: the first of the list */
	RD_CORE_INSTANCES = 8,	  /* struct rd_array of struct rd_instance, from 1 on */
	RD_CORE_INSTANCE_COUNT = 9, /* uint32_t: plus 1 */
	RD_CORE_TAG_NONCE = 10,	  /* uint64_t */
	RD_CORE_INFOS = 11,	  /* struct rd_thread_info **: chains of them, by the lowest bits of their ids */
	RD_CORE_INFO_ROOM = 12,	  /* uint32_t: how many chains, a power of two */
	RD_CORE_ALIVE = 13,	  /* uint32_t *: of one that is 0 in the child of a fork that is not followed yet */
	RD_CORE_ADDRESSES = 16,
};

/* Where a member lies in its struct; size 0: this build has none. */
struct rd_core_field {
	uint16_t offset, size;
};
enum rd_core_field_number {
#define CORE_FIELD(num, id, type, member) RD_CORE_F_##id = num,
#include "core_fields.def"
#undef CORE_FIELD
	RD_CORE_FIELDS = 32,
};

struct rd_core_root {
	char magic[16];
	uint64_t self; /* its own address */
	uint32_t version, size;
	uint32_t crc; /* of all from `segment_first` on, but for `header`, which a fork child has anew */
	uint32_t up;  /* the rest is there */
	uint32_t segment_first; /* elements of an array's first segment; each next one has twice as many */
	uint32_t reserved;
	struct rd_core_field field[RD_CORE_FIELDS];
	uint64_t address[RD_CORE_ADDRESSES];
	/* The record's header as it began, under its own checksum; its magic is absent before there is a record. */
	char header[256];
} __attribute__((aligned(RD_CORE_ALIGN)));

/* A chunk of the record, mapped at `base`. */
struct rd_core_chunk {
	uint64_t base, offset, size;
};

/* A block of the kept journal: `used` bytes of data are there, complete. */
struct rd_kept_block {
	uint64_t next; /* address; 0: none */
	uint32_t size; /* of data */
	uint32_t used;
	uint8_t data[];
};

/* An item that is kept as its bytes are, not by what changed since the last of its type. */
static inline int rd_kept_raw(unsigned type)
{
	return type == RDEP_MODULE || type == RDEP_OPTIONS || type == RDEP_EXE || type == RDEP_NOTE;
}
#define RD_KEPT_TYPES 32u   /* items of a higher type are not kept */
#define RD_KEPT_WORDS 4096u /* of 32 bits that an item has at most, to be kept by its changes */
/* How many words of the last item of its type are remembered. */
#define RD_KEPT_BEFORE(type) ((type) == RDEP_STACK ? 640u : 64u)

/* A lock's tag: ((address >> 3) << 20 | class) ^ nonce, at this offset in the lock; see tag.h. Class bits that are all
 * ones: the class stands in the upper half of the generation's word. */
#define RD_CORE_TAG_MUTEX 24u
#define RD_CORE_TAG_RWLOCK 16u
#define RD_CORE_TAG_CLASS_BITS 20u

_Static_assert(sizeof(struct rd_core_root) <= 4096, "core root");

#endif
