/* SPDX-License-Identifier: ISC */
/* Round trips of one small message over one connection, one at a time. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/histogram.h"
#include "bench/load.h"
#include "bench/socket.h"

#define SIZE_MAX_BYTES	65536
#define WARM_UP		1000	/* round trips that do not count */

/* Whole messages, as both ends know the size. 0, or -errno. */
static int
receive_all(int fd, void *data, size_t len)
{
	ssize_t n = recv(fd, data, len, MSG_WAITALL);

	if (n < 0)
		return -errno;
	return n == (ssize_t)len ? 0 : -EPIPE;
}

static int
send_all(int fd, const void *data, size_t len)
{
	ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

	if (n < 0)
		return -errno;
	return n == (ssize_t)len ? 0 : -EMSGSIZE;
}

struct echo {
	int	fd;
	size_t	size;
};

static void *
echo_thread(void *arg)
{
	static uint8_t data[SIZE_MAX_BYTES];
	const struct echo *echo = arg;

	while (receive_all(echo->fd, data, echo->size) == 0 &&
	    send_all(echo->fd, data, echo->size) == 0)
		;
	return NULL;
}

static int
round_trips(int fd, const struct load_options *o, struct histogram *h)
{
	static uint8_t data[SIZE_MAX_BYTES];
	uint64_t until = 0;

	for (unsigned long i = 0; o->count == 0 || i < o->count + WARM_UP; i++) {
		uint64_t start = now_ns();
		int rc = send_all(fd, data, o->size);

		if (rc == 0)
			rc = receive_all(fd, data, o->size);
		if (rc < 0)
			return rc;
		if (i == WARM_UP)
			until = start + (uint64_t)(o->seconds * 1e9);
		if (i >= WARM_UP)
			histogram_add(h, now_ns() - start);
		if (i > WARM_UP && start > until)
			break;
	}
	return 0;
}

/* The client's and the target's end of one connection: 0, or -errno. */
static int
open_pair(const struct load_options *o, int *client, int *target)
{
	struct sockaddr_in address;
	int listener = socket_listen(&address), rc;

	if (listener < 0)
		return listener;
	*client = socket_through(o, &address);
	if (*client < 0) {
		close(listener);
		return *client;
	}
	*target = socket_accept(listener);
	close(listener);
	if (*target < 0)
		return *target;
	rc = socket_nodelay(*client);
	return rc < 0 ? rc : socket_nodelay(*target);
}

int
pingpong_run(const struct load_options *o)
{
	static struct histogram h;
	struct echo echo = { .size = o->size };
	pthread_t thread;
	int client = -1, rc = open_pair(o, &client, &echo.fd);
	uint64_t cpu = cpu_us();

	if (rc == 0)
		rc = -pthread_create(&thread, NULL, echo_thread, &echo);
	if (rc < 0) {
		fprintf(stderr, "load: pingpong: %s\n", strerror(-rc));
		return 1;
	}
	rc = round_trips(client, o, &h);
	cpu = cpu_us() - cpu;
	close(client);
	pthread_join(thread, NULL);
	close(echo.fd);
	if (rc < 0) {
		fprintf(stderr, "load: pingpong: %s\n", strerror(-rc));
		return 1;
	}
	printf("{\"mode\": \"pingpong\", \"round_trips\": %lu, \"warm_up\": %u, \"size\": %u, "
	    "\"generator_us\": %.2f, ", (unsigned long)h.count, WARM_UP, o->size,
	    (double)cpu / (double)(h.count + WARM_UP));
	histogram_print(&h, "round_trip_us", stdout);
	puts("}");
	return 0;
}
