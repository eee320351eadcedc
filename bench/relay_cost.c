/* SPDX-License-Identifier: ISC */
/*
 * What the relay costs by itself, without a protocol around it: far ends and relay
 * are processes of their own, joined by TCP over loopback.
 *
 *   relay_cost bulk STREAMS MEGABYTES     throughput, and the relay's CPU per GB
 *   relay_cost ping SESSIONS ROUNDS       round trip of 64 bytes, CPU per round
 *   relay_cost mixed SESSIONS ROUNDS      the same for one session, beside bulk in the others
 *   relay_cost direct-…                   without a relay between
 */
#include <config.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/loop.h"
#include "server/relay.h"

#define SESSIONS_MAX	1024
#define CHUNK		(256 * 1024)
#define PING_SIZE	64
#define MIXED_MEGABYTES	1000	/* of each bulk session beside a ping */

struct path {
	int	 client, remote;	/* the far ends */
	int	 inner[2];		/* the relay's sockets, by side; -1 without a relay */
};

static struct path paths[SESSIONS_MAX];
static unsigned path_count;
static bool relayed;

static double
seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void
tcp_pair(int *connected, int *accepted)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	socklen_t len = sizeof(sin);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int one = 1;

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(listener, (struct sockaddr *)&sin, sizeof(sin)) < 0 || listen(listener, 1) < 0 ||
	    getsockname(listener, (struct sockaddr *)&sin, &len) < 0)
		err(1, "listen");
	*connected = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(*connected, (struct sockaddr *)&sin, sizeof(sin)) < 0)
		err(1, "connect");
	*accepted = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (*accepted < 0)
		err(1, "accept");
	setsockopt(*connected, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(*accepted, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	close(listener);
}

static void
open_path(struct path *p)
{
	p->inner[RELAY_CLIENT] = p->inner[RELAY_REMOTE] = -1;
	if (!relayed) {
		tcp_pair(&p->client, &p->remote);
		return;
	}
	tcp_pair(&p->client, &p->inner[RELAY_CLIENT]);
	tcp_pair(&p->inner[RELAY_REMOTE], &p->remote);
	for (int side = 0; side < 2; side++)
		fcntl(p->inner[side], F_SETFL, O_NONBLOCK);
}

/* Drops what another process holds, so that an end is seen when its owner ends. */
static void
close_others(const int *keep, unsigned count)
{
	for (unsigned i = 0; i < path_count; i++) {
		int fds[] = { paths[i].client, paths[i].remote, paths[i].inner[0],
		    paths[i].inner[1] };

		for (unsigned j = 0; j < ARRAY_SIZE(fds); j++) {
			bool kept = fds[j] < 0;

			for (unsigned k = 0; k < count; k++)
				kept = kept || keep[k] == fds[j];
			if (!kept)
				close(fds[j]);
		}
	}
}

static unsigned live;

static void
relay_over(struct relay *r UNUSED, void *arg UNUSED)
{
	if (--live == 0)
		loop_stop();
}

static pid_t
start_relay(void)
{
	static const struct relay_limits none;
	static struct relay relays[SESSIONS_MAX];
	static int keep[2 * SESSIONS_MAX];
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	for (unsigned i = 0; i < path_count; i++) {
		keep[2 * i] = paths[i].inner[0];
		keep[2 * i + 1] = paths[i].inner[1];
	}
	close_others(keep, 2 * path_count);
	signal(SIGPIPE, SIG_IGN);
	if (loop_init() < 0)
		errx(1, "loop_init");
	for (unsigned i = 0; i < path_count; i++) {
		if (relay_start(&relays[i], paths[i].inner[RELAY_CLIENT],
		    paths[i].inner[RELAY_REMOTE], NULL, 0, &none, relay_over, NULL) < 0)
			errx(1, "relay_start");
		live++;
	}
	loop_run();
	_exit(0);
}

static void
start_sender(int fd, size_t total)
{
	static char chunk[CHUNK];

	if (fork() != 0)
		return;
	close_others(&fd, 1);
	while (total > 0) {
		ssize_t n = send(fd, chunk, total < CHUNK ? total : CHUNK, MSG_NOSIGNAL);

		if (n < 0)
			err(1, "send");
		total -= (size_t)n;
	}
	_exit(0);
}

static void
start_receiver(int fd)
{
	ssize_t n;

	if (fork() != 0)
		return;
	close_others(&fd, 1);
	/* The bytes are dropped in the kernel: the receiver is not what is measured. */
	while ((n = recv(fd, NULL, 4 * CHUNK, MSG_TRUNC)) > 0)
		continue;
	if (n < 0)
		err(1, "recv");
	_exit(0);
}

static void
start_echo(int fd)
{
	char data[PING_SIZE];
	ssize_t n;

	if (fork() != 0)
		return;
	close_others(&fd, 1);
	while ((n = recv(fd, data, sizeof(data), 0)) > 0) {
		if (send(fd, data, (size_t)n, MSG_NOSIGNAL) != n)
			err(1, "send");
	}
	_exit(0);
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void
start_pinger(int fd, unsigned rounds, bool print)
{
	double *trips = calloc(rounds, sizeof(*trips));
	char data[PING_SIZE] = { 0 };

	if (trips == NULL)
		err(1, "calloc");
	if (fork() != 0) {
		free(trips);
		return;
	}
	close_others(&fd, 1);
	for (unsigned i = 0; i < rounds; i++) {
		double start = seconds();

		if (send(fd, data, sizeof(data), MSG_NOSIGNAL) != sizeof(data) ||
		    recv(fd, data, sizeof(data), MSG_WAITALL) != sizeof(data))
			err(1, "ping");
		trips[i] = seconds() - start;
	}
	qsort(trips, rounds, sizeof(*trips), compare);
	if (print) {
		printf("  round trip us: median %.1f, 99%% %.1f\n", trips[rounds / 2] * 1e6,
		    trips[rounds * 99 / 100] * 1e6);
		fflush(stdout);
	}
	_exit(0);
}

/* Waits for all; returns the CPU seconds that the relay used. */
static double
wait_all(pid_t relay)
{
	double cpu = 0;
	struct rusage usage;
	int status;
	pid_t pid;

	while ((pid = wait4(-1, &status, 0, &usage)) > 0) {
		if (status != 0)
			errx(1, "a process failed");
		if (pid == relay)
			cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
			    (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	}
	return cpu;
}

enum mode { BULK, PING, MIXED };

static void
start_ends(enum mode mode, unsigned long amount)
{
	for (unsigned i = 0; i < path_count; i++) {
		if (mode == PING || (mode == MIXED && i == 0)) {
			start_echo(paths[i].remote);
			start_pinger(paths[i].client, (unsigned)amount, i == 0);
		} else {
			start_receiver(paths[i].client);
			start_sender(paths[i].remote,
			    (mode == BULK ? amount : MIXED_MEGABYTES) * 1000000);
		}
	}
	close_others(NULL, 0);
}

static void
print_result(enum mode mode, double amount, double wall, double cpu)
{
	double gigabytes = path_count * amount / 1000, rounds = path_count * amount;

	if (mode == BULK)
		printf("  %.1f Gbit/s, relay CPU %.0f ms/GB\n", gigabytes * 8 / wall,
		    cpu * 1000 / gigabytes);
	else if (mode == PING)
		printf("  %.0f rounds/s, relay CPU %.1f us/round\n", rounds / wall,
		    cpu * 1e6 / rounds);
}

int
main(int argc, char **argv)
{
	unsigned long count, amount;
	const char *name;
	enum mode mode;
	pid_t relay = 0;
	double start, cpu;

	if (argc != 4)
		errx(1, "usage: relay_cost [direct-]bulk|ping|mixed SESSIONS MEGABYTES|ROUNDS");
	relayed = strncmp(argv[1], "direct-", 7) != 0;
	name = relayed ? argv[1] : argv[1] + 7;
	mode = strcmp(name, "bulk") == 0 ? BULK : strcmp(name, "ping") == 0 ? PING : MIXED;
	count = strtoul(argv[2], NULL, 10);
	amount = strtoul(argv[3], NULL, 10);
	if (count < 1 || count > SESSIONS_MAX || amount < 1)
		errx(1, "1 to %u sessions", SESSIONS_MAX);
	for (path_count = 0; path_count < count; path_count++)
		open_path(&paths[path_count]);
	if (relayed)
		relay = start_relay();
	start = seconds();
	start_ends(mode, amount);
	cpu = wait_all(relay);
	print_result(mode, (double)amount, seconds() - start, cpu);
	return 0;
}
