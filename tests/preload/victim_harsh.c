/* SPDX-License-Identifier: ISC */
/* Programs that are wrong, or leave calls as few do, while a connect(2) is under way. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/preload/victim.h"

static void
finish(int fd)
{
	CHECK(victim_poll(fd, POLLOUT, LIMIT_MS) == POLLOUT);
	CHECK(victim_error(fd) == 0);
	victim_echo(fd);
}

/* What cannot be read or written: a page of its own without rights, and the one before it. */
static void *
bad_page(int protection)
{
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(pages != MAP_FAILED && mprotect(pages + 4096, 4096, protection) == 0);
	return pages + 4096;
}

/* Where nothing is ever mapped; the compiler is not to know. */
static volatile uintptr_t lowest = 8;

static void
bad_pointers(void)
{
	int fd = victim_begin(HANG), epoll = epoll_create1(EPOLL_CLOEXEC);
	void *bad = bad_page(PROT_NONE), *low = (void *)(uintptr_t)lowest;
	struct pollfd *across = (struct pollfd *)bad - 1, p = { .fd = fd, .events = POLLOUT };
	fd_set out;

	FD_ZERO(&out);
	FD_SET(fd, &out);
	across->fd = fd;
	CHECK(poll(bad, 1, 0) == -1 && errno == EFAULT);
	CHECK(poll(across, 1, 0) == 0);
	CHECK(poll(across, 2, 0) == -1 && errno == EFAULT);
	CHECK(ppoll(low, 1, NULL, NULL) == -1 && errno == EFAULT);
	CHECK(ppoll(&p, 1, bad, NULL) == -1 && errno == EFAULT);
	CHECK(select(fd + 1, NULL, bad, NULL, NULL) == -1 && errno == EFAULT);
	CHECK(select(fd + 1, low, &out, NULL, NULL) == -1 && errno == EFAULT);
	CHECK(select(fd + 1, NULL, &out, NULL, bad) == -1 && errno == EFAULT);
	CHECK(pselect(fd + 1, bad, &out, NULL, NULL, NULL) == -1 && errno == EFAULT);
	CHECK(syscall(SYS_ppoll, &p, 1, bad, NULL, 0ul) == -1 && errno == EFAULT);
	CHECK(syscall(SYS_pselect6, fd + 1, NULL, &out, NULL, NULL, bad) == -1 && errno == EFAULT);
	CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, bad) == -1 && errno == EFAULT);
}

/* Answers are written into the array: one that is read-only is no good. */
static void
constant_array(void)
{
	int fd = victim_begin(ECHO);
	void *page = bad_page(PROT_READ);
	struct pollfd *p = page;

	CHECK(mprotect(page, 4096, PROT_READ | PROT_WRITE) == 0);
	*p = (struct pollfd){ .fd = fd, .events = POLLOUT };
	CHECK(mprotect(page, 4096, PROT_READ) == 0);
	CHECK(poll(p, 1, LIMIT_MS) == -1 && errno == EFAULT);
}

/* The number of a socket that was closed where no hook sees it, for something else. */
static void
other_file(void)
{
	int ends[2], fd = victim_begin(HANG), epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };
	FILE *f = fdopen(fd, "r+");
	fd_set in;

	CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
	CHECK(f != NULL && fclose(f) == 0);
	CHECK(pipe(ends) == 0 && ends[0] == fd);
	CHECK(write(ends[1], "x", 1) == 1);
	CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
	CHECK(epoll_wait(epoll, &event, 1, LIMIT_MS) == 1 && event.events == EPOLLIN);
	CHECK(victim_poll(fd, POLLIN, LIMIT_MS) == POLLIN);
	FD_ZERO(&in);
	FD_SET(fd, &in);
	CHECK(select(fd + 1, &in, NULL, NULL, NULL) == 1 && FD_ISSET(fd, &in));
}

static void
other_file_selected(void)
{
	int ends[2], fd = victim_begin(HANG);
	FILE *f = fdopen(fd, "r+");
	fd_set in;

	CHECK(f != NULL && fclose(f) == 0);
	CHECK(pipe(ends) == 0 && ends[0] == fd && write(ends[1], "x", 1) == 1);
	FD_ZERO(&in);
	FD_SET(fd, &in);
	CHECK(select(fd + 1, &in, NULL, NULL, NULL) == 1 && FD_ISSET(fd, &in));
}

/* What a thread is to be cancelled in; and whether it is about to be there. */
static int cancelled_fd;
static _Atomic int arrived;

static void *
connects(void *arg)
{
	(void)arg;
	cancelled_fd = victim_socket(HANG, 0);
	arrived = 1;
	victim_connect(cancelled_fd, HANG);
	return NULL;
}

static void *
polls(void *arg)
{
	struct pollfd p = { .events = POLLOUT };

	(void)arg;
	p.fd = cancelled_fd = victim_begin(HANG);
	arrived = 1;
	poll(&p, 1, -1);
	return NULL;
}

static void *
reads(void *arg)
{
	char c;

	(void)arg;
	cancelled_fd = victim_begin(HANG);
	victim_block(cancelled_fd);
	arrived = 1;
	CHECK(read(cancelled_fd, &c, 1) >= -1);
	return NULL;
}

static void
pause_ms(long ms)
{
	struct timespec t = { .tv_nsec = ms * 1000000 };

	nanosleep(&t, NULL);
}

/* Cancels a thread in @call; afterwards all goes on as if it had never been. */
static void
cancel_in(void *(*call)(void *))
{
	pthread_t thread;
	void *result;

	arrived = 0;
	CHECK(pthread_create(&thread, NULL, call, NULL) == 0);
	while (!arrived)
		pause_ms(1);
	pause_ms(5);
	CHECK(pthread_cancel(thread) == 0 && pthread_join(thread, &result) == 0);
	CHECK(result == PTHREAD_CANCELED);
	finish(victim_begin(ECHO));
	CHECK(close(cancelled_fd) == 0);
	finish(victim_begin(ECHO));
}

static void
cancelled_in_connect(void)
{
	cancel_in(connects);
}

static void
cancelled_in_poll(void)
{
	cancel_in(polls);
}

static void
cancelled_in_read(void)
{
	cancel_in(reads);
}

static sigjmp_buf out;

static void
jump(int signal)
{
	(void)signal;
	siglongjmp(out, 1);
}

static void
jump_soon(void)
{
	struct sigaction action = { .sa_handler = jump };
	struct itimerval t = { .it_value = { 0, 50000 } };

	CHECK(sigaction(SIGALRM, &action, NULL) == 0 && setitimer(ITIMER_REAL, &t, NULL) == 0);
}

/* A time limit for connect(2) as old programs have it. */
static void
jumped_out_of_connect(void)
{
	int fd = victim_socket(HANG, 0);

	if (sigsetjmp(out, 1) == 0) {
		jump_soon();
		victim_connect(fd, HANG);
		CHECK(false);
	}
	CHECK(close(fd) == 0);
	finish(victim_begin(ECHO));
	fd = victim_socket(ECHO, 0);
	CHECK(victim_connect(fd, ECHO) == 0);
	victim_echo(fd);
}

static void
jumped_out_of_poll(void)
{
	int fd = victim_begin(HANG);

	if (sigsetjmp(out, 1) == 0) {
		jump_soon();
		victim_poll(fd, POLLOUT, LIMIT_MS);
		CHECK(false);
	}
	finish(victim_begin(ECHO));
	CHECK(close(fd) == 0);
	finish(victim_begin(ECHO));
}

/* Stopped and continued in the middle, a process does not notice. */
static void
stopped(void)
{
	int status, fd;
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		fd = victim_begin(ECHO);
		CHECK(raise(SIGSTOP) == 0);
		finish(fd);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
	pause_ms(100);
	CHECK(kill(pid, SIGCONT) == 0);
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Another user for all threads, in the middle. */
static void
another_user(void)
{
	int fd = victim_begin(ECHO);

	if (geteuid() == 0) {
		CHECK(setgid(65534) == 0 && setuid(65534) == 0);
	}
	finish(fd);
	finish(victim_begin(ECHO));
}

/* It may be blocking in the middle: then writing waits for the end. */
static void
blocking_midway(void)
{
	int fd = victim_begin(ECHO);
	char c = 0;

	victim_block(fd);
	CHECK(write(fd, "x", 1) == 1);
	CHECK(read(fd, &c, 1) == 1 && c == 'x');
	CHECK(victim_error(fd) == 0);
}

int
main(int argc, char **argv)
{
	static const struct victim_case cases[] = {
		{ "bad_pointers", bad_pointers },
		{ "constant_array", constant_array },
		{ "other_file", other_file },
		{ "other_file_selected", other_file_selected },
		{ "cancelled_in_connect", cancelled_in_connect },
		{ "cancelled_in_poll", cancelled_in_poll },
		{ "cancelled_in_read", cancelled_in_read },
		{ "jumped_out_of_connect", jumped_out_of_connect },
		{ "jumped_out_of_poll", jumped_out_of_poll },
		{ "stopped", stopped },
		{ "another_user", another_user },
		{ "blocking_midway", blocking_midway },
		{ NULL, NULL },
	};

	return victim_main(argc, argv, cases);
}
