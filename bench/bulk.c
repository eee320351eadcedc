/* SPDX-License-Identifier: ISC */
/*
 * Bytes in one direction over some connections: a thread that sends on all of
 * them, and one that takes what comes out at the other ends. The receiver throws
 * the bytes away inside the kernel (MSG_TRUNC), so that as much of the machine as
 * can be is left for the server. What was sent must have arrived when it ends.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/load.h"
#include "bench/socket.h"

#define CHUNK		(256 * 1024)
#define STREAMS_MAX	64
#define EVENTS_MAX	STREAMS_MAX
#define SENDS_IN_TURN	4	/* to one stream, before another gets its turn */

/* One end of all streams, driven by one thread. */
struct end {
	int		 fds[STREAMS_MAX];
	unsigned	 count;		/* streams that have not ended */
	int		 epoll;
	uint64_t	 until_ns;	/* senders */
	uint64_t	 ended_ns;
	uint64_t	 bytes;
	int		 error;		/* -errno */
};

static const uint8_t zeros[CHUNK];

static int
end_init(struct end *end, const int *fds, unsigned count, unsigned events)
{
	end->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (end->epoll < 0)
		return -errno;
	memcpy(end->fds, fds, count * sizeof(*fds));
	end->count = count;
	for (unsigned i = 0; i < count; i++) {
		struct epoll_event ev = { .events = events, .data.fd = fds[i] };
		int rc = socket_block(fds[i], false);

		if (rc < 0)
			return rc;
		if (epoll_ctl(end->epoll, EPOLL_CTL_ADD, fds[i], &ev) < 0)
			return -errno;
	}
	return 0;
}

/* 1: the stream has ended; 0: more to do; -errno. */
typedef int stream_turn(struct end *end, int fd);

static int
send_turn(struct end *end, int fd)
{
	for (unsigned i = 0; i < SENDS_IN_TURN; i++) {
		ssize_t n;

		if (now_ns() >= end->until_ns)
			return shutdown(fd, SHUT_WR) < 0 ? -errno : 1;
		n = send(fd, zeros, sizeof(zeros), MSG_NOSIGNAL);
		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
		end->bytes += (uint64_t)n;
	}
	return 0;
}

static int
receive_turn(struct end *end, int fd)
{
	ssize_t n = recv(fd, NULL, 4 * CHUNK, MSG_TRUNC);

	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	end->bytes += (uint64_t)n;
	return n == 0;
}

/* Until all streams have ended, one failed, or nothing moves any more. */
static void
end_run(struct end *end, stream_turn *turn)
{
	struct epoll_event events[EVENTS_MAX];

	while (end->count > 0 && end->error == 0) {
		int n = epoll_wait(end->epoll, events, EVENTS_MAX, STALL_MS);

		if (n <= 0)
			end->error = n < 0 ? -errno : -ETIMEDOUT;
		for (int i = 0; i < n && end->error == 0; i++) {
			int rc = turn(end, events[i].data.fd);

			if (rc < 0)
				end->error = rc;
			if (rc != 1)
				continue;
			epoll_ctl(end->epoll, EPOLL_CTL_DEL, events[i].data.fd, NULL);
			end->count--;
		}
	}
	end->ended_ns = now_ns();
}

static void *
receiver_thread(void *arg)
{
	end_run(arg, receive_turn);
	return NULL;
}

struct streams {
	int		clients[STREAMS_MAX];
	int		targets[STREAMS_MAX];
	unsigned	count;
};

static int
streams_open(struct streams *s, const struct load_options *o)
{
	struct sockaddr_in address;
	int listener = socket_listen(&address), rc = 0;

	if (listener < 0)
		return listener;
	while (s->count < o->streams && rc >= 0) {
		rc = s->clients[s->count] = socket_through(o, &address);
		if (rc >= 0)
			rc = s->targets[s->count] = socket_accept(listener);
		if (rc >= 0)
			s->count++;
	}
	close(listener);
	return rc < 0 ? rc : 0;
}

static void
streams_close(struct streams *s)
{
	for (unsigned i = 0; i < s->count; i++) {
		close(s->clients[i]);
		close(s->targets[i]);
	}
}

/* Sends in this thread and receives in another. 0, or -errno of either. */
static int
transfer(struct end *sender, struct end *receiver)
{
	pthread_t thread;
	int rc = -pthread_create(&thread, NULL, receiver_thread, receiver);

	if (rc < 0)
		return rc;
	end_run(sender, send_turn);
	pthread_join(thread, NULL);
	if (sender->error != 0)
		return sender->error;
	return receiver->error;
}

static void
print_result(const struct load_options *o, uint64_t bytes, uint64_t ns, uint64_t cpu)
{
	double gigabytes = (double)bytes / 1e9, seconds = (double)ns / 1e9;

	printf("{\"mode\": \"bulk\", \"direction\": \"%s\", \"streams\": %u, \"bytes\": %llu, "
	    "\"seconds\": %.6f, \"gbit\": %.3f, \"generator_ms_per_gb\": %.1f}\n",
	    o->download ? "download" : "upload", o->streams, (unsigned long long)bytes, seconds,
	    gigabytes * 8 / seconds, (double)cpu / 1e3 / gigabytes);
}

int
bulk_run(const struct load_options *o)
{
	static struct streams s;
	static struct end sender, receiver;
	uint64_t start = 0, cpu = 0;
	int rc = streams_open(&s, o);

	if (rc == 0)
		rc = end_init(&sender, o->download ? s.targets : s.clients, s.count, EPOLLOUT);
	if (rc == 0)
		rc = end_init(&receiver, o->download ? s.clients : s.targets, s.count, EPOLLIN);
	if (rc == 0) {
		cpu = cpu_us();
		start = now_ns();
		sender.until_ns = start + (uint64_t)(o->seconds * 1e9);
		rc = transfer(&sender, &receiver);
	}
	if (rc == 0 && sender.bytes != receiver.bytes)
		rc = -EIO;
	if (rc == 0)
		print_result(o, receiver.bytes, receiver.ended_ns - start, cpu_us() - cpu);
	else
		fprintf(stderr, "load: bulk: %s (sent %llu bytes, received %llu)\n", strerror(-rc),
		    (unsigned long long)sender.bytes, (unsigned long long)receiver.bytes);
	streams_close(&s);
	return rc != 0;
}
