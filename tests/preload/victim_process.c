/* SPDX-License-Identifier: ISC */
/* Descriptors, children, threads and signals around a connect(2) that is under way. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/preload/victim.h"

/* Entries of @directory, but for "." and "..". */
static int
count_entries(const char *directory)
{
	DIR *d = opendir(directory);
	int count = -2;

	CHECK(d != NULL);
	while (readdir(d) != NULL)
		count++;
	closedir(d);
	return count;
}

static void
reap(pid_t pid)
{
	int status;

	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void
finish_echo(int fd)
{
	CHECK(victim_poll(fd, POLLOUT, LIMIT_MS) == POLLOUT);
	CHECK(victim_error(fd) == 0);
	victim_echo(fd);
}

/* The library adds no descriptor to the program's. */
static void
no_descriptors(void)
{
	int before = count_entries("/proc/self/fd"), lowest = dup(0), fd;

	CHECK(close(lowest) == 0);
	fd = victim_begin(ECHO);
	CHECK(fd == lowest);
	CHECK(count_entries("/proc/self/fd") == before + 1);
	finish_echo(fd);
	CHECK(count_entries("/proc/self/fd") == before + 1);
	close(fd);
	CHECK(count_entries("/proc/self/fd") == before);
}

/* Both processes may go on with a connection begun before fork(2). */
static void
forked(void)
{
	int fd = victim_begin(ECHO);
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		CHECK(victim_poll(fd, POLLOUT, LIMIT_MS) == POLLOUT);
		CHECK(victim_error(fd) == 0);
		finish_echo(victim_begin(ECHO));
		_exit(0);
	}
	reap(pid);
	finish_echo(fd);
	finish_echo(victim_begin(ECHO));
}

/* What a child of vfork(2) closes is its own. */
static void
vforked(void)
{
	int fd = victim_begin(ECHO);
	pid_t pid = vfork();

	CHECK(pid >= 0);
	if (pid == 0) {
		for (int i = 3; i < 100; i++)
			close(i);
		_exit(0);
	}
	reap(pid);
	CHECK(victim_connect(fd, ECHO) == -EALREADY);
	finish_echo(fd);
}

static void
everything_closed(void)
{
	int fd = victim_begin(ECHO);

	for (int i = 3; i < 1024; i++)
		if (i != fd)
			close(i);
	finish_echo(fd);
	fd = victim_begin(ECHO);
	closefrom(fd + 1);
	finish_echo(fd);
	fd = victim_begin(HANG);
	closefrom(3);
	CHECK(fcntl(fd, F_GETFD) < 0 && errno == EBADF);
	fd = victim_begin(HANG);
	CHECK(close_range(3, ~0u, 0) == 0);
	finish_echo(victim_begin(ECHO));
}

static void
duplicates(void)
{
	int fd = victim_begin(ECHO), other = dup(fd), third;

	CHECK(close(fd) == 0);
	CHECK(victim_connect(other, ECHO) == -EALREADY);
	finish_echo(other);
	fd = victim_begin(ECHO);
	CHECK(dup2(fd, other) == other);
	CHECK(victim_connect(other, ECHO) == -EALREADY);
	third = fcntl(fd, F_DUPFD_CLOEXEC, 100);
	CHECK(third == 100 && close(fd) == 0 && close(other) == 0);
	finish_echo(third);
	/* Replaced by something else, it is that. */
	fd = victim_begin(HANG);
	other = open("/dev/null", O_RDWR);
	CHECK(dup3(other, fd, O_CLOEXEC) == fd);
	CHECK(write(fd, "x", 1) == 1);
	CHECK(victim_poll(fd, POLLOUT, 0) == POLLOUT);
}

/* A number that was closed where no hook sees it. */
static void
closed_unseen(void)
{
	int ends[2], fd = victim_begin(HANG);
	char c;
	FILE *f = fdopen(fd, "r+");

	CHECK(f != NULL && fclose(f) == 0);
	CHECK(pipe(ends) == 0 && ends[0] == fd);
	CHECK(write(ends[1], "x", 1) == 1);
	CHECK(read(ends[0], &c, 1) == 1 && c == 'x');
	CHECK(victim_poll(ends[1], POLLOUT, LIMIT_MS) == POLLOUT);
}

static volatile sig_atomic_t in_handler;
static int handler_fd;

static void
connect_in_handler(int signal)
{
	int fd = victim_begin(ECHO);

	(void)signal;
	close(handler_fd);
	handler_fd = fd;
	in_handler++;
}

/* A handler that opens and closes sockets, whatever it interrupts. */
static void
in_signal_handler(void)
{
	struct sigaction action = { .sa_handler = connect_in_handler, .sa_flags = SA_RESTART };
	struct itimerval t = { { 0, 1000 }, { 0, 1000 } }, off = { 0 };

	handler_fd = victim_begin(ECHO);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &t, NULL);
	while (in_handler < 100) {
		int fd = victim_begin(ECHO);

		CHECK(fcntl(fd, F_GETFL) >= 0);
		close(fd);
	}
	setitimer(ITIMER_REAL, &off, NULL);
	finish_echo(handler_fd);
}

static void *
work(void *arg)
{
	(void)arg;
	for (int i = 0; i < 25; i++) {
		int fd;

		if (i % 2 == 0) {
			fd = victim_begin(ECHO);
			finish_echo(fd);
		} else {
			fd = victim_socket(ECHO, 0);
			CHECK(victim_connect(fd, ECHO) == 0);
			victim_echo(fd);
		}
		CHECK(close(fd) == 0);
	}
	return NULL;
}

static void
threads(void)
{
	enum { COUNT = 16 };
	pthread_t all[COUNT];

	for (int i = 0; i < COUNT; i++)
		CHECK(pthread_create(&all[i], NULL, work, NULL) == 0);
	for (int i = 0; i < COUNT; i++)
		CHECK(pthread_join(all[i], NULL) == 0);
}

static int
thread_count(void)
{
	return count_entries("/proc/self/task");
}

/* A process is single-threaded again soon after its last connect(2). */
static void
thread_ends(void)
{
	struct timespec pause = { .tv_nsec = 20000000 };

	finish_echo(victim_begin(ECHO));
	CHECK(thread_count() == 2);
	for (int i = 0; i < LIMIT_MS / 20 && thread_count() > 1; i++)
		nanosleep(&pause, NULL);
	CHECK(thread_count() == 1);
	finish_echo(victim_begin(ECHO));
}

/* A user namespace is for processes of one thread. */
static void
unshares(void)
{
	int fd = victim_begin(ECHO);

	CHECK(unshare(CLONE_NEWUSER) == 0 || errno == EPERM || errno == ENOSPC);
	CHECK(thread_count() == 1);
	finish_echo(fd);
}

/* Who allows itself no more threads keeps the one that it has, also when that is idle. */
static void
last_thread(void)
{
	const struct timespec pause = { .tv_nsec = 20000000 };
	struct rlimit none = { 0, 0 };

	CHECK(setrlimit(RLIMIT_NPROC, &none) == 0);
	CHECK(setresuid(65534, 65534, 65534) == 0);
	finish_echo(victim_begin(ECHO));
	for (int i = 0; i < 75; i++) {
		CHECK(thread_count() == 2);
		nanosleep(&pause, NULL);
	}
	finish_echo(victim_begin(ECHO));
}

/* Nor does it survive a fork; where there can be no thread, connect(2) waits. */
static void
without_threads(void)
{
	struct rlimit none = { 0, 0 };
	int fd, status;
	pid_t child;

	CHECK(setrlimit(RLIMIT_NPROC, &none) == 0);
	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		CHECK(setresuid(65534, 65534, 65534) == 0);
		fd = victim_socket(ECHO, SOCK_NONBLOCK);
		CHECK(victim_connect(fd, ECHO) == 0);
		victim_echo(fd);
		fd = victim_socket(ECHO, SOCK_NONBLOCK);
		CHECK(victim_connect(fd, "192.0.2.4") == -EHOSTUNREACH);
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static void
descriptor_limit(void)
{
	struct rlimit limit = { 64, 64 };
	int fds[80], count = 0, fd;

	CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	while ((fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) >= 0)
		fds[count++] = fd;
	/* With the last number taken the call waits; with one left it does not. */
	CHECK(victim_connect(fds[0], ECHO) == 0);
	CHECK(close(fds[--count]) == 0);
	for (int i = 1; i < count - 4; i++)
		CHECK(victim_connect(fds[i], ECHO) == -EINPROGRESS);
	for (int i = 1; i < count - 4; i++)
		finish_echo(fds[i]);
}

int
main(int argc, char **argv)
{
	static const struct victim_case cases[] = {
		{ "no_descriptors", no_descriptors },
		{ "forked", forked },
		{ "vforked", vforked },
		{ "everything_closed", everything_closed },
		{ "duplicates", duplicates },
		{ "closed_unseen", closed_unseen },
		{ "in_signal_handler", in_signal_handler },
		{ "threads", threads },
		{ "thread_ends", thread_ends },
		{ "unshares", unshares },
		{ "last_thread", last_thread },
		{ "without_threads", without_threads },
		{ "descriptor_limit", descriptor_limit },
		{ NULL, NULL },
	};

	return victim_main(argc, argv, cases);
}
