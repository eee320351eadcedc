/* SPDX-License-Identifier: ISC */
/*
 * The seccomp filters that a program puts on itself: whether the helper could
 * live under one. A filter that answers with an error leaves the way without a
 * helper; one that kills for what a thread of its own does leaves nothing, so
 * that has to be known before. What the kernel would say is found out by running
 * the filter's program, as seccomp(2) does.
 */
#ifndef LIBSOCKSIFY_FILTER_H
#define LIBSOCKSIFY_FILTER_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>

/* The filter's answer to @call. SECCOMP_RET_KILL_PROCESS where it is no valid program. */
uint32_t filter_run(const struct sock_fprog *program, const struct seccomp_data *call);
/* Whether it ends the process for a system call of the helper's, or for its start. */
bool	 filter_kills_helper(const struct sock_fprog *program);

#endif
