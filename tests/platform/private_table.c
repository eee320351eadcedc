/* SPDX-License-Identifier: ISC */
/*
 * A thread with a descriptor table of its own (unshare(CLONE_FILES)) can still change
 * the program's epoll registrations, and wakes a thread that waits there. The key of a
 * registration is the open file and the number under which it was added, so the thread
 * must hold the file under the same number. What either opens or closes is nothing to
 * the other.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/platform/platform.h"

static int		epoll, watched[2], private_fd = -1;
static pid_t		waiter;
static pthread_barrier_t steps;

static void *
helper(void *arg UNUSED)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = 42 };
	int other;

	expect_call(unshare(CLONE_FILES) == 0);
	pthread_barrier_wait(&steps);
	other = fcntl(watched[0], F_DUPFD_CLOEXEC, 200);
	expect_call(other >= 200);
	private_fd = other;
	/* The waiting thread looks for this number, and does not find it. */
	pthread_barrier_wait(&steps);
	pthread_barrier_wait(&steps);
	expect(epoll_ctl(epoll, EPOLL_CTL_MOD, other, &event) < 0 && errno == ENOENT,
	    "the same file under another number: errno %d (%m)", errno);
	expect(platform_wait_asleep(waiter), "a thread that does not wait");
	expect_call(epoll_ctl(epoll, EPOLL_CTL_MOD, watched[0], &event) == 0);
	/* Nor does closing everything here take anything away there. */
	expect_call(close_range(3, ~0u, 0) == 0);
	return NULL;
}

int
main(void)
{
	struct epoll_event event = { .events = 0 };
	pthread_t thread;
	int n, error;

	platform_start();
	waiter = gettid();
	epoll = epoll_create1(EPOLL_CLOEXEC);
	expect_call(epoll >= 0);
	platform_socketpair(SOCK_STREAM, watched);
	expect_call(write(watched[1], "x", 1) == 1);
	/* Masked, as it is while a handshake runs on the socket. */
	expect_call(epoll_ctl(epoll, EPOLL_CTL_ADD, watched[0], &event) == 0);
	pthread_barrier_init(&steps, NULL, 2);
	error = pthread_create(&thread, NULL, helper, NULL);
	expect(error == 0, "%s", strerror(error));
	pthread_barrier_wait(&steps);
	pthread_barrier_wait(&steps);
	expect(fcntl(private_fd, F_GETFD) < 0 && errno == EBADF,
	    "a descriptor of the private table: errno %d", errno);
	pthread_barrier_wait(&steps);
	n = epoll_wait(epoll, &event, 1, 10000);
	expect(n == 1 && event.events == EPOLLIN && event.data.u64 == 42,
	    "%d events, %x", n, n == 1 ? event.events : 0);
	pthread_join(thread, NULL);
	expect_call(fcntl(epoll, F_GETFD) >= 0 && fcntl(watched[0], F_GETFD) >= 0);
	return 0;
}
