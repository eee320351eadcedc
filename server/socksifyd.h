/* SPDX-License-Identifier: ISC */
/* The program: options, start, and which role this process has. */
#ifndef SERVER_SOCKSIFYD_H
#define SERVER_SOCKSIFYD_H

/* Returns the exit status. */
int	socksifyd_main(int argc, char **argv);

#endif
