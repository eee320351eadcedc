/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/inbox.h"

#include <errno.h>
#include <string.h>
#include <sys/types.h>

#include "libsocksify/raw.h"

union control {
	char		 bytes[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
	struct cmsghdr	 align;
};

int
inbox_open(struct address *address)
{
	struct sockaddr_un unnamed = { .sun_family = AF_UNIX };
	int error, on = 1;
	int fd = (int)RAW(SYS_socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return fd;
	address->len = sizeof(address->name);
	/* Bound to nothing but the family, it gets a name (unix(7), "Autobind feature"). */
	error = (int)RAW(SYS_bind, fd, &unnamed, sizeof(unnamed.sun_family));
	if (error == 0)
		error = (int)RAW(SYS_getsockname, fd, &address->name, &address->len);
	if (error == 0)
		error = (int)RAW(SYS_setsockopt, fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
	if (error == 0)
		return fd;
	RAW(SYS_close, fd);
	return error;
}

int
inbox_send(const struct address *to, const struct message *m, int fd)
{
	struct message copy;
	struct sockaddr_un name = to->name;
	struct iovec bytes = { .iov_base = &copy, .iov_len = sizeof(copy) };
	union control control = { .bytes = { 0 } };
	struct msghdr header = {
		.msg_name = &name,
		.msg_namelen = to->len,
		.msg_iov = &bytes,
		.msg_iovlen = 1,
	};
	int error, sender = (int)RAW(SYS_socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (sender < 0)
		return sender;
	/* Field by field: its padding travels too. */
	memset(&copy, 0, sizeof(copy));
	copy.kind = m->kind;
	copy.fd = m->fd;
	copy.epoll = m->epoll;
	copy.drops = m->drops;
	copy.attempt = m->attempt;
	if (fd >= 0) {
		header.msg_control = control.bytes;
		header.msg_controllen = CMSG_SPACE(sizeof(fd));
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(&control.align), &fd, sizeof(fd));
	}
	error = (int)RAW(SYS_sendmsg, sender, &header, MSG_NOSIGNAL);
	RAW(SYS_close, sender);
	return error < 0 ? error : 0;
}

int
inbox_receive(int inbox, struct message *m, int *fd)
{
	struct iovec bytes = { .iov_base = m, .iov_len = sizeof(*m) };
	union control control = { .bytes = { 0 } };
	struct msghdr header = {
		.msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	struct ucred sender = { .pid = 0 };
	long n = RAW(SYS_recvmsg, inbox, &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);

	*fd = -1;
	if (n < 0)
		return n == -EINTR ? -EPERM : -EAGAIN;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&header); c != NULL; c = CMSG_NXTHDR(&header, c)) {
		if (c->cmsg_level != SOL_SOCKET)
			continue;
		if (c->cmsg_type == SCM_RIGHTS)
			memcpy(fd, CMSG_DATA(c), sizeof(*fd));
		else if (c->cmsg_type == SCM_CREDENTIALS)
			memcpy(&sender, CMSG_DATA(c), sizeof(sender));
	}
	if (n == sizeof(*m) && sender.pid == RAW(SYS_getpid))
		return 0;
	if (*fd >= 0)
		RAW(SYS_close, *fd);
	*fd = -1;
	return -EPERM;
}

void
inbox_wake(int inbox, const struct address *to)
{
	struct sockaddr_un name = to->name;

	RAW(SYS_sendto, inbox, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL, &name, to->len);
}
