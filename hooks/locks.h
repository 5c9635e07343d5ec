/* SPDX-License-Identifier: MIT */
/*
 * locks.h - a lock call that may wait: announced before, its outcome told after.
 */
#ifndef RECLAIMDEP_HOOKS_LOCKS_H
#define RECLAIMDEP_HOOKS_LOCKS_H

#include <errno.h>
#include "runtime/event.h"
#include "resolve.h"

/*
 * The way of a call that is not followed by a remembered step. The very first lock call of a
 * program brings the runtime up, and is announced again.
 */
static inline __attribute__((always_inline)) struct rdep_held *
announce_slow(const void *lock, unsigned how, uint64_t site, uint64_t sp)
{
	struct rdep_held *e = rd_acquire_slow(lock, how, site, sp);

	return !e && rd_come_up() ? rd_acquire_slow(lock, how, site, sp) : e;
}

/* EOWNERDEAD gives the lock as well. */
static __attribute__((noinline)) int told(struct rdep_held *e, int rc)
{
	if (rc == 0 || rc == EOWNERDEAD)
		rd_acquired_counted(e);
	else
		rd_abandon(e);
	return rc;
}

/*
 * LOCK_CALL(name, how, declared arguments, passed arguments): the hook of a call that may wait
 * for `lock`. What is not usual is kept out of line.
 */
#define PLAIN(...) __VA_ARGS__
#define LOCK_CALL(name, how, args, pass)                                                           \
	LOCK_CALL_SLOW(name, how, args, pass)                                                      \
	RD_EXPORT int name(PLAIN args) LOCK_CALL_WAITS(name, how, pass, RD_SITE, RD_HERE)

/*
 * FREE_LOCK_CALL(name, free, free_how, how, declared arguments, passed arguments): of a call that neither waits nor
 * fails where `free`, by the lock's own words. Then there is nothing to tell after it, and it jumps on: whatever
 * follows a locked instruction waits for it. Who loses the lock to another between the look and the call stands as its
 * holder while it waits; readers of the board see two of them.
 */
#define FREE_LOCK_CALL(name, free, free_how, how, args, pass)                                      \
	LOCK_CALL_SLOW(name, how, args, pass)                                                      \
	static __attribute__((noinline)) int name##_waits(PLAIN args, uint64_t site, uint64_t sp)  \
		LOCK_CALL_WAITS(name, how, pass, site, sp)                                         \
	RD_EXPORT_HOT int name(PLAIN args)                                                         \
	{                                                                                          \
		if (rd_unlikely(!(free)))                                                          \
			return name##_waits(PLAIN pass, RD_SITE, RD_HERE);                         \
		if (rd_unlikely(!rd_acquire_free((const void *)lock, free_how, RD_SITE, RD_HERE))) \
			return name##_slow(PLAIN pass, RD_SITE, RD_HERE);                          \
		return RD_NEXT(name)(PLAIN pass);                                                  \
	}

/*
 * TAKE_LOCK_CALL(name, type of the lock, words, taken_how, how): the same where the hook itself may take the lock in place of
 * the call, as words_take() and its like do (fastpath.h). Who finds that another has it stands as its holder for
 * that moment.
 */
#define TAKE_LOCK_CALL(name, type, words, taken_how, how)                                          \
	LOCK_CALL_SLOW(name, how, (type * lock), (lock))                                           \
	static __attribute__((noinline)) int name##_of_another(type *lock)                         \
	{                                                                                          \
		struct rdep_held *e = rd_acquire_waits();                                          \
                                                                                                   \
		return told(e, RD_NEXT(name)(lock));                                               \
	}                                                                                          \
	static __attribute__((noinline)) int name##_again(type *lock, uint64_t site, uint64_t sp)  \
	{                                                                                          \
		if (rd_holds_on_top((const void *)lock) && words##_take_again(lock))               \
			return rd_acquired_again();                                                \
		return name##_slow(lock, site, sp);                                                \
	}                                                                                          \
	static __attribute__((noinline)) int name##_other(type *lock, uint64_t site, uint64_t sp)  \
	{                                                                                          \
		struct rdep_held *e = rd_acquire_fast((const void *)lock, how, site, sp);          \
                                                                                                   \
		if (rd_unlikely(!e))                                                               \
			return name##_again(lock, site, sp);                                       \
		return words##_take_other(lock) ? rd_acquired(e) : told(e, RD_NEXT(name)(lock));   \
	}                                                                                          \
	RD_EXPORT_HOT int name(type *lock)                                                         \
	{                                                                                          \
		if (rd_unlikely(!words##_is_plain(lock)))                                          \
			return name##_other(lock, RD_SITE, RD_HERE);                               \
		if (rd_unlikely(!rd_acquire_free((const void *)lock, taken_how, RD_SITE, RD_HERE))) \
			return name##_again(lock, RD_SITE, RD_HERE);                               \
		return rd_likely(words##_take(lock)) ? 0 : name##_of_another(lock);                \
	}

#define LOCK_CALL_WAITS(name, how, pass, site, sp)                                                 \
	{                                                                                          \
		struct rdep_held *e = rd_acquire_fast((const void *)lock, how, site, sp);          \
		int rc;                                                                            \
                                                                                                   \
		if (rd_unlikely(!e))                                                               \
			return name##_slow(PLAIN pass, site, sp);                                  \
		rc = RD_NEXT(name)(PLAIN pass);                                                    \
		if (rd_unlikely(rc))                                                               \
			return told(e, rc);                                                        \
		rd_acquired(e);                                                                    \
		return 0;                                                                          \
	}

#define LOCK_CALL_SLOW(name, how, args, pass)                                                      \
	static __attribute__((noinline)) int name##_slow(PLAIN args, uint64_t site, uint64_t sp)   \
	{                                                                                          \
		struct rdep_held *e = announce_slow((const void *)lock, how, site, sp);            \
                                                                                                   \
		if (!e)                                                                            \
			return rd_unwinding() ? 0 : RD_NEXT(name)(PLAIN pass);                     \
		return told(e, RD_NEXT(name)(PLAIN pass));                                         \
	}

/*
 * FREE_TRY_CALL(name, type of the lock, free, words, free_how, how, refused): of a trylock. Where `free`, by the lock's own words,
 * it is told before, and taken back if another was faster: so little follows the call, if there need be one. refused: what
 * it returns for a lock that is none; 0: nothing.
 */
#define FREE_TRY_CALL(name, type, free, words, free_how, how, refused)                             \
	static __attribute__((noinline)) int name##_slow(type *lock, uint64_t site, uint64_t sp)   \
	{                                                                                          \
		int rc;                                                                            \
                                                                                                   \
		if (rd_unlikely(rd_unwinding()))                                                   \
			return 0;                                                                  \
		rc = RD_NEXT(name)(lock);                                                          \
		if (rc == 0 || rc == EOWNERDEAD)                                                   \
			rd_try_acquired((const void *)lock, how, site, sp);                        \
		else if ((int)(refused) != 0 && rc == (int)(refused))                              \
			rd_lock_refused((const void *)lock, RD_HOW_KIND(how), site, sp);           \
		return rc;                                                                         \
	}                                                                                          \
	RD_EXPORT_HOT int name(type *lock)                                                         \
	{                                                                                          \
		int rc;                                                                            \
                                                                                                   \
		if (rd_unlikely(!(free)) ||                                                        \
		    rd_unlikely(!rd_acquire_free((const void *)lock, free_how | RD_TRY, RD_SITE, RD_HERE))) \
			return name##_slow(lock, RD_SITE, RD_HERE);                                \
		if (words##_is_plain(lock) && words##_take(lock))                                  \
			return 0;                                                                  \
		rc = RD_NEXT(name)(lock);                                                          \
		if (rd_unlikely(rc))                                                               \
			rd_try_failed((const void *)lock);                                         \
		return rc;                                                                         \
	}

/*
 * UNLOCK_CALL(name, type of the lock, kind, words): of a call that gives it back. After that nothing need be told: it jumps on, if
 * the hook can't do it itself.
 */
#define UNLOCK_CALL(name, type, kind, words)                                                       \
	static __attribute__((noinline)) int name##_slow(type *lock, uint64_t site, uint64_t sp)   \
	{                                                                                          \
		if (rd_unwinding())                                                                \
			return 0;                                                                  \
		if (rd_holds_on_top_again((const void *)lock) && words##_give_again(lock))         \
			return rd_released_again();                                                \
		rd_release_slow((const void *)lock, kind, site, sp);                               \
		return RD_NEXT(name)(lock);                                                        \
	}                                                                                          \
	static __attribute__((noinline)) int name##_released(type *lock)                           \
	{                                                                                          \
		return words##_give_other(lock) ? 0 : RD_NEXT(name)(lock);                         \
	}                                                                                          \
	RD_EXPORT_HOT int name(type *lock)                                                         \
	{                                                                                          \
		if (rd_unlikely(!rd_release_fast((const void *)lock)) &&                           \
		    rd_unlikely(!rd_release_below((const void *)lock)))                            \
			return name##_slow(lock, RD_SITE, RD_HERE);                                \
		return words##_is_plain(lock) && words##_give(lock) ? 0 : name##_released(lock);   \
	}

#endif
