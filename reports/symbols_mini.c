/* SPDX-License-Identifier: MIT */
/*
 * symbols_mini.c - mini debug info: .gnu_debugdata is an ELF file with the symbols of functions
 * that a stripped module's dynamic symbols leave out, packed by xz.
 */
#include <stdlib.h>
#include <string.h>
#include "reports/symbols_tables.h"

#ifdef HAVE_LZMA

#include <lzma.h>

/* What is unpacked is small by its purpose: more is a trap. */
#define UNPACKED_MAX (64u << 20)
#define MEMORY_MAX (128u << 20)

static Elf_Data *packed_data(Elf *elf)
{
	Elf_Scn *scn = NULL;
	size_t strings;

	if (!elf || elf_getshdrstrndx(elf, &strings) < 0)
		return NULL;
	while ((scn = elf_nextscn(elf, scn))) {
		GElf_Shdr shdr;
		const char *name;

		if (!gelf_getshdr(scn, &shdr) || shdr.sh_type != SHT_PROGBITS)
			continue;
		name = elf_strptr(elf, strings, shdr.sh_name);
		if (name && strcmp(name, ".gnu_debugdata") == 0)
			return elf_rawdata(scn, NULL);
	}
	return NULL;
}

/* NULL: it can't be unpacked, or to more than there may be. */
static char *unpack(const void *data, size_t size, size_t *len)
{
	lzma_stream stream = LZMA_STREAM_INIT;
	size_t room = 1u << 16;
	char *out = NULL;
	lzma_ret rc;

	if (lzma_stream_decoder(&stream, MEMORY_MAX, 0) != LZMA_OK)
		return NULL;
	stream.next_in = data;
	stream.avail_in = size;
	do {
		room *= 2;
		out = rdep_realloc(out, room);
		stream.next_out = (uint8_t *)out + stream.total_out;
		stream.avail_out = room - stream.total_out;
		rc = lzma_code(&stream, LZMA_FINISH);
	} while (rc == LZMA_OK && room < UNPACKED_MAX && !stream.avail_out);
	*len = stream.total_out;
	lzma_end(&stream);
	if (rc == LZMA_STREAM_END)
		return out;
	free(out);
	return NULL;
}

void rdep_mini_load(struct rdep_symbol_tables *t)
{
	Elf_Data *data = packed_data(t->file.elf);
	size_t len;

	if (!data || !data->d_buf)
		return;
	t->mini_data = unpack(data->d_buf, data->d_size, &len);
	if (t->mini_data)
		t->mini = elf_memory(t->mini_data, len);
	if (t->mini && (elf_kind(t->mini) != ELF_K_ELF || gelf_getclass(t->mini) != ELFCLASS64)) {
		elf_end(t->mini);
		t->mini = NULL;
	}
}

#else

void rdep_mini_load(struct rdep_symbol_tables *t)
{
	(void)t;
}

#endif
