/* SPDX-License-Identifier: ISC */
/* What every test of something in the event loop needs. */
#ifndef TESTS_LIB_LOOPTEST_H
#define TESTS_LIB_LOOPTEST_H

#include <stdint.h>

#include "common/addr.h"

/* Runs the loop until loop_stop(); fails the test when that takes 20 seconds. */
void	 looptest_run(void);
/* Runs the loop for @ms: for what must not happen meanwhile. */
void	 looptest_run_for(uint64_t ms);
/* Monotonic milliseconds, always fresh. */
uint64_t looptest_ms(void);
/* How many descriptors this process has open. */
unsigned looptest_open_fds(void);
/* No descriptor can be opened between these. */
void	 looptest_forbid_descriptors(void);
void	 looptest_allow_descriptors(void);

/* A listening socket on @ip; *port 0 becomes the one it has. -1: the port is taken. */
int	 looptest_listen(const char *ip, uint16_t *port);
/* Listening sockets on 127.0.0.1 and ::1 with one port. */
void	 looptest_listen_both(int *four, int *six, uint16_t *port);
/*
 * A listening socket that takes no more connections: what is sent to it is lost.
 * looptest_unblock() makes it take them, when the client's system tries again.
 */
struct looptest_hole {
	int	 listener;
	int	 filler;
};
struct looptest_hole looptest_hole(const char *ip, uint16_t *port);
/* One of each family on one port. */
void	 looptest_hole_both(struct looptest_hole *four, struct looptest_hole *six, uint16_t *port);
void	 looptest_unblock(const struct looptest_hole *hole);
void	 looptest_hole_close(struct looptest_hole *hole);

struct endpoint looptest_endpoint(const char *ip, uint16_t port);

#endif
