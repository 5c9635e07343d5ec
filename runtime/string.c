/* SPDX-License-Identifier: MIT */
/*
 * string.c - the string functions that the injected object uses, of its own.
 *
 * libc's are intercepted by the sanitizers' libraries, whose versions jump to nowhere
 * until those are up (our hooks run before that), and check what they are given as if it
 * were the program's. Hidden, so that every call inside the object ends here, the
 * compiler's own too. Simple is fast enough.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define HIDDEN __attribute__((visibility("hidden"), used))

/* Keeps the compiler from making a loop into a call of the function that it is in. */
#define NO_IDIOM() __asm__ volatile("" ::: "memory")

/* Below that the instruction takes longer to begin than to copy. */
#define SHORT 256u
typedef uint64_t __attribute__((aligned(1), may_alias)) word;

HIDDEN void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	void *at = to;

	if (n < SHORT) {
		for (; n >= sizeof(word); n -= sizeof(word)) {
			*(word *)at = *(const word *)from;
			at = (word *)at + 1;
			from = (const word *)from + 1;
			NO_IDIOM();
		}
		for (; n; n--) {
			*(char *)at = *(const char *)from;
			at = (char *)at + 1;
			from = (const char *)from + 1;
			NO_IDIOM();
		}
		return to;
	}
	__asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(n) : : "memory");
	return to;
}

HIDDEN void *memmove(void *to, const void *from, size_t n)
{
	unsigned char *t = to;
	const unsigned char *f = from;

	if ((size_t)(t - f) >= n)
		return memcpy(to, from, n);
	while (n--) {
		t[n] = f[n];
		NO_IDIOM();
	}
	return to;
}

HIDDEN void *memset(void *to, int c, size_t n)
{
	void *at = to;

	__asm__ volatile("rep stosb" : "+D"(at), "+c"(n) : "a"(c) : "memory");
	return to;
}

HIDDEN int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;

	for (; n >= sizeof(word) && *(const word *)x == *(const word *)y; n -= sizeof(word)) {
		x += sizeof(word);
		y += sizeof(word);
		NO_IDIOM();
	}
	for (; n; n--, x++, y++) {
		if (*x != *y)
			return *x - *y;
		NO_IDIOM();
	}
	return 0;
}

HIDDEN size_t strlen(const char *s)
{
	size_t n = 0;

	for (; s[n]; n++)
		NO_IDIOM();
	return n;
}

HIDDEN size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	for (; n < max && s[n]; n++)
		NO_IDIOM();
	return n;
}

HIDDEN int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++) {
		if (*a != *b)
			return (unsigned char)*a - (unsigned char)*b;
		if (!*a)
			return 0;
		NO_IDIOM();
	}
	return 0;
}

HIDDEN int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, (size_t)-1 >> 1);
}

HIDDEN char *strncpy(char *restrict to, const char *restrict from, size_t n)
{
	size_t i = 0;

	for (; i < n && from[i]; i++) {
		to[i] = from[i];
		NO_IDIOM();
	}
	for (; i < n; i++) {
		to[i] = '\0';
		NO_IDIOM();
	}
	return to;
}

HIDDEN char *strcpy(char *restrict to, const char *restrict from)
{
	memcpy(to, from, strlen(from) + 1);
	return to;
}

HIDDEN char *strchr(const char *s, int c)
{
	for (;; s++) {
		if (*s == (char)c)
			return (char *)s;
		if (!*s)
			return NULL;
		NO_IDIOM();
	}
}

HIDDEN char *strrchr(const char *s, int c)
{
	const char *found = NULL;

	for (;; s++) {
		if (*s == (char)c)
			found = s;
		if (!*s)
			return (char *)found;
		NO_IDIOM();
	}
}
