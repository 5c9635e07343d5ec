/* SPDX-License-Identifier: MIT */
/*
 * untrusted_test.c - what stands in a record can't do anything to who reads the report: records
 *with an attack in every string, through every way that prints them (formats.def: a new format is
 *in it by itself).
 *
 *	untrusted_test			checks what holds for any text
 *	untrusted_test --write DIR	writes DIR/N.FORMAT, for who knows the formats
 *(untrusted.test)
 *
 * An attack that came through bears the word "forged" where it has no right to be.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "reports/merge.h"
#include "reports/reports.h"
#include "tests/unit/record_maker.h"
#include "tests/unit/tap.h"

static const char *const attacks[] = {
	"a\n::error::forged\nb",
	"::forged::forged",
	" \t::forged::forged",
	"\xe2\x80\x83\xc2\xa0::forged::forged", /* wide spaces are trimmed, too */
	"x/::forged::forged",
	"a ::forged::forged",
	"a##[forged]x##vso[forged]##teamcity[forged",
	"a\r\n\r::forged::\rb",
	"a\033[31m\033]0;forged\007\033c",
	("a\x9b"
	 "31mforged\x90\x9d"
	 "0;forged\x9c"),
	("a\xc2\x9b"
	 "31mforged\xc2\x9d"),
	"a\xe2\x80\xaetxt.forged\xe2\x80\xac\xe2\x81\xa6\xe2\x80\x8f",
	"a\xe2\x80\xa8::forged::\xe2\x80\xa9\xc2\x85\v\f",
	"a\xf3\xa0\x81\x81\xe2\x81\xa0\xef\xbb\xbf\xe2\x80\x8b",
	"a\xff\xfe\xc0\xaf\xed\xa0\x80\xf5\x80\x80\x80\xe2\x80",
	"a]]><forged/><!-- --><![CDATA[",
	"a\"><forged x=\"'/>&lt;&#x3c;forged>",
	"a</script><script>forged()</script><!--<script>",
	"a</title></style></svg></text></pre><forged>",
	"javascript:forged()//%0A%0D::forged::",
	"a%0A::forged::%0D,title=forged::%25",
	"a\\\"\\\\\" -> \"forged\";};\\N\\G",
	"a',\"forged\":\"x\\u0000",
	"100%forged,line=1:2",
	"*?[a-z]:\\forged:*",
	"",
	"\n",
	".",
	"../../../../forged",
};

#define ATTACKS (sizeof(attacks) / sizeof(*attacks))

/* ---- records ---- */

static char *joined(const char *before, const char *text, const char *after)
{
	char *all;

	if (asprintf(&all, "%s%s%s", before, text, after) < 0)
		abort();
	return all;
}

static void put_finding(struct maker *m, unsigned kind, uint32_t cls, uint32_t stack, const uint32_t *edges)
{
	const size_t size = sizeof(struct rdep_finding), edge = sizeof(struct rdep_finding_edge);
	/* Kinds about one lock have no edges. */
	const bool cycle = kind == RDEP_K_LOCK_INVERSION || kind == RDEP_K_RECLAIM_INVERSION ||
			   kind == RDEP_K_WAIT_INVERSION || kind == RDEP_K_SIGNAL_INVERSION;
	struct rdep_finding *f = calloc(1, size + 2 * edge);
	size_t n = size + (cycle ? 2 * edge : 0);

	f->id = ++m->next[RDEP_FINDING];
	f->kind = (uint8_t)kind;
	f->verdict = RDEP_CERTAIN;
	f->cls = cls;
	f->held_stack = f->acquire_stack = stack;
	f->thread = 1;
	if (cycle) {
		f->edge_count = 2;
		f->edges[0].edge = edges[0];
		f->edges[1].edge = edges[1];
	}
	maker_put(m, RDEP_FINDING, f, n, n);
	free(f);
}

/* A record that says `attack` wherever it can say something. */
static void write_record(const char *path, const char *attack, uint32_t pid)
{
	const uint64_t pcs[] = {0x1010, 0x1020, 0x5000};
	char *module = joined("/dir/", attack, ""), *program = joined("/bin/", attack, ""),
	     *options = joined("output=", attack, ":stat=1"), *command = joined(attack, "", " --x"),
	     *again = joined(attack, "", "2");
	struct rdep_site_held held = {0};
	uint32_t stack, cls[3], edges[4], scope;
	struct maker m;
	unsigned kind;

	maker_init(&m, pid);
	m.header.state = RDEP_RUNNING;
	maker_exe(&m, program, command, strlen(command) + 1);
	maker_text(&m, RDEP_OPTIONS, options);
	maker_text(&m, RDEP_NOTE, attack);
	maker_module(&m, module, 0x1000, 0x2000, 0x1000);
	maker_module(&m, attack, 0x5000, 0x6000, 0x5000);
	stack = maker_stack(&m, 3, pcs);
	maker_thread(&m, attack);
	maker_thread(&m, again);
	cls[0] = maker_class_named(&m, attack);
	cls[1] = maker_class_named(&m, again);
	cls[2] = maker_class_static(&m, 1, 0x20);
	edges[0] = maker_edge(&m, cls[0], cls[1], stack, stack, 1);
	edges[1] = maker_edge(&m, cls[1], cls[0], stack, stack, 2);
	edges[2] = maker_edge(&m, cls[0], RDEP_CLASS_FS_RECLAIM, stack, stack, 1);
	edges[3] = maker_edge(&m, RDEP_CLASS_FS_RECLAIM, cls[0], stack, stack, 2);
	held.cls = cls[0];
	scope = maker_scope(&m, 1, 0x1010, stack, 1, &held, attack, 3);
	maker_site(&m,
		   &(struct maker_site){
			   .pc = 0x1020, .stack = stack, .raw_gfp = 3, .gfp = 3, .scopes = {scope}},
		   1, &held, 5);
	maker_domain_site(&m, RDEP_CLASS_FS_RECLAIM, 0x1020, stack);
	for (kind = 1; kind < 32; kind++)
		put_finding(&m, kind, cls[kind % 3], stack,
			    kind == RDEP_K_RECLAIM_INVERSION ? edges + 2 : edges);
	maker_write(&m, path);
	maker_free(&m);
	free(module);
	free(program);
	free(options);
	free(command);
	free(again);
}

/* A saved report that says it in JSON. */
static void write_json(const char *path, const char *attack)
{
	FILE *f = fopen(path, "w");
	const unsigned char *c;
	static const char *const keys[] = {"kind",  "verdict",	   "severity",
					   "title", "suppression", NULL};
	const char *const *k;

	if (!f)
		abort();
	fputs("{\"schema_version\": 1, \"findings\": [{\"fingerprint\": \"0123456789abcdef\"", f);
	for (k = keys; *k; k++) {
		fprintf(f, ", \"%s\": \"", *k);
		for (c = (const unsigned char *)attack; *c; c++)
			fprintf(f,
				*c < ' ' || *c >= 0x7f || *c == '"' || *c == '\\' ? "\\u%04x"
										  : "%c",
				*c);
		fputs("\"", f);
	}
	fputs("}]}\n", f);
	fclose(f);
}

/* ---- what holds for any text ---- */

static size_t sequence(const unsigned char *p, uint32_t *code)
{
	size_t n = *p < 0x80		     ? 1
		   : *p >= 0xc2 && *p < 0xe0 ? 2
		   : *p >= 0xe0 && *p < 0xf0 ? 3
		   : *p >= 0xf0 && *p < 0xf5 ? 4
					     : 0;
	size_t i;

	*code = n == 1 ? *p : n ? *p & (0x7fu >> n) : 0;
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (p[i] & 0x3f);
	}
	return (n == 3 && (*code < 0x800 || (*code >= 0xd800 && *code < 0xe000))) ||
			       (n == 4 && (*code < 0x10000 || *code > 0x10ffff))
		       ? 0
		       : n;
}

static bool is_space(uint32_t c)
{
	return c == ' ' || c == '\t' || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
	       c == 0x202f || c == 0x205f || c == 0x3000;
}

/* Does anything but text stand there, that a terminal or a person would take for something else? */
static bool is_bad(uint32_t c)
{
	return (c < ' ' && c != '\n') || (c >= 0x7f && c < 0xa0) ||
	       (c >= 0x200b && c <= 0x200f && c != 0x200c && c != 0x200d) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0x61c ||
	       c == 0xfeff || (c >= 0xe0000 && c <= 0xe007f);
}

/* Our own colours: ESC [ digits ; m. */
static size_t colour(const char *p)
{
	size_t n = p[0] == '\033' && p[1] == '[' ? 2 + strspn(p + 2, "0123456789;") : 0;

	return n && p[n] == 'm' ? n + 1 : 0;
}

/* Formats that we indent with tabs. */
static bool is_code(const char *format)
{
	return !strcmp(format, "dot") || !strcmp(format, "svg") || !strcmp(format, "html");
}

/* What is wrong with it: NULL nothing. */
static const char *wrong(const char *text, size_t size, const char *format, bool color)
{
	bool start = true; /* of a line, but for what is trimmed */
	const char *p;
	size_t n;

	if (strlen(text) != size)
		return "a NUL";
	for (p = text; *p; p += n) {
		uint32_t c = 0;

		n = color ? colour(p) : 0;
		if (n)
			continue;
		n = sequence((const unsigned char *)p, &c);
		if (!n)
			return "no UTF-8";
		if (is_bad(c) && !(c == '\t' && is_code(format)))
			return "a control character, or one that is not seen";
		if (start && !strncmp(p, "::", 2) && strcmp(format, "github"))
			return "a workflow command at the beginning of a line";
		if (start && !strncmp(p, "::forged", 8))
			return "a forged workflow command";
		if (!strncmp(p, "##[", 3) || !strncmp(p, "##vso[", 6) ||
		    !strncmp(p, "##teamcity[", 11))
			return "a forged command for a log";
		start = c == '\n' || (start && is_space(c));
	}
	if (!strcmp(format, "html") || !strcmp(format, "svg") || !strcmp(format, "junit")) {
		static const char *const tags[] = {"<forged",	       "<!--<", "-->", "]]>",
						   "</title></style>", NULL};
		const char *const *t;

		for (t = tags; *t; t++)
			if (strstr(text, *t) && !(!strcmp(*t, "-->") && !strcmp(format, "html")))
				return *t;
	}
	return NULL;
}

/* ---- each way of printing ---- */

static const char *write_to; /* a directory, or NULL */
static size_t outputs, refused;

static void check(unsigned number, const char *name, const char *format, bool color, char *text,
		  size_t size)
{
	const char *what = wrong(text, size, format, color);
	char path[4096];
	FILE *f;

	outputs++;
	if (what) {
		refused++;
		tap_ok(false, "attack %u in %s: %s", number, name, what);
		if (getenv("UNTRUSTED_SHOW"))
			fwrite(text, 1, size, stderr);
	}
	if (write_to && !color) {
		snprintf(path, sizeof(path), "%s/%u.%s", write_to, number, name);
		f = fopen(path, "w");
		if (!f || fwrite(text, 1, size, f) != size || fclose(f))
			abort();
	}
	free(text);
}

struct printed {
	FILE *out;
	char *text;
	size_t size;
};

static FILE *begin(struct printed *p)
{
	p->out = open_memstream(&p->text, &p->size);
	if (!p->out)
		abort();
	return p->out;
}

static void end(struct printed *p, unsigned number, const char *name, const char *format,
		bool color)
{
	fclose(p->out);
	check(number, name, format, color, p->text, p->size);
}

/* "graph.NAME" of the i-th format of graphs; false behind the last. */
static bool graph_format(char *name, size_t room, size_t i)
{
	const char *p = RDEP_GRAPH_FORMATS;

	for (; i && p; i--)
		p = strchr(p, '|') ? strchr(p, '|') + 1 : NULL;
	if (p)
		snprintf(name, room, "graph.%.*s", (int)strcspn(p, "|"), p);
	return p;
}

static void print_report(struct rdep_report *r, unsigned number)
{
	static const char *const endings[] = {"info", "info.1", "info.2"};
	struct rdep_graph_options graph = {0};
	const struct rdep_format *format;
	struct rdep_error err = {""};
	struct printed p;
	char name[64];
	size_t i;
	int v;

	for (v = 0; v <= 3; v++) {
		struct rdep_format_options o = {
			.text = {.verbosity = v > 2 ? 2 : v, .color = v > 2},
			.fail_on = RDEP_FAIL_WARNING,
			.source_root = "/"};

		for (i = 0; (format = rdep_format(i)); i++) {
			begin(&p);
			rdep_report_write(r, p.out, format, &o);
			snprintf(name, sizeof(name), "v%d.%s", v, format->name);
			end(&p, number, name, format->name, v > 2);
		}
		begin(&p);
		rdep_report_info(r, p.out, &o.text);
		end(&p, number, endings[v > 2 ? 2 : v], "text", v > 2);
		begin(&p);
		rdep_report_summary(r, p.out, &o.text, "records");
		end(&p, number, "summary", "text", v > 2);
	}
	for (i = 0; graph_format(name, sizeof(name), i); i++) {
		begin(&p);
		rdep_report_graph(r, p.out, (enum rdep_graph_format)i, &graph, &err);
		end(&p, number, name, name + strlen("graph."), false);
	}
}

static void print_audit(struct rdep_report *r, unsigned number)
{
	struct rdep_audit *a = rdep_audit(r, true);
	struct printed p;
	int v;

	for (v = 0; v <= 2; v++) {
		struct rdep_text_options o = {.verbosity = v};

		begin(&p);
		rdep_audit_text(a, p.out, &o);
		end(&p, number, "audit", "text", false);
	}
	begin(&p);
	rdep_audit_json(a, p.out);
	end(&p, number, "audit.json", "json", false);
	rdep_audit_free(a);
}

static void print_diff(const char *json, const char *record, unsigned number)
{
	struct rdep_text_options o = {.verbosity = 2};
	struct rdep_report *r = rdep_report_new();
	struct rdep_error err = {""};
	struct rdep_diff *d = rdep_diff(json, record, r, &err);
	struct printed p;

	if (!d)
		abort();
	begin(&p);
	rdep_diff_text(d, p.out, &o);
	end(&p, number, "diff", "text", false);
	begin(&p);
	rdep_diff_json(d, p.out);
	end(&p, number, "diff.json", "json", false);
	rdep_diff_free(d);
	rdep_report_free(r);
}

/* As the launcher prints it while a program runs. */
static void print_live(const char *dir, unsigned number)
{
	const struct rdep_text_options o = {.verbosity = 2};
	const uint64_t nobody[2] = {0, 0};
	struct rdep_follow *f = rdep_follow_new(dir, nobody, 0);
	struct rdep_error err = {""};
	struct printed p;

	begin(&p);
	rdep_follow_poll(f, p.out, &o, &err);
	rdep_follow_poll(f, p.out, &o, &err);
	if (!ftell(p.out))
		abort();
	end(&p, number, "live", "text", false);
	rdep_follow_free(f);
}

/* ---- merged records: they tell the records' names, and what those said ---- */

/* dir/ATTACK.rdep, as far as a file can be called so. */
static char *named(const char *dir, const char *attack)
{
	char *path, *p;

	if (asprintf(&path, "%s/x%.200s.rdep", dir, attack) < 0)
		abort();
	for (p = path + strlen(dir) + 1; *p; p++)
		if (*p == '/')
			*p = '_';
	return path;
}

static void on_bad(void *arg, const char *text)
{
	(void)arg;
	tap_ok(false, "%s", text);
}

static void print_merged(const char *dir, const char *attack, unsigned number)
{
	char *one = named(dir, attack), two[64], merged[64];
	struct rdep_merge *m = rdep_merge_new(NULL);
	struct rdep_report *r = rdep_report_new();
	struct rdep_error err = {""};

	snprintf(two, sizeof(two), "%s/2.rdep", dir);
	snprintf(merged, sizeof(merged), "%s/m.rdep", dir);
	write_record(one, attack, 2000 + number);
	write_record(two, attack, 3000 + number);
	if (rdep_merge_name(m, one, on_bad, NULL, &err) < 0 ||
	    rdep_merge_name(m, two, on_bad, NULL, &err) < 0 || rdep_merge_read(m, on_bad, NULL) ||
	    rdep_merge_write(m, merged, false, &err) < 0 || rdep_report_add(r, merged, &err) < 0)
		tap_ok(false, "merging attack %u: %s", number, err.text);
	rdep_merge_free(m);
	print_report(r, 1000 + number);
	rdep_report_free(r);
	unlink(one);
	unlink(two);
	unlink(merged);
	free(one);
}

int main(int argc, char **argv)
{
	char dir[] = "/tmp/untrusted_test.XXXXXX", record[64], json[64];
	unsigned i;

	if (argc > 2 && !strcmp(argv[1], "--write"))
		write_to = argv[2];
	if (!mkdtemp(dir))
		abort();
	snprintf(record, sizeof(record), "%s/a.rdep", dir);
	snprintf(json, sizeof(json), "%s/a.json", dir);
	for (i = 0; i < ATTACKS; i++) {
		struct rdep_report *r = rdep_report_new();
		struct rdep_error err = {""};

		write_record(record, attacks[i], 1000 + i);
		write_json(json, attacks[i]);
		if (rdep_report_add(r, record, &err) < 0 ||
		    rdep_report_baseline(r, json, &err) < 0) {
			tap_ok(false, "%s", err.text);
			return tap_done();
		}
		print_report(r, i);
		print_audit(r, i);
		rdep_report_free(r);
		print_diff(json, record, i);
		print_live(dir, i);
		unlink(record);
		unlink(json);
		print_merged(dir, attacks[i], i);
	}
	rmdir(dir);
	tap_ok(outputs > 20 * ATTACKS, "%zu texts were looked at", outputs);
	tap_ok(!refused, "nothing in them that a record could have put there");
	return tap_done();
}
