/* SPDX-License-Identifier: MIT */
/*
 * record.h - reading a record file (layout: runtime/record_layout.h).
 *
 * The file is read, never mapped: it may grow, shrink or be forged while we look. What
 * is taken in is a private copy of the published part; memory follows what was read,
 * not what the file claims. Damage costs the items it hit: they are counted and
 * skipped. References are ids and may dangle: every lookup can return NULL.
 */
#ifndef RECLAIMDEP_REPORTS_RECORD_H
#define RECLAIMDEP_REPORTS_RECORD_H

#include "reports/util.h"
#include "runtime/record_layout.h"

struct rdep_rmodule {
	const struct rdep_module *raw;
	const char *path; /* as recorded, terminated: to open, not to print */
	bool gone;
};

/* modules: of each pc, an index into rdep_record.modules plus 1; 0: unknown. Resolved as
 * the stack was read, since modules come and go. */
struct rdep_rstack {
	const struct rdep_stack *raw;
	uint32_t *modules;
};

struct rdep_rclass {
	const struct rdep_class *raw;
	const char *name; /* BY_NAME: as recorded, terminated */
	size_t name_len;
};

struct rdep_roccurrence {
	const struct rdep_edge *raw;
	uint32_t site_module; /* of held_site: index + 1 */
	const struct rdep_occurrence *more; /* NULL: there is none */
};

struct rdep_redge {
	struct rdep_roccurrence first;
	struct rdep_roccurrence *samples;
	size_t sample_count;
};

struct rdep_rfinding {
	const struct rdep_finding *raw; /* the weightiest revision so far */
	uint32_t site_module;
	bool told; /* for the reader: set by it, cleared by a weightier revision */
};

/* The threads of a deadlock, of the finding that its number names. */
struct rdep_rcircle {
	const struct rdep_circle *raw;
	uint32_t *modules; /* of each leg: that of held_site, that of wait_site; index + 1 */
};

struct rdep_rthread {
	const struct rdep_thread *raw;
	uint32_t routine_module;
};

/* A counted place: an allocation call, or a scope's save. The locks held there are raw->held, as
 * many as raw->held_count says. */
struct rdep_rsite {
	const struct rdep_site *raw;
	uint64_t count;
};

struct rdep_rscope {
	const struct rdep_scope *raw;
	const char *reason; /* as recorded, terminated: to be cleaned */
	size_t reason_len;
	uint64_t count;
};

struct rdep_rboard {
	uint64_t slots_at;
	uint32_t slot_size, count;
};

/* Counters of classes [first, first + count), some thread's: of each two struct rdep_stat at `at`. */
struct rdep_rstats {
	uint64_t at;
	uint32_t first, count;
};

/* What all threads counted of a class: exclusive, shared. */
struct rdep_rstat {
	uint32_t cls;
	struct rdep_stat of[2];
};

/* A place that takes locks of a class. */
struct rdep_rlock_place {
	const struct rdep_lock_site *raw;
	uint32_t module; /* of its pc: index + 1 */
};

/* ---- of a merged record ---- */

struct rdep_rorigin {
	const struct rdep_origin *raw;
	const char *name, *exe; /* as recorded, terminated: to be cleaned */
	const char *cmdline;	/* NUL-separated, raw->cmdline_len bytes */
};

struct rdep_rrole {
	const struct rdep_role *raw;
	uint32_t *modules; /* of each site: index + 1 */
};

struct rdep_rtext {
	const char *text; /* as recorded, terminated */
	size_t len;
	uint64_t count, processes;
};

struct rdep_rnote {
	const char *text;
	size_t len;
};

/* A slot of the board that is in use, and its held stack from the bottom. */
struct rdep_rslot {
	struct rdep_slot slot; /* held[] is not to be used: */
	struct rdep_held *held;
	size_t held_count;
	bool held_cut; /* longer than could be read */
	bool doubt;    /* the last of them: another thread stands as its holder too, and one of the two waits */
};

/* Bytes [from, to) that hold nothing sound. */
struct rdep_damage {
	uint64_t from, to;
};
#define RDEP_DAMAGE_KEPT 64u

/* A deeper held stack's place. */
struct rdep_rhelds {
	uint64_t at; /* of struct rdep_helds */
	uint32_t capacity, thread;
};

struct rdep_record {
	char *path;
	char *shown; /* what to call it; NULL: by its path */
	int fd;			   /* during a poll */
	uint32_t live_pid;	   /* of the process, as it is called here; 0: only its record tells */
	struct rdep_live_copy *copy; /* what is read, where it comes from the memory of a process; else NULL */
	struct rdep_header header; /* as at the last poll */
	uint64_t size;		   /* of the file, then */
	uint64_t next;		   /* the first byte not taken in yet */
	uint64_t chunk_start;	   /* of the items of the last chunk met */
	uint64_t chunk_end;	   /* of the chunk that holds `next`; UINT64_MAX: unknown */

	struct rdep_rmodule *modules;
	size_t module_count;
	struct rdep_rstack *stacks;
	size_t stack_count;
	struct rdep_rclass *classes;
	size_t class_count;
	struct rdep_redge *edges;
	size_t edge_count;
	struct rdep_rfinding *findings;
	size_t finding_count;
	struct rdep_rcircle *circles;
	size_t circle_count;
	struct rdep_rthread *threads;
	size_t thread_count;
	const struct rdep_join **joins;
	size_t join_count;
	struct rdep_rthread *board_threads; /* of the slots in use, as they were last read */
	struct rdep_thread *board_thread_items;
	size_t board_thread_count;
	struct rdep_rboard *boards;
	size_t board_count;
	struct rdep_rhelds *helds;
	size_t helds_count;
	struct rdep_rstats *stats;
	size_t stats_count;
	struct rdep_rsite *sites;
	size_t site_count;
	struct rdep_rscope *scopes;
	size_t scope_count;
	struct rdep_lock_site *lock_sites; /* where locks of a class are taken, as they came */
	size_t lock_site_count;
	const struct rdep_lock_site **domain_sites; /* where reclaim domains were entered */
	size_t domain_site_count;
	struct rdep_rlock_place *lock_places; /* of all classes, with modules */
	size_t lock_place_count;
	struct rdep_rorigin *origins;
	size_t origin_count;
	struct rdep_rrole *roles;
	size_t role_count;
	struct rdep_merged_image *images;
	size_t image_count;
	struct rdep_merged_thread *own_threads;
	size_t own_thread_count;
	struct rdep_merged_count *counts;
	size_t count_count;
	struct rdep_rtext *told_options; /* key=value, as some of the processes had it */
	size_t told_option_count;
	struct rdep_rtext *programs;
	size_t program_count;
	struct rdep_rnote *notes;
	size_t note_count;
	const struct rdep_stand **stands; /* of a record that was made from a core dump */
	size_t stand_count;
	const char *options, *exe; /* terminated, or NULL */
	const char *cmdline;	   /* NUL-separated */
	size_t options_len, exe_len, cmdline_len;

	const struct rdep_host *host; /* NULL: not told */
	const char *host_name;	      /* as recorded, terminated */

	uint64_t items_taken;	      /* sound ones */

	/* Damage. */
	struct rdep_damage damage[RDEP_DAMAGE_KEPT]; /* the first ones */
	uint64_t first_damage; /* file offset, 0: none */
	uint64_t bytes_skipped;
	uint64_t places_damaged;
	uint64_t items_bad;	/* sound, but too short for their type or twice there */
	uint64_t items_unknown; /* of a type from a later version */
	uint64_t items_behind;	/* that the header does not know of: it is older than they are */
	bool header_lost;	/* its page is empty; what it said is not known */
	bool cut;		/* the file ends before journal_end */

	struct rdep_map index; /* type << 32 | id -> index + 1 */
	/* Of the types that there are many of: the same by id, as far as ids are about as many as items. */
	struct rdep_dense {
		uint32_t *at;
		size_t room;
		size_t elsewhere; /* ids that are in `index` */
	} dense[3];
	struct rdep_arena arena;
	struct rdep_live_module *live; /* sorted by start, disjoint */
	size_t live_count;
	char *window;
	uint64_t window_at;
	size_t window_len;
	uint64_t crc_budget; /* bytes that resynchronising may still sum */
};

/* Opens and reads what is published. NULL with *err. */
struct rdep_record *rdep_record_open(const char *path, struct rdep_error *err);
void rdep_record_close(struct rdep_record *r);

/* The checked header alone. Returns 0, or -1 with *err. */
int rdep_record_header(const char *path, struct rdep_header *h, struct rdep_error *err);

/* Reads on. Returns 1 when something was taken in, 0 when not, -1 with *err (the record
 * stays usable as it was). */
int rdep_record_poll(struct rdep_record *r, struct rdep_error *err);

const struct rdep_rclass *rdep_record_class(const struct rdep_record *r, uint32_t id);
const struct rdep_rstack *rdep_record_stack(const struct rdep_record *r, uint32_t id);
const struct rdep_redge *rdep_record_edge(const struct rdep_record *r, uint32_t id);
const struct rdep_rcircle *rdep_record_circle(const struct rdep_record *r, uint32_t finding);
/* A thread that the journal or the board tells of. */
const struct rdep_rthread *rdep_record_thread(const struct rdep_record *r, uint32_t id);

/* How many threads were followed; most are told of nowhere else. */
uint64_t rdep_record_threads(const struct rdep_record *r);
const struct rdep_rscope *rdep_record_scope(const struct rdep_record *r, uint32_t id);

/* Of a merged record: the process that a thread is of, with its number there; NULL: not known. How often
 * something was seen there (what: enum rdep_merged_what), NULL: not told. */
const struct rdep_rorigin *rdep_record_origin(const struct rdep_record *r, uint32_t thread, uint32_t *own);
const struct rdep_merged_count *rdep_record_count(const struct rdep_record *r, uint32_t what, uint32_t id);

/* The module (index + 1) that holds pc now, 0: none. */
uint32_t rdep_record_module_at(const struct rdep_record *r, uint64_t pc);

/* The value of an option as in force: into buf; false when it is not told. */
bool rdep_record_option(const struct rdep_record *r, const char *name, char *buf, size_t n);

/* The slots in use, read from the file now; their threads are known by rdep_record_thread() from then on. Free with
 * rdep_record_slots_free(). */
size_t rdep_record_slots(struct rdep_record *r, struct rdep_rslot **slots);
void rdep_record_slots_free(struct rdep_rslot *slots, size_t count);

/* What stat=1 counted, by class, read from the file now. Free the list. */
size_t rdep_record_stats(const struct rdep_record *r, struct rdep_rstat **list);
/* Exclusive and shared in one. */
struct rdep_stat rdep_stat_all(const struct rdep_rstat *s);
/* Was it a run with stat=1? */
bool rdep_record_counts(const struct rdep_record *r);

/* What to call it; to be cleaned. */
const char *rdep_record_name(const struct rdep_record *r);

/* Where the thread of that number stood in the core dump; NULL: not told. */
const struct rdep_stand *rdep_record_stand(const struct rdep_record *r, uint32_t tid);

/* Where its process is, or was, as seen from here. */
enum rdep_where {
	RDEP_HERE,	  /* or nothing tells otherwise */
	RDEP_BEFORE_BOOT, /* on this machine, which was started anew since */
	RDEP_OTHER_HOST,
	RDEP_OTHER_PIDS, /* on this machine, under another pid: in a container */
};
enum rdep_where rdep_record_where(const struct rdep_record *r);

/* Is the process of a RUNNING record still there? By pid and start time: a pid used again
 * does not count. False where it is not HERE: then nobody knows. */
bool rdep_record_alive(const struct rdep_record *r);

#endif
