/* SPDX-License-Identifier: ISC */
/*
 * A non-blocking connect() over loopback returns EINPROGRESS although the connection
 * is made by then: a second connect() returns 0 at once, a third EISCONN. A machine
 * under load may put it off; the second then says EALREADY and the socket becomes
 * writable as ever.
 */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/platform/platform.h"

#define TRIES	200

/* Whether the second connect() found the connection made. */
static bool
connect_twice(const struct sockaddr_in *addr)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	const struct sockaddr *sa = (const struct sockaddr *)addr;
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	bool at_once;

	expect_call(fd >= 0);
	expect(connect(fd, sa, sizeof(*addr)) < 0 && errno == EINPROGRESS,
	    "errno %d (%m)", errno);
	at_once = connect(fd, sa, sizeof(*addr)) == 0;
	if (!at_once) {
		expect(errno == EALREADY, "errno %d (%m)", errno);
		expect(poll(&p, 1, 5000) == 1 && connect(fd, sa, sizeof(*addr)) == 0,
		    "errno %d (%m)", errno);
	}
	expect(connect(fd, sa, sizeof(*addr)) < 0 && errno == EISCONN, "errno %d (%m)", errno);
	close(fd);
	return at_once;
}

int
main(void)
{
	struct sockaddr_in addr;
	int listener, at_once = 0;

	platform_start();
	listener = platform_listen(&addr);
	for (int i = 0; i < TRIES; i++) {
		at_once += connect_twice(&addr);
		close(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
	}
	expect(at_once >= TRIES / 2, "%d of %d", at_once, TRIES);
	return 0;
}
