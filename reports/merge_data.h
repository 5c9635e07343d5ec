/* SPDX-License-Identifier: MIT */
/*
 * merge_data.h - what a merge is made of. Each thing is known by a hash of what it is, in which no id, address or path of
 * one process takes part: that is its identity, and its place in the result. Unless said otherwise, things are in the
 * merge's arena and stay.
 */
#ifndef RECLAIMDEP_REPORTS_MERGE_DATA_H
#define RECLAIMDEP_REPORTS_MERGE_DATA_H

#include "reports/merge.h"
#include "reports/model.h"

#define MERGE_BUCKETS 16u   /* sorts of occurrences of an edge that are kept */
#define MERGE_OF_A_SORT 2u  /* of each, of different processes */
#define MERGE_SITES 256u /* calls that take locks of a role */
#define MERGE_NOTES 1024u
#define MERGE_PROGRAMS 256u
#define MERGE_VALUES 8u /* of an option */
#define MERGE_MODULES 65536u

/* Notes of a merged record about itself. The last two are made anew with each merge. */
#define MERGE_NOTE_CUT "merge: there were more notes than a merged record keeps"
#define MERGE_NOTE_OVERLAP                                                                                             \
	"merge: some processes were in two of the merged records that were merged: what is counted is too much"
#define MERGE_NOTE_SEARCH                                                                                              \
	"merge: not all cycles across processes were looked for: there are too many dependencies on cycles"
#define MERGE_NOTE_LUMPS                                                                                               \
	"merge: cycles across processes were left out that only a class closes whose locks different callers made in "   \
	"those processes: they may be different locks"

/* Things by hash, and in a row. */
struct mg_set {
	struct rdep_map map; /* hash -> pointer */
	void **items;
	size_t count;
};

struct mg_module {
	uint64_t hash;
	uint8_t build_id[32];
	uint32_t build_id_len;
	const char *path;
	uint64_t low, high; /* its addresses, as its file has them */
	/* Writing. */
	uint32_t id;
	uint64_t start;
	bool used;
};

/* module NULL: it was in none, and `at` is 0. */
struct mg_place {
	struct mg_module *module;
	uint64_t at;
};

struct mg_stack {
	uint64_t hash;
	uint16_t count, flags;
	uint32_t id; /* 0: nothing refers to it */
	bool used;
	uint64_t exact[4];
	struct mg_place places[];
};

/* As struct rdep_stat. */
struct mg_stat {
	uint64_t acquisitions, contended;
	uint64_t wait_ns, wait_max_ns;
	uint64_t hold_ns, hold_max_ns;
	struct mg_place wait_site, hold_site;
};

struct mg_class {
	uint64_t hash;
	uint32_t id;
	uint32_t node; /* of the search */
	uint8_t kind, origin, depth, inherited;
	uint16_t subclass;
	uint8_t twin; /* which it is of those of a record that nothing tells apart */
	bool alone;   /* it can't be another record's class */
	bool used;
	bool has_parts; /* others are parts of it */
	uint32_t skip;
	struct mg_stack *stack;
	struct mg_module *module;
	uint64_t offset;
	struct mg_place address;
	struct mg_class *lump;
	const char *name;
	uint32_t name_len;
	struct mg_stat *stats; /* exclusive, shared; NULL: nothing was counted */
};

struct mg_role {
	uint64_t hash;
	uint32_t id;
	bool used;
	struct mg_class *cls;
	struct mg_stack *callers;
	struct mg_place *sites;
	size_t site_count, site_room;
};

/* Counted references: freed with the last thing that refers to it. */
struct mg_origin {
	uint64_t hash;
	uint32_t refs, id;
	struct {
		uint32_t pid;
		uint64_t image_id[2], start_realtime_ns;
		uint32_t name_len, exe_len, cmdline_len;
	} raw; /* as in struct rdep_origin */
	struct mg_module *program;
	uint64_t program_hash; /* what tells programs apart */
	char *name, *exe, *cmdline;
};

struct mg_thread {
	uint64_t hash;
	uint32_t refs, id, own;
	struct mg_origin *origin;
	struct rdep_thread raw;
	struct mg_place routine;
	struct mg_stack *create_stack;
};

struct mg_gate {
	struct rdep_instance inst;
	struct mg_class *cls; /* NULL: not known */
};

struct mg_edge;

struct mg_occ {
	uint64_t hash;
	uint64_t bucket; /* its sort: type, gates by class, program, roles, and whether the first thread did it */
	uint32_t refs;
	uint32_t sample; /* writing: its number among the edge's, plus 1 */
	struct mg_edge *edge;
	struct mg_thread *thread;
	struct mg_thread *from_life, *to_life; /* where an instance is a thread's life */
	struct {
		uint8_t type, flags;
		uint16_t gate_count;
		struct rdep_instance from_inst, to_inst;
		uint32_t clock, gfp, raw_gfp;
	} raw; /* as in struct rdep_edge */
	uint32_t flags; /* of struct rdep_occurrence */
	struct mg_place held_site;
	struct mg_stack *held, *acquire;
	struct mg_role *from_role, *to_role;
	struct mg_gate *gates; /* behind it */
};

struct mg_edge {
	uint64_t hash;
	struct mg_class *from, *to;
	uint32_t id;
	bool used;
	struct mg_occ **list; /* by sort (fewest gates first), then by hash */
	size_t count;
	struct mg_occ **written; /* those, and others that findings name */
	size_t written_count;
};

struct mg_leg {
	struct rdep_leg raw;
	struct mg_thread *thread;
	struct mg_class *held_cls, *wait_cls;
	struct mg_place held_site, wait_site;
	struct mg_stack *held, *wait;
};

/* One view of a finding. */
struct mg_view {
	uint64_t hash;
	struct {
		uint8_t kind, verdict;
		uint32_t flags, detail, scope, gfp, raw_gfp;
		struct rdep_instance inst;
		uint64_t monotonic_ns;
	} raw; /* as in struct rdep_finding; gfp: 0 where `holder` is */
	struct mg_thread *thread, *holder;
	struct mg_class *cls;
	struct mg_place held_site;
	struct mg_stack *held, *acquire;
	struct mg_occ **occs;
	size_t occ_count;
	struct mg_leg *legs;
	size_t leg_count;
};

struct mg_finding {
	uint64_t key;
	struct mg_view best;
	uint64_t count, processes;
	uint32_t id;
};

struct mg_held {
	struct rdep_site_held raw;
	struct mg_class *cls;
	struct mg_stack *stack;
	struct mg_place site;
};

/* A scope or an allocation site. */
struct mg_counted {
	uint64_t hash;
	uint32_t id;
	bool is_site;
	struct {
		uint32_t raw_gfp, gfp, scope, flags, scope_count;
	} site; /* as in struct rdep_site */
	struct {
		uint32_t bits;
		uint64_t cookie;
	} scope; /* as in struct rdep_scope */
	const char *reason;
	struct mg_stack *stack;
	struct mg_place pc;
	struct mg_held *held;
	uint32_t held_count;
	struct mg_counted *scopes[RDEP_SITE_SCOPES];
	uint64_t count;
};

struct mg_domain_site {
	uint64_t hash;
	uint32_t cls;
	struct mg_place pc;
	struct mg_stack *stack;
};

struct mg_text {
	uint64_t hash;
	char *text; /* allocated */
	size_t len;
	uint64_t count, processes;
};

/* Texts of which the ones with the smallest hashes are kept. */
struct mg_texts {
	struct mg_set set;
	size_t most;
	bool cut;
};

struct mg_option {
	uint64_t hash; /* of its name */
	struct mg_texts values;
};

struct mg_input_name {
	char *path;
	uint64_t id[2], journal_end;
	uint32_t merged;
	size_t order;
};

struct rdep_merge {
	struct rdep_arena arena;
	bool by_name;
	struct rdep_report *names; /* by_name: whose symbols */
	struct mg_set modules, stacks, classes, roles, edges, findings, across, sites, scopes, domain_sites, options;
	struct rdep_map images; /* hash of an image id -> number in image_list + 1 */
	struct mg_texts notes, programs;
	struct rdep_merged_image *image_list;
	size_t image_count;
	uint64_t counters[RDEP_COUNTERS], counter_processes[RDEP_COUNTERS];
	uint64_t first_start;
	uint32_t machine, page_size;
	struct mg_class *domains[RDEP_FIRST_CLASS];
	struct mg_input_name *inputs;
	size_t input_count;
	struct rdep_merge_counts counts;
	bool overlapped; /* a process was in two of the inputs */
	bool search_cut; /* not all cycles across processes were looked for */
	bool lumps_left; /* some were left out: a class on them may lump different locks */
};

/* One record as it is taken in: what its ids and numbers are in the merge. */
struct mg_input {
	struct rdep_merge *m;
	struct rdep_record *r;
	struct rdep_process *process; /* by_name: the record for the model */
	struct mg_origin *self;	      /* NULL: a merged record's are in `origins` */
	struct mg_origin **origins;
	struct mg_module **modules;
	struct mg_stack **stacks;
	struct mg_class **classes;
	struct mg_role **roles; /* of a merged record by number; else by number of the class */
	struct mg_thread **threads; /* the last one: of threads that the record does not have */
	struct rdep_map strangers;  /* id -> such a thread */
	struct rdep_map instances;  /* of a lock -> class id */
	bool instances_known;
	struct rdep_map taken; /* hashes of the record's classes */
	struct rdep_map sites_of; /* class -> the last place that takes its locks, plus 1 */
	size_t *site_before; /* of each such place: the one before it of that class, plus 1 */
	struct mg_counted **scopes;
	unsigned class_depth;
	uint64_t unique; /* for what can't be the same in two records */
};

static inline uint64_t mg_mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0xff51afd7ed558ccdull;
	h = (h ^ h >> 32) * 0xc4ceb9fe1a85ec53ull;
	return h ^ h >> 29;
}

static inline uint64_t mg_mix_place(uint64_t h, struct mg_place p)
{
	return mg_mix(mg_mix(h, p.module ? p.module->hash : 0), p.at);
}

static inline uint64_t mg_hash_of(const void *thing)
{
	return thing ? *(const uint64_t *)thing : 0; /* each begins with its hash */
}

static inline bool mg_same_place(struct mg_place a, struct mg_place b)
{
	return a.module == b.module && a.at == b.at;
}

/* The thing of that hash; NULL. add: it has none yet. */
void *mg_get(const struct mg_set *s, uint64_t hash);
void mg_add(struct mg_set *s, uint64_t hash, void *thing);
/* In the order of their hashes. */
void mg_sort(struct mg_set *s);
void mg_set_free(struct mg_set *s);

/* ---- merge_places.c: modules, places, stacks, classes, threads ---- */

void mg_open(struct mg_input *in, struct rdep_merge *m, struct rdep_record *r);
void mg_close(struct mg_input *in);
struct mg_place mg_place_at(struct mg_input *in, uint64_t pc, uint32_t module);
struct mg_place mg_site_at(struct mg_input *in, uint64_t pc, uint32_t module);
struct mg_stack *mg_stack_of(struct mg_input *in, uint32_t id);
struct mg_class *mg_class_of(struct mg_input *in, uint32_t id);
struct mg_role *mg_role_of(struct mg_input *in, uint32_t cls);
struct mg_role *mg_role_by_id(struct mg_input *in, uint32_t id);
struct mg_thread *mg_thread_of(struct mg_input *in, uint32_t id);
void mg_take_modules(struct mg_input *in);
void mg_take_classes(struct mg_input *in);
void mg_take_roles(struct mg_input *in);
void mg_origin_put(struct mg_origin *o);
void mg_thread_put(struct mg_thread *t);

/* ---- merge_edges.c ---- */

void mg_take_edges(struct mg_input *in);
/* An occurrence of an edge, with a reference; NULL: the record has no such edge. */
struct mg_occ *mg_occ_of(struct mg_input *in, uint32_t edge, uint32_t sample);
void mg_occ_put(struct mg_occ *o);
/* Is that thread the one that its process began with? */
bool mg_is_first_thread(const struct mg_thread *t);

/* ---- merge_findings.c ---- */

void mg_take_findings(struct mg_input *in);
/* The same cycle in every process, whichever edge it begins with. */
uint64_t mg_cycle_key(unsigned kind, struct mg_edge **edges, size_t n);
void mg_view_put(struct mg_view *v);

/* ---- merge_rest.c: scopes, sites, notes, options, counters ---- */

void mg_take_rest(struct mg_input *in);
/* Leaves the texts that are kept, in their order. */
void mg_texts_settle(struct mg_texts *t);
void mg_texts_free(struct mg_texts *t);

/* ---- merge_across.c ---- */

void mg_look_across(struct rdep_merge *m);

/* ---- merge_layout.c: what is written ---- */

struct mg_layout {
	struct rdep_merge *m;
	bool across_only;
	struct mg_finding **findings;
	size_t finding_count;
	struct mg_edge **edges;
	size_t edge_count;
	struct mg_thread **threads; /* several may be one: they have the same hash, and get the same id */
	size_t thread_count;
	struct rdep_map samples; /* hash of an occurrence -> its number among its edge's + 1 */
};

/* Gives ids to what is written, and addresses to modules. */
void mg_lay_out(struct mg_layout *l);
void mg_layout_free(struct mg_layout *l);
/* The number of an occurrence among those of its edge that are written. */
uint32_t mg_sample_of(const struct mg_layout *l, const struct mg_occ *occ);

#endif
