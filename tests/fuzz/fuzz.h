/* SPDX-License-Identifier: MIT */
/*
 * fuzz.h - what the fuzzers share. A fuzzer is one file: LLVMFuzzerTestOneInput(), which must return
 * whatever the bytes are, and `fuzz`, which says what to begin with.
 *
 * With -DRDEP_LIBFUZZER and clang's -fsanitize=fuzzer it is a libFuzzer target (tools/fuzz builds and
 * runs all of them). As it is, fuzz.c makes a TAP program of it that mutates the seeds and the
 * corpus by a fixed sequence:
 *
 *	NAME_fuzz			for its share of RECLAIMDEP_FUZZ_SECONDS (60, for all together)
 *	NAME_fuzz ROUNDS [SEED]		so many inputs; another sequence
 *	NAME_fuzz --corpus DIR		writes the seeds to DIR, for libFuzzer
 *	NAME_fuzz --file FILE...	the inputs in these files
 *
 * An input that crashes or hangs it is left in NAME_fuzz.input.
 */
#ifndef RECLAIMDEP_TEST_FUZZ_H
#define RECLAIMDEP_TEST_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz {
	const char *name;      /* of the corpus' directory */
	const char *ending;    /* of a seed's file; NULL: none */
	const char *good;      /* what was seen when all went well: "%lu records are read or refused" */
	bool text;	       /* mutated by words rather than by numbers */
	size_t header;	       /* the first so many bytes are left alone mostly */
	const char *const *words; /* that mean something in such a text, ended by NULL; NULL: none */
	/* The i-th seed, malloced, and its size; NULL behind the last. */
	char *(*seed)(unsigned i, size_t *size);
	void (*more)(void); /* checks that need no mutation (fuzz_ok); NULL: none */
};

extern const struct fuzz fuzz;

/* A seed of a string. */
char *fuzz_text(const char *text, size_t *size);

/* The result of a check in words, in TAP. */
void fuzz_ok(bool good, const char *what, const char *of);

/* Says why and crashes: the input did what it must not. */
void fuzz_wrong(const char *why) __attribute__((noreturn));

#endif
