/* SPDX-License-Identifier: ISC */
/*
 * The roles, and the messages between a mother and her children.
 *
 * A child is this binary executed anew with "-x ROLE" and one descriptor, its
 * channel to the mother. Everything else comes over it: first ROLE_SETUP, then
 * ROLE_CONFIG, to which the child answers ROLE_READY once it has dropped its
 * privileges and serves. When the channel ends, the child knows that its mother
 * is gone and drains.
 */
#ifndef SERVER_ROLE_H
#define SERVER_ROLE_H

#include <stdint.h>

enum role {
	ROLE_MOTHER,	/* owns listeners and privileges, spawns, scales, reaps, reloads */
	ROLE_MONITOR,	/* watches the scoreboard, writes reports */
	ROLE_NEGOTIATE,	/* accepts; greeting, authentication, request */
	ROLE_REQUEST,	/* rules, names, connections */
	ROLE_IO,	/* relays; opens nothing */
	ROLE_AUTH,	/* checks passwords: blocking, privileged */
	ROLES,
};

/* The child's end of its channel to the mother, at exec. */
#define ROLE_CHANNEL_FD	3

/* Bits of the flags in ROLE_SETUP. */
enum { ROLE_NO_KEEPALIVE = 1 };

enum role_message {
	/* mother -> child */
	ROLE_SETUP,	/* u32 flags, u32 index, u32 of how many, u8 debug level (255: as configured);
			 * descriptors: score page, then see the role's own file */
	ROLE_CONFIG,	/* see served_pack(). At start and at reload */
	ROLE_LISTENERS,	/* descriptors: all listeners (negotiate, mother); replaces the earlier ones */
	ROLE_DRAIN,	/* take nothing new; exit when there is nothing left, in the inbox either */
	ROLE_RETIRE,	/* the same, but leave the inbox to the others; ROLE_DRAIN may follow */
	ROLE_ABORT,	/* end what is left, and exit */
	ROLE_REPORT,	/* monitor, mother: write the report that SIGUSR1 asks for */
	ROLE_PAGE,	/* monitor: u32 pid, u8 role; descriptor: its score page */
	ROLE_GONE,	/* monitor: u32 pid */
	/* child -> mother */
	ROLE_READY,
	ROLE_STUCK,	/* monitor: u32 pid of a child that must be replaced */
	/* stage -> stage */
	STAGE_SESSION,	/* a struct session; descriptors: client, and for io the remote host */
	STAGE_PASSWORD,	/* an address, name, password; descriptor: where to answer */
};

const char	*role_name(enum role role);
/* The role of that name, or ROLES. */
enum role	 role_by_name(const char *name);

/* The entry of each, after exec; they return the exit status. mother_main() is in sister.c. */
int	 mother_main(void);
int	 monitor_main(void);
int	 negotiate_main(void);
int	 request_main(void);
int	 io_main(void);
int	 auth_main(void);

#endif
