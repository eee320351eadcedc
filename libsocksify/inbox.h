/* SPDX-License-Identifier: ISC */
/*
 * The helper's datagram socket, and how others reach it: messages with
 * descriptors to it, and wake-ups from it to threads that wait in poll(2) or
 * select(2), on datagram sockets of their own.
 */
#ifndef LIBSOCKSIFY_INBOX_H
#define LIBSOCKSIFY_INBOX_H

#include <sys/socket.h>
#include <sys/un.h>

enum message_kind {
	MESSAGE_ATTEMPT,	/* .attempt, with its socket */
	MESSAGE_EPOLL,		/* .epoll, in which .fd is registered, with it */
	MESSAGE_WAKE,		/* nothing: look at what is shared */
};

struct message {
	enum message_kind	 kind;
	int			 fd, epoll;	/* numbers in the program's table */
	unsigned		 drops;		/* slot.drops of .epoll, when it was registered in */
	struct attempt		*attempt;
};

/* A name that the kernel chose. */
struct address {
	struct sockaddr_un	name;
	socklen_t		len;
};

/* Opens a datagram socket with a name of its own: the descriptor, or -errno. */
int	 inbox_open(struct address *address);
/*
 * From a throw-away socket to @to, with a copy of @fd (-1: none). Waits while
 * the inbox is full. 0, or -errno.
 */
int	 inbox_send(const struct address *to, const struct message *m, int fd);
/*
 * The next message of the inbox, without waiting; what came with it in *@fd, or
 * -1. 0, -EAGAIN when there is none, -EPERM for one that this process did not send.
 */
int	 inbox_receive(int inbox, struct message *m, int *fd);
/* From the inbox to a waiting thread's socket; never waits. */
void	 inbox_wake(int inbox, const struct address *to);

#endif
