/* SPDX-License-Identifier: ISC */
/*
 * The relay between real sockets, in the real loop. The test holds the far ends:
 * what it sends at one it expects at the other. Everything fails the test when it
 * does not go as it should, or takes 30 seconds.
 */
#ifndef TESTS_LIB_RELAYTEST_H
#define TESTS_LIB_RELAYTEST_H

#include <stdbool.h>
#include <stddef.h>

#include "server/relay.h"

#define MB	(1024u * 1024)

/* A session under test: the relay, and the two far ends, which the test owns. */
struct relaytest {
	struct relay	 relay;
	int		 end[2];	/* RELAY_CLIENT, RELAY_REMOTE; -1: closed */
	unsigned	 ended;		/* calls of the callback */
};

/* Bytes sent at one end and expected at the other. */
struct flow {
	int	 from, to;
	size_t	 total, sent, received;
	size_t	 at_once;	/* bytes a send; 0: as many as go */
	bool	 finish;	/* ends the stream behind the last byte, and expects the same */
	bool	 ended;		/* the end arrived */
};

/* For cmocka. After a test every descriptor and pipe must be back. */
int	 relaytest_setup(void **state);
int	 relaytest_teardown(void **state);

/* Runs the loop until @holds, which is asked once a turn. */
void	 relaytest_run_until(bool (*holds)(void *arg), void *arg);
void	 relaytest_run_turns(unsigned turns);

/* Connected, blocking sockets. */
void	 relaytest_tcp_pair(int fds[2]);
void	 relaytest_unix_pair(int fds[2]);

/* Starts a relay between two new pairs. @limits may be NULL. */
void	 relaytest_open_with(struct relaytest *s, void (*make_pair)(int fds[2]),
	    const struct relay_limits *limits, const void *early, size_t early_len);
void	 relaytest_open(struct relaytest *s);
void	 relaytest_close_end(struct relaytest *s, int side);
void	 relaytest_reset_end(struct relaytest *s, int side);
/* Waits until it has ended in this way, once, and closes what is open of the far ends. */
void	 relaytest_expect(struct relaytest *s, enum relay_end end);
/* For relaytest_run_until(): whether the session @arg has ended. */
bool	 relaytest_has_ended(void *arg);
/* Reads @fd until it fails, which must be with ECONNRESET. */
void	 relaytest_expect_reset(int fd);

/* What every flow sends, from its first byte: 64 KiB may be read. */
const unsigned char *flow_bytes(void);
struct flow flow_from(const struct relaytest *s, int side, size_t total);
void	 flow_send(struct flow *f);
/* For relaytest_run_until(): sends and receives what goes; whether flow @arg is complete. */
bool	 flow_step(void *arg);
/* Sends @total bytes from that end and waits until they are at the other. */
void	 flow_run(const struct relaytest *s, int side, size_t total, bool finish);
/* Sends until neither the relay nor the kernel takes more; returns the bytes. */
size_t	 relaytest_fill(struct relaytest *s, int side);

#endif
