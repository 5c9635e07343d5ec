/* SPDX-License-Identifier: MIT */
/*
 * record_layout.h - the layout of a record file (EXE.PID.rdep).
 *
 * The one header that the writer inside the target (runtime/record.c) and the
 * readers (reports/) share. A record is valid at any moment, after SIGKILL too:
 *
 *   offset 0     struct rdep_header, one page
 *   then         chunks, back to back; each begins with struct rdep_chunk and
 *                is filled with items from there on
 *   items        struct rdep_item and a payload, 8-byte aligned, inside one chunk
 *
 * All numbers are little-endian; all references are ids or file offsets. The
 * writer appends under its own lock, completes an item, and then publishes it
 * by a release store to header.journal_end. A reader takes nothing at or after
 * journal_end, and checks the checksum of each item: a page that never reached
 * the disk costs the items in it; the next chunk header, or the next place where
 * an item's magic and checksum hold, resynchronises.
 *
 * An item's checksum covers its first `fixed` payload bytes. What follows is
 * overwritten in place as the process runs (thread slots, counters): a reader of
 * a live record may see it mid-change.
 *
 * Unknown item types are skipped by size. A change that an old reader would
 * misread raises RDEP_MIN_READER; an addition raises RDEP_VERSION only.
 */
#ifndef RECLAIMDEP_RECORD_LAYOUT_H
#define RECLAIMDEP_RECORD_LAYOUT_H

#include <stdint.h>

#define RDEP_MAGIC "RECLMDEP"
#define RDEP_VERSION 1u
#define RDEP_MIN_READER 1u
#define RDEP_BYTE_ORDER 0x01020304u
#define RDEP_HEADER_SIZE 4096u
#define RDEP_CHUNK_MAGIC 0x48434452u /* "RDCH" */
#define RDEP_ITEM_MAGIC 0x4452u	     /* "RD" */
#define RDEP_ITEM_MAX (1u << 20)     /* no item is larger, its header included */
#define RDEP_SUFFIX ".rdep"

/* The process's state as it last said. A reader that finds RUNNING and no such
 * process tells of one that did not end by itself. */
enum rdep_state {
	RDEP_RUNNING = 1,
	RDEP_EXITING = 2, /* exit() ran the last handlers; others may still publish */
	RDEP_EXECING = 3, /* this image asked for exec; RUNNING again if that failed */
};

enum rdep_counter {
#define COUNTER(sym, num, id, cls, help) RDEP_C_##sym = num,
#include "counters.def"
#undef COUNTER
	RDEP_COUNTERS = 64,
};

struct rdep_header {
	/* Immutable; covered by header_crc (computed with header_crc = 0). */
	char magic[8];
	uint32_t version;
	uint32_t min_reader;
	uint32_t byte_order;
	uint32_t header_size;
	uint32_t machine;      /* ELF e_machine */
	uint32_t pointer_bits; /* 64 */
	uint64_t image_id[2];  /* start time (ns since the epoch), random */
	uint64_t parent_id[2]; /* image that forked or spawned this one; 0: unknown */
	uint64_t exec_id[2];   /* image that this one replaced by exec; 0: none */
	uint64_t start_realtime_ns;
	uint64_t start_monotonic_ns;
	uint32_t pid;
	uint32_t ppid;
	uint32_t page_size;
	uint32_t forked; /* 1: a fork child that went on from a snapshot */
	uint32_t header_crc;
	uint32_t merged; /* how many processes' records this one is made of; 0: it is one's own */

	/* Mutable. */
	uint32_t state; /* enum rdep_state */
	uint32_t bell;	/* +1 for each finding or revision; a futex word */
	uint64_t journal_end; /* file offset; release/acquire */
	uint64_t file_size;   /* allocated so far */
	uint64_t findings;    /* distinct findings */
	uint64_t counters[RDEP_COUNTERS];
};

struct rdep_chunk {
	uint32_t magic; /* RDEP_CHUNK_MAGIC */
	uint32_t index; /* 0, 1, 2, ... */
	uint64_t offset; /* of this header in the file */
	uint64_t size;	 /* with this header; a multiple of the page size */
	uint32_t crc;	 /* of the above */
	uint32_t reserved;
};

enum rdep_item_type {
	RDEP_PAD = 1,	     /* filler to the end of a chunk; no payload meaning */
	RDEP_MODULE = 2,     /* struct rdep_module */
	RDEP_MODULE_GONE = 3, /* struct rdep_module_gone */
	RDEP_CLASS = 4,	     /* struct rdep_class */
	RDEP_STACK = 5,	     /* struct rdep_stack */
	RDEP_EDGE = 6,	     /* struct rdep_edge */
	RDEP_SAMPLE = 7,     /* struct rdep_edge again: a further occurrence of an edge */
	RDEP_FINDING = 8,    /* struct rdep_finding */
	RDEP_THREAD = 9,     /* struct rdep_thread */
	RDEP_JOIN = 10,	     /* struct rdep_join */
	RDEP_BOARD = 11,     /* struct rdep_board */
	RDEP_HELDS = 12,     /* struct rdep_helds: room for one thread's deeper held stack */
	RDEP_OPTIONS = 13,   /* text: key=value:key=value, as in force */
	RDEP_EXE = 14,	     /* struct rdep_exe */
	RDEP_SITE = 15,	     /* struct rdep_site */
	RDEP_SCOPE = 16,     /* struct rdep_scope */
	RDEP_NOTE = 17,	     /* text: one thing that a reader must be told (coverage) */
	RDEP_LOCK_SITE = 18, /* struct rdep_lock_site */
	RDEP_CIRCLE = 19,    /* struct rdep_circle */
	RDEP_STATS = 24,     /* struct rdep_stats */
	RDEP_HOST = 25,	     /* struct rdep_host */
	RDEP_STAND = 30,     /* struct rdep_stand: in records that were made from a core dump */
	/* Of merged records alone. */
	RDEP_ORIGIN = 26,     /* struct rdep_origin */
	RDEP_OCCURRENCE = 27, /* struct rdep_occurrence */
	RDEP_ROLE = 28,	      /* struct rdep_role */
	RDEP_MERGED = 29,     /* struct rdep_merged */
};

struct rdep_item {
	uint16_t magic;
	uint16_t type;
	uint32_t size;	/* header + payload + padding, a multiple of 8 */
	uint32_t fixed; /* payload bytes under the checksum */
	uint32_t crc;	/* CRC-32C of type, size, fixed (12 bytes: magic too) and the fixed payload */
};

/* Modules: addresses [start, end) belonged to it from this point of the journal
 * on, until RDEP_MODULE_GONE; one that comes back stands there again, as it was. file address = pc - bias (ELF virtual address). */
struct rdep_module {
	uint32_t id;
	uint32_t build_id_len; /* 0: none */
	uint64_t start, end, bias;
	uint8_t build_id[32];
	uint32_t path_len;
	uint32_t reserved;
	char path[]; /* absolute where known; not terminated */
};

struct rdep_module_gone {
	uint32_t id;
	uint32_t reserved;
};

/* Ids below RDEP_FIRST_CLASS are the reclaim domains. */
enum rdep_domain_class {
	RDEP_CLASS_RECLAIM = 1,
	RDEP_CLASS_IO_RECLAIM = 2,
	RDEP_CLASS_FS_RECLAIM = 3,
	RDEP_FIRST_CLASS = 16,
};

enum rdep_lock_kind {
	RDEP_MUTEX = 1,
	RDEP_RWLOCK = 2,
	RDEP_SPIN = 3,
	RDEP_SEM = 4,
	RDEP_DOMAIN = 5, /* a reclaim domain */
	RDEP_USER = 6,	 /* annotated */
	RDEP_FILE = 7,	 /* of a file: flock, lockf, fcntl */
	RDEP_SIGNAL = 13, /* a signal as interrupt: held in its handler, acquired where it is open */
	RDEP_ONCE = 8,	 /* pthread_once, call_once, the guard of a C++ static: held while it is initialised */
	RDEP_STDIO = 9,	 /* a stream, by flockfile */
	RDEP_LOADER = 10, /* the dynamic loader's: dlopen, dlclose */
	RDEP_GLIB = 11,	 /* GMutex */
	RDEP_LIFE = 12,	 /* a thread's: held by the thread, acquired by who joins it; an instance's address is the
			    thread's id, a class's that of the start routine */
	RDEP_EVENT = 14, /* a condition, as what is waited for (waits=all) */
};

enum rdep_class_origin {
	RDEP_BY_NAME = 1,   /* told by an annotation or a profile; the domains */
	RDEP_BY_INIT = 2,   /* stack: the init call, from past the wrappers */
	RDEP_BY_STATIC = 3, /* module, offset: the variable */
	RDEP_BY_FIRST = 4,  /* stack: the first acquisition */
	RDEP_BY_ALLOC = 5,  /* stack: the block's allocation, offset: inside it */
};

struct rdep_class {
	uint32_t id;
	uint8_t kind;	/* enum rdep_lock_kind */
	uint8_t origin; /* enum rdep_class_origin */
	uint16_t subclass;
	uint32_t stack;	 /* 0: none */
	uint32_t module; /* BY_STATIC */
	uint64_t offset; /* BY_STATIC: ELF virtual address; BY_ALLOC: in the block */
	uint64_t address; /* of the first instance seen */
	uint32_t skip;	 /* leading frames of `stack` that are wrappers */
	uint8_t inherited; /* from a fork parent's snapshot */
	uint8_t depth;	   /* frames of the stack, past `skip`, that make the class; 0: as the option class_depth says */
	uint8_t twin, alone; /* of merged records: which of those it is that nothing tells apart; `address` tells it apart */
	uint32_t name_len; /* BY_NAME */
	uint32_t lump; /* the class that was split by its callers, of which this is a part; 0: none */
	/* Not under the checksum; zero: what stat=1 counts is in RDEP_STATS. */
	uint64_t acquisitions, contentions, wait_ns, hold_ns;
	char name[]; /* not terminated; not under the checksum */
};

/* pcs are return addresses (look up pc - 1), but for those whose bit in `exact`
 * is set: interrupted by a signal there. pcs[0] is in the caller of the hooked
 * function. */
#define RDEP_STACK_CUT 1u  /* deeper than stack_depth */
#define RDEP_STACK_FAST 2u /* by the small walker, not libunwind */
#define RDEP_STACK_BROKEN 4u /* the walk ended on a frame without unwind data */
struct rdep_stack {
	uint32_t id;
	uint16_t count;
	uint16_t flags;
	uint64_t exact[4];
	uint64_t pcs[];
};

/* One instance: an address, and which of the locks that lived there. */
struct rdep_instance {
	uint64_t address;
	uint32_t generation;
	uint32_t mode; /* enum rdep_mode */
};

enum rdep_mode {
	RDEP_WRITE = 0,	    /* exclusive */
	RDEP_READ = 1,	    /* a reader that waits behind a waiting writer */
	RDEP_READ_REC = 2,  /* a reader that does not */
};

/* Edge types (semantics: kernel lockdep): E the held side was exclusive, S it was
 * shared; N the acquired side is not a recursive reader, R it is. A cycle counts
 * unless an R is followed by an S. */
#define RDEP_TYPE_EN 1u
#define RDEP_TYPE_ER 2u
#define RDEP_TYPE_SN 4u
#define RDEP_TYPE_SR 8u

/* `from` was held, at held_site, when `to` was acquired. RDEP_EDGE is the first
 * occurrence under that id, RDEP_SAMPLE a further one. */
#define RDEP_GATES 8
#define RDEP_EDGE_INHERITED 1u	  /* from the fork parent's snapshot */
#define RDEP_EDGE_HELD_LIVE 2u	  /* held_stack's callers are frames live at both moments */
#define RDEP_EDGE_GATES_CUT 4u	  /* more than RDEP_GATES locks were held */
#define RDEP_EDGE_ALLOC 8u	  /* `to` is a domain, acquired by an allocation */
#define RDEP_EDGE_IN_CONTEXT 16u  /* taken inside a reclaim context */
#define RDEP_EDGE_TOLD 32u	  /* the program said that it may happen; it did not yet */
#define RDEP_EDGE_AWAITED                                                                          \
	128u /* `from` is the life of a thread that was being joined, under a lock, already */
#define RDEP_EDGE_HELD_CALLER 64u /* with HELD_LIVE: held_stack's pcs[1] is where that caller was when `to` was acquired */
struct rdep_edge {
	uint32_t id;
	uint32_t from, to; /* classes */
	uint8_t type;	   /* RDEP_TYPE_*, exactly one */
	uint8_t flags;
	uint16_t gate_count;
	struct rdep_instance from_inst, to_inst;
	uint64_t held_site; /* return address of the call that took `from` */
	uint32_t held_stack; /* 0: only the site is known. Else a stack whose pcs[0] is
				held_site: HELD_LIVE, or that of the first time `from`'s
				class was taken at that site */
	uint32_t acquire_stack;
	uint32_t thread; /* journal thread id */
	uint32_t clock;	 /* creates and joins that the thread had done */
	uint32_t gfp;	 /* ALLOC: canonical effective mask */
	uint32_t raw_gfp; /* ALLOC: as passed, canonical bits */
	struct rdep_instance gates[RDEP_GATES]; /* other locks held then; only gate_count of them are there */
};

enum rdep_verdict {
	/* Ordered by weight: a revision only goes up. */
	RDEP_GUARDED = 1,
	RDEP_ORDERED = 2,
	RDEP_SINGLE_THREAD = 3,
	RDEP_POSSIBLE = 4,
	RDEP_CERTAIN = 5,
};

enum rdep_kind {
#define KIND(sym, num, id, sev, help) RDEP_K_##sym = num,
#include "kinds.def"
#undef KIND
};

/* What exactly it was, for kinds that have more than one way to go wrong. */
enum rdep_detail {
#define DETAIL(sym, num, text) RDEP_D_##sym = num,
#include "details.def"
#undef DETAIL
};

/* A finding or, with revision > 0, a later and weightier view of the same id.
 * An inversion names its edges in cycle order: edge i's `to` is edge i+1's
 * `from`, the last edge's `to` the first one's `from`; edge 0 is the one that
 * closed the cycle. sample: which occurrence of the edge supports the verdict
 * (0: the RDEP_EDGE itself, n: its n-th RDEP_SAMPLE). */
struct rdep_finding_edge {
	uint32_t edge;
	uint32_t sample;
};

#define RDEP_FINDING_NOTE 0x100u    /* milder than its kind: a note */
#define RDEP_FINDING_WARNING 0x200u /* milder than its kind: a warning */
#define RDEP_FINDING_ACROSS 0x400u /* no process showed it: its dependencies are of several */

struct rdep_finding {
	uint32_t id;
	uint16_t revision;
	uint8_t kind;	 /* enum rdep_kind */
	uint8_t verdict; /* enum rdep_verdict */
	uint32_t thread;
	uint32_t edge_count; /* 0 for the kinds below */
	/* Kinds about one lock (self-deadlock, unlock-unheld). */
	uint32_t cls;
	uint32_t held_stack; /* self-deadlock: as in an edge */
	uint32_t acquire_stack; /* the second acquisition, or the unlock */
	uint32_t flags;		/* RDEP_EDGE_HELD_LIVE for held_stack, RDEP_FINDING_* */
	uint64_t held_site;
	struct rdep_instance inst;
	uint64_t monotonic_ns;
	/* Kinds about an allocation, a scope or a place: cls may be 0. held_site and held_stack are where the scope was
	 * saved, or the lock that forbids to sleep taken; acquire_stack is where it went wrong. */
	uint32_t detail; /* enum rdep_detail, 0: none */
	uint32_t scope;	 /* RDEP_SCOPE_*, the scope it is about, or those in force */
	union {
		uint32_t gfp;	 /* canonical */
		uint32_t holder; /* lock misuse: the thread that holds it; 0: not known */
	};
	uint32_t raw_gfp;
	struct rdep_finding_edge edges[];
};

/*
 * The threads of a finding of kind deadlock, in order: each waits for what the next one has, the last for what the
 * first one has; the first is the one whose wait closed the circle. It stands before its finding.
 */
enum rdep_wait {
	RDEP_WAIT_LOCK = 1,   /* in a lock call */
	RDEP_WAIT_JOIN = 2,   /* for the next thread's end */
	RDEP_WAIT_RETAKE = 3, /* in a condition wait, to get its mutex back */
};

#define RDEP_LEG_HELD_LIVE 1u	/* the flags of struct rdep_edge, for held_stack */
#define RDEP_LEG_HELD_CALLER 2u
#define RDEP_LEG_WAIT_SEEN 4u	/* wait_stack is that of the first time at wait_site, whoever it was */
#define RDEP_LEG_AHEAD 8u	/* it does not hold `held`, but waits for it as a writer: readers stay behind it */
struct rdep_leg {
	uint32_t thread;
	uint8_t wait; /* enum rdep_wait */
	uint8_t flags; /* RDEP_LEG_* */
	uint16_t reserved;
	uint32_t held_cls, wait_cls; /* 0: none; what is joined holds no lock by that */
	struct rdep_instance held, wait_inst;
	uint64_t held_site, wait_site;
	uint32_t held_stack, wait_stack; /* 0: only the site is known */
};

struct rdep_circle {
	uint32_t finding; /* its id */
	uint32_t count;
	struct rdep_leg legs[];
};

/* A thread that something in the journal names, and those that made it; a thread that nothing names has none. */
struct rdep_thread {
	uint32_t id; /* 1: the first thread */
	uint32_t tid;
	uint32_t parent; /* 0: none or unknown */
	uint32_t parent_clock; /* the parent's clock after it created this one */
	uint64_t start_routine;
	uint32_t create_stack;
	uint32_t reserved;
	char name[16]; /* as it was told of */
};

struct rdep_join {
	uint32_t thread; /* ended and joined */
	uint32_t joiner;
	uint32_t joiner_clock; /* after the join */
	uint32_t reserved;
};

/* What a thread holds: entries from the bottom; the first whose address is 0
 * ends the list. 64 bytes. */
#define RDEP_HELD_WAITING 1u /* the call has not returned yet */
#define RDEP_HELD_TRY 2u     /* taken by trylock: no incoming edge */
#define RDEP_HELD_CONTEXT 4u /* a reclaim context, not a lock */
#define RDEP_HELD_TIMED 8u   /* the waiting call has a timeout */
#define RDEP_HELD_COND 16u   /* given up inside a condition wait, to be re-taken */
#define RDEP_HELD_CHECKED 5  /* the writer's: from this bit on, domains already checked */
struct rdep_held {
	uint64_t address;
	uint64_t site; /* return address of the acquiring call */
	uint64_t sp;   /* stack pointer at that call */
	uint32_t cls;
	uint32_t generation;
	uint32_t node; /* the writer's chain id */
	uint8_t kind;
	uint8_t mode;
	uint8_t flags;
	uint8_t recursion; /* further acquisitions by the same thread, saturating */
	uint64_t since;	   /* monotonic ns when stat=1: waiting, held or given up since; bit 0 is the writer's. Else the writer's */
	uint64_t key, step; /* the writer's: what made this entry, for the next one like it */
};

enum rdep_slot_state { RDEP_SLOT_FREE = 0, RDEP_SLOT_LIVE = 1, RDEP_SLOT_ENDING = 2 };

#define RDEP_SCOPE_NOFS 1u
#define RDEP_SCOPE_NOIO 2u
#define RDEP_SCOPE_NORECLAIM 4u
#define RDEP_SCOPE_FLUSHER 8u /* PR_SET_IO_FLUSHER is set */
#define RDEP_SCOPE_PIN 16u    /* memalloc_pin: allocations lose __GFP_MOVABLE */

#define RDEP_SLOT_HELD 29
struct rdep_slot {
	uint32_t state; /* enum rdep_slot_state */
	uint32_t tid;
	uint32_t thread; /* journal thread id */
	uint32_t scope;	 /* RDEP_SCOPE_* in force */
	uint64_t more;	 /* file offset of a struct rdep_helds that replaces held[]; 0: none */
	uint64_t wait_kind; /* 0, or 1: joins the thread `wait_what`; 2: waits on condition `wait_what`;
			     3: at the barrier `wait_what`; 5: for the semaphore `wait_what` to be posted */
	uint64_t wait_what;
	char name[16];
	/* As in its RDEP_THREAD, which is there only if the journal refers to the thread. */
	uint64_t start_routine;
	uint32_t parent, create_stack;
	uint64_t reserved[7];
	struct rdep_held bottom; /* no lock: the writer's sentinel */
	struct rdep_held held[RDEP_SLOT_HELD];
};

/* Item payload: this header is fixed, the slots follow at a 64-byte boundary of
 * the file, at file offset slots_at. */
struct rdep_board {
	uint32_t slot_size;
	uint32_t count;
	uint64_t slots_at;
};

struct rdep_helds {
	uint32_t capacity;
	uint32_t thread; /* the first that had it */
	struct rdep_held bottom;
	struct rdep_held held[];
};

struct rdep_exe {
	uint32_t path_len;
	uint32_t cmdline_len; /* NUL-separated, cut at 4096 */
	char text[];	      /* path, then cmdline */
};

/* Where it was written: what its pid is elsewhere, or after the next boot, tells nothing of it. */
#define RDEP_BOOT_ID 36 /* as text */
struct rdep_host {
	uint8_t boot_id[RDEP_BOOT_ID];
	uint32_t name_len;
	uint64_t pid_ns; /* the inode of its pid namespace; 0: not known */
	char name[];	 /* of the machine; not terminated */
};

/* A lock held at a site: of which class, where it was taken, and that place's stack (0: not kept). */
struct rdep_site_held {
	uint32_t cls;
	uint32_t stack;
	uint64_t site;
	uint8_t mode; /* enum rdep_mode */
	uint8_t flags; /* RDEP_HELD_TRY, RDEP_HELD_CONTEXT */
	uint8_t reserved[6];
};

/*
 * An allocation call with a mask of its own (kernel names, annotations), as one of a kind: same place,
 * mask, scopes and chain of held locks. Counted in place.
 */
#define RDEP_SITE_IN_CONTEXT 1u /* inside a reclaim context */
#define RDEP_SITE_PLAIN 2u	/* no mask of its own: in a scope, under locks; counted when it is new to its chain */
#define RDEP_SITE_SCOPES 8
struct rdep_site {
	uint32_t id;
	uint32_t stack;
	uint32_t raw_gfp, gfp; /* canonical: as passed, effective */
	uint32_t scope;	       /* RDEP_SCOPE_* in force */
	uint32_t flags;	       /* RDEP_SITE_* */
	uint64_t pc;
	uint32_t held_count;	 /* from the outermost */
	uint32_t scope_count;	 /* open scopes, outermost first, by the id of their RDEP_SCOPE */
	uint32_t scopes[RDEP_SITE_SCOPES];
	/* held_count struct rdep_site_held follow here, under the checksum; then: */
	/* uint64_t count;  not under the checksum */
	struct rdep_site_held held[];
};

/* A scope by where it is opened, and what is held there; the same rules. */
struct rdep_scope {
	uint32_t id;
	uint32_t stack;
	uint32_t bits; /* RDEP_SCOPE_* */
	uint32_t reason_len;
	uint64_t pc;
	uint64_t cookie; /* what the first save returned */
	uint32_t held_count;
	uint32_t reserved;
	/* held_count struct rdep_site_held, then reason_len characters, under the checksum; then,
	 * 8-byte aligned: */
	/* uint64_t count;  not under the checksum */
	struct rdep_site_held held[];
};

/* A place that takes locks of a class, with the stack of its first time. */
struct rdep_lock_site {
	uint32_t cls;
	uint32_t stack;
	uint64_t pc;
};

/*
 * stat=1: what some thread counts of classes [first, first + count), overwritten in place. A class's counters are the sum
 * over all items, since each thread has its own; its longest times are the longest there. Outermost acquisitions
 * that got the lock; contended: somebody else had it, and only then was there a wait. The site of the longest wait
 * is the call's, that of the longest hold the call's that took it.
 */
#define RDEP_STAT_CLASSES 8u /* as the writer has them */
struct rdep_stat {
	uint64_t acquisitions, contended;
	uint64_t wait_ns, wait_max_ns;
	uint64_t hold_ns, hold_max_ns;
	uint64_t wait_site, hold_site; /* return addresses; 0: none */
};

/* Like a board: the counters follow at file offset `at`, a multiple of 64: of each class two, exclusive and shared. */
struct rdep_stats {
	uint32_t first, count;
	uint32_t size; /* of one struct rdep_stat */
	uint32_t reserved;
	uint64_t at;
};

/*
 * Where a thread stood in a core dump; one of each thread. The stack is the whole of it: its first frame is where the
 * thread was.
 */
#define RDEP_STAND_FAULT 1u   /* `address` is what the signal is about */
#define RDEP_STAND_WORDS 2u   /* what it holds and waits for is as the locks' own words say: no record had it */
struct rdep_stand {
	uint32_t tid;
	uint32_t thread; /* journal thread id; 0: the runtime did not know it */
	uint32_t stack;	 /* 0: none */
	uint16_t signal; /* that it was given; 0: none */
	uint16_t flags;	 /* RDEP_STAND_* */
	uint64_t address;
};

/*
 * A merged record (`reclaimdep merge`) has classes, edges, stacks and findings of many processes, each once, and no
 * board. Its addresses are nobody's: each module has a range of its own, and a pc that was in no module is 0. What a
 * process did is told by its thread, of which a RDEP_MERGED says whose it was. Everything is in an order that does not
 * depend on that in which records were merged.
 */

/* A process that something in the record is of. */
struct rdep_origin {
	uint32_t id; /* from 1 */
	uint32_t pid;
	uint64_t image_id[2];
	uint64_t start_realtime_ns;
	uint32_t program; /* the module that is its executable; 0: not known */
	uint32_t name_len, exe_len, cmdline_len;
	char text[]; /* the record's file name, the executable's path, the command line (NUL-separated) */
};

#define RDEP_OCCURRENCE_FROM_SHARED 1u /* the lock is one that processes have in common */
#define RDEP_OCCURRENCE_TO_SHARED 2u
/* More about an RDEP_EDGE (sample 0) or its n-th RDEP_SAMPLE, behind which it stands. */
struct rdep_occurrence {
	uint32_t edge, sample;
	uint32_t flags;
	uint32_t from_role, to_role; /* ids of RDEP_ROLE; 0: not known */
	uint32_t gate_count;
	uint32_t gates[]; /* the class of each of the edge's gates; 0: not known */
};

/* Locks of a class that one caller of what makes the class made, and the calls that take them. */
struct rdep_role {
	uint32_t id;
	uint32_t cls;
	uint32_t stack; /* those callers */
	uint32_t site_count;
	uint64_t sites[];
};

/* Lists, by what they are of; `count` entries follow. */
enum rdep_merged_what {
	RDEP_MERGED_IMAGES = 1,	  /* struct rdep_merged_image: all that are in the record */
	RDEP_MERGED_THREADS = 2,  /* struct rdep_merged_thread */
	RDEP_MERGED_FINDINGS = 3, /* struct rdep_merged_count, by finding */
	RDEP_MERGED_COUNTERS = 4, /* struct rdep_merged_count, by counter */
	RDEP_MERGED_NOTES = 5,	  /* struct rdep_merged_count, by note: the first RDEP_NOTE is 1 */
	RDEP_MERGED_OPTION = 6,	  /* one struct rdep_merged_count, id characters behind it: key=value, as some had it */
	RDEP_MERGED_PROGRAM = 7,  /* the same: an executable's path */
};

struct rdep_merged {
	uint32_t what;
	uint32_t count;
};

struct rdep_merged_image {
	uint64_t id[2];
	uint64_t journal_end; /* as far as it was read */
};

struct rdep_merged_thread {
	uint32_t thread;
	uint32_t origin;
	uint32_t own; /* its id in that process's record */
	uint32_t reserved;
};

/* How often it was seen, and in how many processes. */
struct rdep_merged_count {
	uint32_t id;
	uint32_t reserved;
	uint64_t count, processes;
};

/* Canonical gfp bits (names: kernel's). */
enum rdep_gfp {
	RDEP_GFP_DIRECT_RECLAIM = 1u << 0,
	RDEP_GFP_KSWAPD_RECLAIM = 1u << 1,
	RDEP_GFP_IO = 1u << 2,
	RDEP_GFP_FS = 1u << 3,
	RDEP_GFP_HIGH = 1u << 4,
	RDEP_GFP_NOFAIL = 1u << 5,
	RDEP_GFP_NORETRY = 1u << 6,
	RDEP_GFP_RETRY_MAYFAIL = 1u << 7,
	RDEP_GFP_NOWARN = 1u << 8,
	RDEP_GFP_ZERO = 1u << 9,
	RDEP_GFP_MOVABLE = 1u << 10,
	RDEP_GFP_ACCOUNT = 1u << 11,
	RDEP_GFP_MEMALLOC = 1u << 12,
	RDEP_GFP_NOMEMALLOC = 1u << 13,
	RDEP_GFP_NOLOCKDEP = 1u << 14,
	RDEP_GFP_HARDWALL = 1u << 15,
	RDEP_GFP_HIGHMEM = 1u << 16,
	RDEP_GFP_KERNEL = 0xf,
	RDEP_GFP_NOFS = 0x7,
	RDEP_GFP_NOIO = 0x3,
};

_Static_assert(sizeof(struct rdep_held) == 64, "held entry");
_Static_assert(sizeof(struct rdep_item) == 16, "item header");
_Static_assert(sizeof(struct rdep_slot) == 2048, "thread slot");
_Static_assert(sizeof(struct rdep_stat) == 64, "counters of a class");

#endif
