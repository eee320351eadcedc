/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/handler.h"

#include <stddef.h>
#include <stdint.h>
#include <ucontext.h>

#include "libsocksify/raw.h"
#include "libsocksify/readable.h"

#define DEPTH		65536	/* bytes of stack that are looked through */
#define PAGE		4096	/* bytes: no smaller part of a stack can be unreadable */
#define SIGNALS		64	/* of the kernel */
#define USER_CODE	0x33	/* the segment of all 64-bit programs */
#define RESTORER	0x04000000	/* SA_RESTORER: .restorer is set */

/* As rt_sigaction(2) has it, which is not as libc has it. */
struct action {
	void		(*handler)(int);
	unsigned long	 flags;
	void		(*restorer)(void);
	uint64_t	 mask;
};

#ifdef __x86_64__
/*
 * Whether @at is where the kernel has put the frame of a handler that returns to
 * @address: behind that follows what the thread was when it was interrupted.
 */
__attribute__((no_sanitize("address", "thread", "undefined"))) static bool
is_frame(const uintptr_t *at, uintptr_t address)
{
	const ucontext_t *interrupted = (const void *)(at + 1);

	return *at == address && readable(at, sizeof(*at) + sizeof(*interrupted)) &&
	    interrupted->uc_link == NULL &&
	    (interrupted->uc_mcontext.gregs[REG_CSGSFS] & 0xffff) == USER_CODE;
}

/* Whether such a frame is on the stack above here: those of others are looked through. */
__attribute__((noinline, no_sanitize("address", "thread", "undefined"))) static bool
is_on_stack(uintptr_t address)
{
	const uintptr_t *from = __builtin_frame_address(0);

	for (const uintptr_t *at = from; at < from + DEPTH / sizeof(*at); at++) {
		if ((at == from || (uintptr_t)at % PAGE == 0) && !readable(at, sizeof(*at)))
			return false;
		if (is_frame(at, address))
			return true;
	}
	return false;
}
#else
static bool
is_on_stack(uintptr_t address)
{
	(void)address;
	return false;
}
#endif

bool
handler_is_running(const sigset_t *before)
{
	struct action action = { .flags = 0 };
	uintptr_t looked_for = 0;

	for (int signal = 1; signal <= SIGNALS; signal++) {
		if (sigismember(before, signal) != 1 ||
		    RAW(SYS_rt_sigaction, signal, NULL, &action, sizeof(action.mask)) < 0 ||
		    action.handler == SIG_DFL || action.handler == SIG_IGN ||
		    (action.flags & RESTORER) == 0 || (uintptr_t)action.restorer == looked_for)
			continue;
		/* Nearly always the same for all. */
		looked_for = (uintptr_t)action.restorer;
		if (is_on_stack(looked_for))
			return true;
	}
	return false;
}
