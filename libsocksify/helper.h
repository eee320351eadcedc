/* SPDX-License-Identifier: ISC */
/*
 * The thread that drives the handshakes of non-blocking sockets.
 *
 * Theory of operation
 *
 * The helper has a descriptor table of its own (close_range(2) with
 * CLOSE_RANGE_UNSHARE, else unshare(2) with CLONE_FILES), so that none of its
 * descriptors has a number in the program's: closing all descriptors does not
 * hurt it, and it takes none away. It listens on an AF_UNIX datagram socket with
 * an abstract name that the kernel chose. A thread that has something for it
 * opens a socket, sends the descriptors (SCM_RIGHTS) and a message, and closes
 * it; messages from another process, which have another pid in their
 * SCM_CREDENTIALS, are ignored. Nothing of this needs a right that a container
 * takes away.
 *
 * The program and the helper share the open file. When a handshake ends, the
 * helper restores the program's epoll registrations itself, which the kernel
 * knows by open file and number: it puts the socket at the program's number in
 * its own table for that moment.
 *
 * What the helper does to descriptors it does by raw system calls: whatever
 * keeps books of the program's descriptors, a sanitizer or another preloaded
 * library, would mistake its numbers for the program's.
 *
 * It is started by the first connect(2) that needs it and ends when it has had
 * nothing to do for a second, so that a process is single-threaded again, unless
 * the process could not start another (helper_keep()). What
 * it shares with the program is under the state lock. It takes all memory that
 * it needs from the pools.
 */
#ifndef LIBSOCKSIFY_HELPER_H
#define LIBSOCKSIFY_HELPER_H

struct attempt;
struct critical;
struct watcher;

/*
 * Under the state lock, in the critical section @c. Starts it if need be: 0, or
 * -errno where there can be none. As long as any connection is CONNECTING it then
 * stays. It is not started from a signal handler: pthread_create(3) allocates,
 * and what was interrupted may be malloc.
 */
int	 helper_start(const struct critical *c);
/*
 * In a critical section, without the lock. Hands over @a, whose socket is the
 * program's @fd; its connection is CONNECTING. The attempt is the helper's now,
 * unless -errno is returned: it is not looked into here any more.
 */
int	 helper_give_attempt(struct attempt *a, int fd);
/* Likewise the epoll descriptor @watcher, in which @fd is registered. 0, or -errno. */
int	 helper_give_epoll(const struct watcher *watcher, int fd);
/* Whether it has @epoll. Under the state lock. */
int	 helper_has_epoll(int epoll);
/* Waits until no handshake runs, at most 3 seconds. */
void	 helper_await_idle(void);
/* As helper_await_idle(); then ends the thread, until the kernel counts one less. */
void	 helper_stop(void);
/* Starts it if it can be, and it stays: the process may be about to lose the right to threads. */
void	 helper_keep(void);
/* There shall be none from now on, nor in children: it would be the end of the process. */
void	 helper_forbid(void);
/* In the child of a fork, where there is none. */
void	 helper_forget(void);

#endif
