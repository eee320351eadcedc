/* SPDX-License-Identifier: ISC */
/*
 * Descriptors that are sent and not yet received are counted for each user, and
 * RLIMIT_NOFILE of the sender is their limit: past it sendmsg() says ETOOMANYREFS, and
 * works again as soon as some were received. Privileged processes have no such limit.
 */
#include <errno.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/platform/platform.h"

#define LIMIT	64
#define BATCH	16	/* descriptors a message */

int
main(void)
{
	struct rlimit limit = { .rlim_cur = LIMIT, .rlim_max = LIMIT };
	int s[2], null[BATCH], fds[32], flags;
	unsigned sent = 0, count;
	char byte;

	platform_start();
	platform_drop_root();
	expect_call(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	platform_socketpair(SOCK_SEQPACKET | SOCK_NONBLOCK, s);
	for (int i = 0; i < BATCH; i++)
		null[i] = s[0];
	/* Copies of one descriptor count each. */
	while (sent < 4 * LIMIT && platform_send_fds(s[0], "f", 1, null, BATCH) == 1)
		sent += BATCH;
	expect(errno == ETOOMANYREFS, "errno %d (%m) after %u descriptors", errno, sent);
	expect(sent <= LIMIT + BATCH, "%u descriptors with a limit of %d", sent, LIMIT);
	while (platform_recv_fds(s[1], &byte, 1, CMSG_SPACE(BATCH * sizeof(int)),
	    fds, &count, &flags) == 1)
		for (unsigned i = 0; i < count; i++)
			close(fds[i]);
	expect_call(platform_send_fds(s[0], "f", 1, null, BATCH) == 1);
	return 0;
}
