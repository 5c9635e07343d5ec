/* SPDX-License-Identifier: MIT */
/*
 * elf_symbols.h - the symbols of a module, from its file, inside the target.
 *
 * .symtab, or .dynsym in a stripped file. The file is mapped for the time of the call only; whatever it
 * holds, nothing outside of the mapping is read. Needs the runtime lock.
 */
#ifndef RECLAIMDEP_ELF_SYMBOLS_H
#define RECLAIMDEP_ELF_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "module.h"

/* Calls each(arg, name, ELF virtual address, size, is it a function) for every defined function and
 * object, until it returns false. */
void rd_elf_symbols(const struct rd_module *m,
		    bool (*each)(void *arg, const char *name, uint64_t start, uint64_t size, bool function), void *arg);

/* The symbol that covers the address, as "name", into buf; false when there is none. */
bool rd_elf_symbol_at(const struct rd_module *m, uint64_t address, char *buf, size_t n);

#endif
