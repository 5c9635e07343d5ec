/* SPDX-License-Identifier: MIT */
/*
 * text.h - building text without stdio: no allocation, no lock, no locale.
 */
#ifndef RECLAIMDEP_TEXT_H
#define RECLAIMDEP_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* Always NUL-terminated; what does not fit is cut. */
struct rd_text {
	char *buf;
	size_t size, len;
};

static inline struct rd_text rd_text_in(char *buf, size_t size)
{
	struct rd_text t = {buf, size, 0};

	if (size)
		buf[0] = 0;
	return t;
}

static inline void rd_text_char(struct rd_text *t, char c)
{
	if (t->len + 1 < t->size) {
		t->buf[t->len++] = c;
		t->buf[t->len] = 0;
	}
}

static inline void rd_text_bytes(struct rd_text *t, const char *s, size_t n)
{
	while (n--)
		rd_text_char(t, *s++);
}

static inline void rd_text_str(struct rd_text *t, const char *s)
{
	while (*s)
		rd_text_char(t, *s++);
}

static inline void rd_text_base(struct rd_text *t, uint64_t v, unsigned base)
{
	char digits[20];
	int n = 0;

	do
		digits[n++] = "0123456789abcdef"[v % base];
	while (v /= base);
	while (n)
		rd_text_char(t, digits[--n]);
}

static inline void rd_text_dec(struct rd_text *t, uint64_t v)
{
	rd_text_base(t, v, 10);
}

static inline void rd_text_hex(struct rd_text *t, uint64_t v)
{
	rd_text_str(t, "0x");
	rd_text_base(t, v, 16);
}

#endif
