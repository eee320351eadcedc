/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/privilege.h"

/* In the new process, between fork and exec: only what is safe there. */
static void NORETURN
exec_role(enum role role, int channel)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* The number is free: descriptors from 3 on are all close-on-exec. */
	if (dup2(channel, ROLE_CHANNEL_FD) < 0 || fcntl(ROLE_CHANNEL_FD, F_SETFD, 0) < 0)
		_exit(1);
	close_range(ROLE_CHANNEL_FD + 1, ~0u, 0);
	if (privilege_raise() == 0)
		execl("/proc/self/exe", "socksifyd", "-x", role_name(role), (char *)NULL);
	_exit(1);
}

void
child_free(struct child *child)
{
	ipc_fini(&child->control);
	score_unmap(child->score);
	if (child->score_fd >= 0)
		close(child->score_fd);
	free(child);
}

static struct child *
child_new(enum role role)
{
	struct child *child = calloc(1, sizeof(*child));

	if (child == NULL)
		return NULL;
	child->role = role;
	child->score_fd = -1;
	child->started_ms = loop_now();
	child->control.fd = -1;
	if (score_create(&child->score_fd) == 0)
		child->score = score_map(child->score_fd, 0);
	if (child->score == NULL) {
		child_free(child);
		return NULL;
	}
	return child;
}

int
child_spawn(enum role role, ipc_handler *handler, ipc_error *end, struct child **spawned)
{
	struct child *child = child_new(role);
	int ends[2], error;

	if (child == NULL)
		return -ENOMEM;
	error = ipc_pair(ends);
	if (error < 0) {
		child_free(child);
		return error;
	}
	child->pid = fork();
	if (child->pid == 0)
		exec_role(role, ends[1]);
	error = -errno;
	close(ends[1]);
	ipc_init(&child->control, ends[0], handler, end, child);
	if (child->pid < 0) {
		child_free(child);
		return error;
	}
	*spawned = child;
	return 0;
}

void
child_measure(struct child *child)
{
	uint64_t cpu = score_get(&child->score->cpu_us);

	child->busy = cpu > child->cpu_us ? (unsigned)((cpu - child->cpu_us) / 10000) : 0;
	child->cpu_us = cpu;
}

/* Sends copies of @fds, which stay the caller's. */
static int
send_copies(struct ipc *ipc, uint8_t type, const struct writer *w, const int *fds, unsigned count)
{
	int copies[IPC_FDS_MAX];

	if (count > IPC_FDS_MAX)
		return -E2BIG;
	for (unsigned i = 0; i < count; i++) {
		copies[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 3);
		if (copies[i] < 0) {
			int error = -errno;

			while (i > 0)
				close(copies[--i]);
			return error;
		}
	}
	return ipc_send(ipc, type, w, copies, count);
}

int
child_setup(struct child *child, uint32_t flags, uint32_t index, uint32_t total, uint8_t debug,
    const int *fds, unsigned count)
{
	uint8_t buf[16];
	struct writer w;
	int all[4];

	if (count >= ARRAY_SIZE(all))
		return -E2BIG;
	writer_init(&w, buf, sizeof(buf));
	writer_u32(&w, flags);
	writer_u32(&w, index);
	writer_u32(&w, total);
	writer_u8(&w, debug);
	all[0] = child->score_fd;
	memcpy(all + 1, fds, count * sizeof(*fds));
	return send_copies(&child->control, ROLE_SETUP, &w, all, count + 1);
}

int
child_configure(struct child *child, const struct served *s)
{
	uint8_t buf[SERVED_FILE_SIZE + 16];
	int fds[IPC_FDS_MAX];
	struct writer w;
	unsigned count;
	int error;

	writer_init(&w, buf, sizeof(buf));
	count = served_pack(s, &w, fds);
	error = send_copies(&child->control, ROLE_CONFIG, &w, fds, count);
	if (error < 0 || (child->role != ROLE_NEGOTIATE && child->role != ROLE_MOTHER))
		return error;
	for (unsigned i = 0; i < s->listener_count; i++)
		fds[i] = s->listeners[i].fd;
	return send_copies(&child->control, ROLE_LISTENERS, NULL, fds, s->listener_count);
}

void
child_kill(const struct child *child)
{
	privilege_raise();
	kill(child->pid, SIGKILL);
	privilege_lower_again();
}
