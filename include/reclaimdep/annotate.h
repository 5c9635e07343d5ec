/* SPDX-License-Identifier: MIT */
/*
 * annotate.h - what a program can tell reclaimdep.
 *
 * Header only, C and C++: nothing to link, and nothing happens in a process that
 * reclaimdep is not preloaded into, but for one test of a pointer per call.
 *
 *	reclaimdep_context_enter(RECLAIMDEP_FS_RECLAIM);
 *	n = shrink_inode_cache();
 *	reclaimdep_context_leave(RECLAIMDEP_FS_RECLAIM);
 *
 * says that what is between runs as memory reclaim does, and that the weakest
 * allocation that can bring it about is one with __GFP_FS. What a shrinker that looks at
 * no mask does is RECLAIMDEP_RECLAIM; what serves block requests or swap-out is
 * RECLAIMDEP_IO_RECLAIM.
 */
#ifndef RECLAIMDEP_ANNOTATE_H
#define RECLAIMDEP_ANNOTATE_H

enum reclaimdep_domain {
	RECLAIMDEP_RECLAIM = 1,	   /* any direct reclaim brings it about */
	RECLAIMDEP_IO_RECLAIM = 2, /* it needs __GFP_IO */
	RECLAIMDEP_FS_RECLAIM = 3  /* it needs __GFP_FS */
};

#ifdef __cplusplus
extern "C" {
#endif
/* Not there in a static program. */
extern void *dlsym(void *handle, const char *name) __attribute__((weak));
#ifdef __cplusplus
}
#endif

/*
 * The calls: CALL(name, declared arguments, passed arguments). For each there is
 * reclaimdep_<name>(); all return nothing.
 */
#define RECLAIMDEP_CALLS_(CALL)                                                                    \
	CALL(context_enter, (unsigned domain), (domain))                                           \
	CALL(context_leave, (unsigned domain), (domain))

#define RECLAIMDEP_CALL_(name, args, pass)                                                         \
	static void(*reclaimdep_p_##name##_) args __attribute__((unused));                         \
	static inline __attribute__((unused)) void reclaimdep_##name args                          \
	{                                                                                          \
		if (__builtin_expect(reclaimdep_p_##name##_ != 0, 0))                              \
			reclaimdep_p_##name##_ pass;                                               \
	}
RECLAIMDEP_CALLS_(RECLAIMDEP_CALL_)

/* Once, at start-up: a weak reference to the calls themselves would stay NULL for
 * good in an executable that is not position-independent. */
static __attribute__((constructor, unused)) void reclaimdep_look_up_(void)
{
	void *(*look_up)(void *, const char *) = dlsym;

	if (!look_up)
		return;
#define RECLAIMDEP_LOOK_UP_(name, args, pass)                                                      \
	*(void **)(void *)&reclaimdep_p_##name##_ = look_up((void *)0, "reclaimdep_" #name);
	RECLAIMDEP_CALLS_(RECLAIMDEP_LOOK_UP_)
#undef RECLAIMDEP_LOOK_UP_
}

#undef RECLAIMDEP_CALL_
#undef RECLAIMDEP_CALLS_

#endif
