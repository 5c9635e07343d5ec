/* SPDX-License-Identifier: MIT */
/*
 * core.h - reading a core dump: memory, threads, what was mapped; and the runtime's state in it.
 *
 * A core is hostile input as a record is: it may be cut, flipped, forged, huge. Its memory is read
 * by rdep_core_read() alone, which knows what is there; lists in it are followed for so many steps,
 * and every length is compared with what the file can hold. Work and memory are bounded by the
 * file's size.
 *
 * From a core a record is made (core_record.c), which the ordinary reader reads: so all that is
 * told of a record can be told of a core.
 */
#ifndef RECLAIMDEP_REPORTS_CORE_H
#define RECLAIMDEP_REPORTS_CORE_H

#include "reports/symbols.h"
#include "reports/util.h"
#include "runtime/core_layout.h"

struct rdep_core_segment {
	uint64_t start, end; /* what of it is in the file */
	uint64_t offset;
	bool writable;
};

/* The registers as NT_PRSTATUS has them. */
enum rdep_core_register {
	RDEP_REG_R15,
	RDEP_REG_R14,
	RDEP_REG_R13,
	RDEP_REG_R12,
	RDEP_REG_RBP,
	RDEP_REG_RBX,
	RDEP_REG_R11,
	RDEP_REG_R10,
	RDEP_REG_R9,
	RDEP_REG_R8,
	RDEP_REG_RAX,
	RDEP_REG_RCX,
	RDEP_REG_RDX,
	RDEP_REG_RSI,
	RDEP_REG_RDI,
	RDEP_REG_ORIG_RAX,
	RDEP_REG_RIP,
	RDEP_REG_CS,
	RDEP_REG_EFLAGS,
	RDEP_REG_RSP,
	RDEP_REG_SS,
	RDEP_REG_FS_BASE,
	RDEP_REG_GS_BASE,
	RDEP_REG_DS,
	RDEP_REG_ES,
	RDEP_REG_FS,
	RDEP_REG_GS,
	RDEP_REGS
};

struct rdep_core_thread {
	uint32_t tid;
	uint16_t signal; /* that it was given; 0: none */
	uint64_t regs[RDEP_REGS];
};

/* A part of a file that was mapped. */
struct rdep_core_mapping {
	uint64_t start, end, offset;
	const char *path; /* as in the core */
};

struct rdep_core_module {
	const char *path; /* as in the core, terminated */
	uint64_t start, end, bias;
	uint8_t build_id[32];
	uint32_t build_id_len; /* 0: not known */
	bool whole;	       /* its ELF header is in the core */
	bool is_exe;
	bool used; /* a frame of a stack lies in it */
	enum rdep_module_state state;
};

struct rdep_core {
	char *path;
	int fd;
	uint64_t size;
	struct rdep_core_segment *segments; /* by address, disjoint */
	size_t segment_count;
	struct rdep_core_thread *threads; /* the one that died first */
	size_t thread_count;
	struct rdep_core_mapping *mappings;
	size_t mapping_count;
	struct rdep_core_module *modules;
	size_t module_count;
	uint32_t pid;
	uint16_t signal; /* that it died of; 0: none is told */
	bool has_fault;
	uint64_t fault;	   /* the address that the signal is about */
	uint64_t exe_phdr; /* of the program's headers; 0: not told */
	uint64_t vdso;
	char name[17], args[81];
	bool cut;	    /* the file ends before its last segment does */
	uint64_t should_be; /* bytes, then */
	size_t thrown_out;  /* segments that made no sense */
	char *windows;	    /* of rdep_core_read() */
	uint64_t window_at[16];
	uint32_t window_len[16];
	struct rdep_arena arena;
};

/* Reads headers and notes. NULL with *err, which says what to type where that helps. */
struct rdep_core *rdep_core_open(const char *path, struct rdep_error *err);
void rdep_core_close(struct rdep_core *c);

/* Up to n bytes of the process's memory: how many of them are in the core, from the first on. */
size_t rdep_core_read(struct rdep_core *c, uint64_t address, void *p, size_t n);
/* All n, or false. */
bool rdep_core_get(struct rdep_core *c, uint64_t address, void *p, size_t n);
/* Text that ends within n - 1 bytes; false when it does not, or is not there. */
bool rdep_core_text(struct rdep_core *c, uint64_t address, char *p, size_t n);

/* core_modules.c: fills in c->modules. The one at an address, or NULL. */
void rdep_core_find_modules(struct rdep_core *c);
struct rdep_core_module *rdep_core_module_at(const struct rdep_core *c, uint64_t address);

#endif
