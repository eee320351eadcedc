/* SPDX-License-Identifier: ISC */
/* Whether a signal handler is running: then what it has interrupted may be malloc. */
#ifndef LIBSOCKSIFY_HANDLER_H
#define LIBSOCKSIFY_HANDLER_H

#include <signal.h>
#include <stdbool.h>

/*
 * Whether the calling thread, whose signals were blocked as in @before, seems to
 * be in a signal handler. It is when a signal that has a handler is blocked, and
 * the frame with which the kernel calls one is on the stack near us. Not known,
 * and false, on machines other than x86-64, for handlers with SA_NODEFER, and for
 * those that have more than 64 KB on the stack.
 */
bool	 handler_is_running(const sigset_t *before);

#endif
