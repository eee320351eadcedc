/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/acceptor.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/ipc.h"
#include "server/log.h"
#include "server/worker.h"

#define ACCEPT_BUDGET	64	/* clients taken from one listener a turn */
#define LISTENERS_MAX	IPC_FDS_MAX
#define SHORTAGE_MS	100	/* how long nobody is accepted when descriptors run out */

static struct {
	const struct acceptor_ops *ops;
	struct listening {
		int		 fd;
		struct endpoint	 address;
		struct loop_io	 io;
	} listeners[LISTENERS_MAX];
	unsigned		 listener_count;
	bool			 accepting;
	struct loop_timer	 shortage;
} acceptor;

void
acceptor_init(const struct acceptor_ops *ops)
{
	acceptor.ops = ops;
}

static void	accept_clients(int fd, unsigned events, void *arg);

void
acceptor_update(void)
{
	bool on = !worker_draining() && worker_has_room(1) && !acceptor.shortage.made &&
	    acceptor.ops->has_room();

	if (on == acceptor.accepting)
		return;
	acceptor.accepting = on;
	for (unsigned i = 0; i < acceptor.listener_count; i++) {
		struct listening *l = &acceptor.listeners[i];

		if (!on)
			loop_io_del(&l->io);
		else if (loop_io_add(&l->io, l->fd, LOOP_READ, accept_clients, l) < 0)
			log_error_errno("negotiate: cannot watch a listener");
	}
}

/* The address a socket is bound to: 0, or -errno. */
static int
own_address(int fd, struct endpoint *address)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (getsockname(fd, (struct sockaddr *)&ss, &len) < 0)
		return -errno;
	return endpoint_from_sockaddr(address, (struct sockaddr *)&ss, len);
}

/* Only a wildcard listener leaves open which address the client came to. */
static void
admit(int fd, const struct listening *l, const struct sockaddr_storage *ss, socklen_t len)
{
	struct endpoint client, internal = l->address;

	if (endpoint_from_sockaddr(&client, (const struct sockaddr *)ss, len) < 0 ||
	    (endpoint_is_any(&l->address) && own_address(fd, &internal) < 0))
		close(fd);
	else
		acceptor.ops->accepted(fd, &client, &internal);
}

static void
shortage_over(void *arg UNUSED)
{
	loop_timer_cancel(&acceptor.shortage);
	acceptor_update();
}

/* Descriptors or memory are short: nobody new for a moment; who is here goes on. */
static void
shortage(int error)
{
	static struct log_limit limit;
	unsigned long unsaid;

	score_add(&worker_score()->shortages, 1);
	if (log_limit_pass(&limit, &unsaid))
		log_warn("negotiate: cannot accept for now: %s (%lu times unsaid)",
		    strerror(error), unsaid);
	loop_timer_set(&acceptor.shortage, SHORTAGE_MS, shortage_over, NULL);
}

static void
accept_clients(int listener, unsigned events, void *arg)
{
	struct sockaddr_storage ss;

	(void)events;
	for (int i = 0; i < ACCEPT_BUDGET && acceptor.accepting && worker_has_room(1); i++) {
		socklen_t len = sizeof(ss);
		int fd = accept4(listener, (struct sockaddr *)&ss, &len,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			admit(fd, arg, &ss, len);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			shortage(errno);
		if (errno != ECONNABORTED && errno != EINTR)
			break;
	}
	acceptor_update();
}

void
acceptor_close(void)
{
	for (unsigned i = 0; i < acceptor.listener_count; i++) {
		loop_io_del(&acceptor.listeners[i].io);
		close(acceptor.listeners[i].fd);
	}
	acceptor.listener_count = 0;
	acceptor.accepting = false;
}

int
acceptor_listen(int *fds, unsigned count)
{
	acceptor_close();
	for (unsigned i = 0; i < count && !worker_draining(); i++) {
		struct listening *l = &acceptor.listeners[acceptor.listener_count];

		if (own_address(fds[i], &l->address) < 0)
			return -EPROTO;
		l->fd = fds[i];
		fds[i] = -1;
		acceptor.listener_count++;
	}
	acceptor_update();
	return 0;
}
