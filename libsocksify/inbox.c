/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/inbox.h"

#include <errno.h>
#include <string.h>
#include <sys/types.h>

#include "libsocksify/raw.h"
#include "libsocksify/real.h"

union control {
	char		 bytes[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
	struct cmsghdr	 align;
};

int
inbox_open(struct address *address)
{
	struct sockaddr_un unnamed = { .sun_family = AF_UNIX };
	int error, on = 1, fd = real.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	address->len = sizeof(address->name);
	/* Bound to nothing but the family, it gets a name (unix(7), "Autobind feature"). */
	if (bind(fd, (struct sockaddr *)&unnamed, sizeof(unnamed.sun_family)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address->name, &address->len) < 0 ||
	    real.setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0) {
		error = -errno;
		real.close(fd);
		return error;
	}
	return fd;
}

int
inbox_send(const struct address *to, const struct message *m, int fd)
{
	struct message copy = *m;
	struct sockaddr_un name = to->name;
	struct iovec bytes = { .iov_base = &copy, .iov_len = sizeof(copy) };
	union control control = { .bytes = { 0 } };
	struct msghdr header = {
		.msg_name = &name,
		.msg_namelen = to->len,
		.msg_iov = &bytes,
		.msg_iovlen = 1,
	};
	int error = 0, sender = real.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (sender < 0)
		return -errno;
	if (fd >= 0) {
		header.msg_control = control.bytes;
		header.msg_controllen = CMSG_SPACE(sizeof(fd));
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(&control.align), &fd, sizeof(fd));
	}
	if (real.sendmsg(sender, &header, MSG_NOSIGNAL) < 0)
		error = -errno;
	real.close(sender);
	return error;
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
	ssize_t n = real.recvmsg(inbox, &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);

	*fd = -1;
	if (n < 0)
		return errno == EINTR ? -EPERM : -EAGAIN;
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
		real.close(*fd);
	*fd = -1;
	return -EPERM;
}

void
inbox_wake(int inbox, const struct address *to)
{
	struct sockaddr_un name = to->name;

	real.sendto(inbox, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&name, to->len);
}
