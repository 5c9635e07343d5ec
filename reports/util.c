/* SPDX-License-Identifier: MIT */
/* util.c - memory, maps, text; see util.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include "reports/in_root.h"
#include "reports/progress.h"
#include "reports/util.h"

rdep_progress_fn *rdep_progress_told;

static void no_memory(void)
{
	fputs("reclaimdep: out of memory\n", stderr);
	exit(RDEP_EXIT_TROUBLE);
}

void *rdep_alloc(size_t n)
{
	void *p = calloc(1, n ? n : 1);

	if (!p)
		no_memory();
	return p;
}

void *rdep_realloc(void *p, size_t n)
{
	p = realloc(p, n ? n : 1);
	if (!p)
		no_memory();
	return p;
}

char *rdep_strdup(const char *s)
{
	size_t n = strlen(s) + 1;

	return memcpy(rdep_alloc(n), s, n);
}

void rdep_error_set(struct rdep_error *err, const char *format, ...)
{
	va_list ap;

	if (!err)
		return;
	va_start(ap, format);
	vsnprintf(err->text, sizeof(err->text), format, ap);
	va_end(ap);
}

struct rdep_arena_block {
	struct rdep_arena_block *next;
	char data[];
};

#define ARENA_BLOCK 65536u

void *rdep_arena_alloc(struct rdep_arena *a, size_t n)
{
	struct rdep_arena_block *b;
	void *p;

	n = (n + 7) & ~(size_t)7;
	if (n <= a->left) {
		p = a->at;
		a->at += n;
		a->left -= n;
		return p;
	}
	b = rdep_alloc(sizeof(*b) + (n > ARENA_BLOCK / 4 ? n : ARENA_BLOCK));
	b->next = a->blocks;
	a->blocks = b;
	if (n > ARENA_BLOCK / 4)
		return b->data;
	a->at = b->data + n;
	a->left = ARENA_BLOCK - n;
	return b->data;
}

void *rdep_arena_copy(struct rdep_arena *a, const void *p, size_t n)
{
	void *copy = rdep_arena_alloc(a, n);

	return n ? memcpy(copy, p, n) : copy;
}

char *rdep_arena_text(struct rdep_arena *a, const char *p, size_t n)
{
	char *copy = rdep_arena_alloc(a, n + 1);

	if (n)
		memcpy(copy, p, n);
	return copy;
}

char *rdep_arena_printf(struct rdep_arena *a, const char *format, ...)
{
	va_list ap;
	char *text = NULL, *copy;
	int n;

	va_start(ap, format);
	n = vasprintf(&text, format, ap);
	va_end(ap);
	if (n < 0)
		no_memory();
	copy = rdep_arena_text(a, text, (size_t)n);
	free(text);
	return copy;
}

void rdep_arena_free(struct rdep_arena *a)
{
	while (a->blocks) {
		struct rdep_arena_block *next = a->blocks->next;

		free(a->blocks);
		a->blocks = next;
	}
	a->left = 0;
}

static uint64_t mix(uint64_t h)
{
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93u;
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93u;
	return h ^ h >> 32;
}

/* Keys come from records: without a secret they could be chosen to collide. */
static uint64_t secret(void)
{
	static uint64_t word;

	if (!word && getrandom(&word, sizeof(word), GRND_NONBLOCK) != sizeof(word))
		word = (uint64_t)(uintptr_t)&word ^ (uint64_t)getpid() << 40;
	return word |= 1;
}

uint64_t rdep_scatter(uint64_t key)
{
	return mix(key ^ secret());
}

/* Where the key is, or is to be. */
static size_t map_slot(const struct rdep_map *m, uint64_t key)
{
	size_t i = rdep_scatter(key) & m->mask;

	while (rdep_map_used(m, i) && m->slots[i].key != key)
		i = (i + 1) & m->mask;
	return i;
}

uint64_t *rdep_map_get(const struct rdep_map *m, uint64_t key)
{
	size_t i;

	if (!m->slots)
		return NULL;
	i = map_slot(m, key);
	return rdep_map_used(m, i) ? &m->slots[i].value : NULL;
}

static size_t map_add(struct rdep_map *m, uint64_t key)
{
	size_t i = map_slot(m, key);

	m->used[i / 64] |= 1ull << i % 64;
	m->slots[i].key = key;
	return i;
}

static void map_grow(struct rdep_map *m)
{
	struct rdep_map old = *m;
	size_t i, n = old.slots ? 2 * (old.mask + 1) : 16;

	m->slots = rdep_alloc(n * sizeof(*m->slots));
	m->used = rdep_alloc((n + 63) / 64 * sizeof(*m->used));
	m->mask = n - 1;
	for (i = 0; old.slots && i <= old.mask; i++)
		if (rdep_map_used(&old, i))
			m->slots[map_add(m, old.slots[i].key)].value = old.slots[i].value;
	free(old.slots);
	free(old.used);
}

uint64_t *rdep_map_put(struct rdep_map *m, uint64_t key)
{
	size_t i;

	if (!m->slots || m->count > m->mask / 4 * 3)
		map_grow(m);
	i = map_slot(m, key);
	if (!rdep_map_used(m, i)) {
		map_add(m, key);
		m->count++;
	}
	return &m->slots[i].value;
}

void rdep_map_free(struct rdep_map *m)
{
	free(m->slots);
	free(m->used);
	memset(m, 0, sizeof(*m));
}

uint64_t rdep_hash(uint64_t seed, const void *p, size_t n)
{
	const unsigned char *c = p;
	uint64_t h = 0xcbf29ce484222325u ^ seed;

	while (n--)
		h = (h ^ *c++) * 0x100000001b3u;
	return mix(h);
}

uint64_t rdep_hash_text(const char *s)
{
	return rdep_hash(0, s, strlen(s));
}

void rdep_buf_addn(struct rdep_buf *b, const char *text, size_t n)
{
	if (b->len + n + 1 > b->room) {
		b->room = 2 * (b->len + n) + 64;
		b->text = rdep_realloc(b->text, b->room);
	}
	if (n)
		memcpy(b->text + b->len, text, n);
	b->len += n;
	b->text[b->len] = 0;
}

void rdep_buf_add(struct rdep_buf *b, const char *text)
{
	rdep_buf_addn(b, text, strlen(text));
}

void rdep_buf_vprintf(struct rdep_buf *b, const char *format, va_list ap)
{
	char *text = NULL;
	int n = vasprintf(&text, format, ap);

	if (n < 0)
		no_memory();
	rdep_buf_addn(b, text, (size_t)n);
	free(text);
}

void rdep_buf_printf(struct rdep_buf *b, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	rdep_buf_vprintf(b, format, ap);
	va_end(ap);
}

void rdep_buf_free(struct rdep_buf *b)
{
	free(b->text);
	memset(b, 0, sizeof(*b));
}

/* The length of the UTF-8 sequence at p, 0 when it is not one; *code gets its value. */
static size_t utf8(const unsigned char *p, size_t n, uint32_t *code)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len = *p < 0x80	 ? 1
		     : *p < 0xc0 ? 0
		     : *p < 0xe0 ? 2
		     : *p < 0xf0 ? 3
		     : *p < 0xf8 ? 4
				 : 0;
	size_t i;

	if (!len || len > n)
		return 0;
	*code = len == 1 ? *p : *p & (0x7fu >> len);
	for (i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (p[i] & 0x3f);
	}
	if (*code < least[len] || *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000))
		return 0;
	return len;
}

/* Neither a control nor something that is not seen, or turns what is. The joiners U+200C and U+200D are
 * part of how people write. */
static bool harmless(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} bad[] = {
		{0, 0x1f},	    {0x7f, 0x9f},	{0x061c, 0x061c},   {0x180e, 0x180e},
		{0x200b, 0x200b},   {0x200e, 0x200f},	{0x2028, 0x202e},   {0x2060, 0x206f},
		{0xfeff, 0xfeff},   {0xfff9, 0xfffb},	{0xfffe, 0xffff},   {0xe0000, 0xe0fff},
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (c >= bad[i].first && c <= bad[i].last)
			return false;
	return true;
}

static bool is_blank(uint32_t c)
{
	return c == ' ' || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f ||
	       c == 0x205f || c == 0x3000;
}

/* Of "##word[": the services that read logs take that for a command anywhere in a line. */
static bool is_log_command(const char *p, size_t n)
{
	size_t i = 2;

	if (n < 3 || p[0] != '#' || p[1] != '#')
		return false;
	while (i < n && p[i] >= 'a' && p[i] <= 'z')
		i++;
	return i < n && p[i] == '[';
}

char *rdep_clean(struct rdep_arena *a, const char *p, size_t n)
{
	struct rdep_buf b = {0};
	bool start = true; /* could a line begin here, or what is left be cut? */
	char *text;
	size_t i, len;

	for (i = 0; i < n; i += len) {
		uint32_t code = 0;

		len = utf8((const unsigned char *)p + i, n - i, &code);
		if (!len) {
			rdep_buf_add(&b, "\xef\xbf\xbd");
			len = 1;
		} else if (!harmless(code) || is_log_command(p + i, n - i) ||
			   (start && n - i > 1 && p[i] == ':' && p[i + 1] == ':')) {
			rdep_buf_add(&b, "?");
		} else {
			rdep_buf_addn(&b, p + i, len);
		}
		start = len && (code == '/' || is_blank(code));
	}
	text = rdep_arena_text(a, b.text, b.len);
	rdep_buf_free(&b);
	return text;
}

int rdep_open_regular(const char *path)
{
	int fd = open(path, O_PATH | O_CLOEXEC);

	return rdep_open_found(fd);
}

const char *rdep_basename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

unsigned rdep_distance(const char *a, const char *b)
{
	enum { MAX = 40 };
	unsigned row[3][MAX + 1];
	size_t m = strlen(a), n = strlen(b);

	if (m > MAX || n > MAX)
		return MAX;
	for (size_t j = 0; j <= n; j++)
		row[0][j] = (unsigned)j;
	for (size_t i = 1; i <= m; i++) {
		unsigned *now = row[i % 3], *above = row[(i + 2) % 3], *above2 = row[(i + 1) % 3];

		now[0] = (unsigned)i;
		for (size_t j = 1; j <= n; j++) {
			unsigned best = above[j - 1] + (a[i - 1] != b[j - 1]);

			if (above[j] + 1 < best)
				best = above[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    above2[j - 2] + 1 < best)
				best = above2[j - 2] + 1;
			now[j] = best;
		}
	}
	return row[m % 3][n];
}
