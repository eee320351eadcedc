/* SPDX-License-Identifier: ISC */
/* Under seccomp filters, as containers and programs that confine themselves install them. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/preload/victim.h"

#define DATA(field)	offsetof(struct seccomp_data, field)

/* From now on @number is answered with @action; with @first >= 0 only where that is its first argument. */
static void
answer(long number, int64_t first, uint32_t action)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, DATA(nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, DATA(args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)first, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = sizeof(code) / sizeof(code[0]), .filter = code };

	/* Any first argument: the comparison is passed over. */
	if (first < 0)
		code[3] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JA, 0, 0, 0);
	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

static void
forbid(long number, int64_t first, int error)
{
	answer(number, first, SECCOMP_RET_ERRNO | (uint32_t)error);
}

static int
threads(void)
{
	DIR *tasks = opendir("/proc/self/task");
	int count = -2;	/* "." and ".." */

	CHECK(tasks != NULL);
	while (readdir(tasks) != NULL)
		count++;
	closedir(tasks);
	return count;
}

static void
helper_works(void)
{
	int fd = victim_begin(ECHO);

	CHECK(victim_poll(fd, POLLIN | POLLOUT, 0) == 0);
	CHECK(victim_poll(fd, POLLOUT, LIMIT_MS) == POLLOUT);
	victim_echo(fd);
}

static void
connects_at_once(void)
{
	int fd = victim_socket(ECHO, SOCK_NONBLOCK);

	CHECK(victim_connect(fd, ECHO) == 0);
	victim_echo(fd);
	fd = victim_socket(ECHO, SOCK_NONBLOCK);
	CHECK(victim_connect(fd, "192.0.2.3") == -ENETUNREACH);
}

/* What the usual profiles of containers refuse. */
static void
container(void)
{
	forbid(SYS_unshare, -1, EPERM);
	forbid(SYS_setns, -1, EPERM);
	forbid(SYS_pidfd_getfd, -1, EPERM);
	forbid(SYS_process_vm_readv, -1, EPERM);
	forbid(SYS_ptrace, -1, EPERM);
	forbid(SYS_kcmp, -1, EPERM);
	forbid(SYS_io_uring_setup, -1, EPERM);
	helper_works();
}

static void
old_kernel(void)
{
	forbid(SYS_close_range, -1, ENOSYS);
	helper_works();
}

static void
no_private_table(void)
{
	forbid(SYS_close_range, -1, EPERM);
	forbid(SYS_unshare, -1, EPERM);
	connects_at_once();
}

static void
no_unix_sockets(void)
{
	forbid(SYS_socket, AF_UNIX, EPERM);
	connects_at_once();
}

static void
no_threads(void)
{
	forbid(SYS_clone3, -1, EPERM);
	forbid(SYS_clone, -1, EPERM);
	connects_at_once();
}

/* What would end the process is not tried. */
static void
deadly(void)
{
	answer(SYS_clone3, -1, SECCOMP_RET_KILL_PROCESS);
	connects_at_once();
	forbid(SYS_ptrace, -1, EPERM);
	connects_at_once();
}

static void
trapped(void)
{
	answer(SYS_socket, AF_UNIX, SECCOMP_RET_TRAP);
	connects_at_once();
}

/* What the helper does not need may be deadly. */
static void
deadly_otherwise(void)
{
	answer(SYS_ptrace, -1, SECCOMP_RET_KILL_PROCESS);
	answer(SYS_prctl, PR_SET_DUMPABLE, SECCOMP_RET_KILL_PROCESS);
	helper_works();
}

/* It must not be left without the filter. */
static void
helper_running(void)
{
	helper_works();
	forbid(SYS_ptrace, -1, EPERM);
	CHECK(threads() == 1);
	helper_works();
}

static void
by_number(void)
{
	struct sock_filter kill = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, DATA(nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),
		kill,
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = sizeof(code) / sizeof(code[0]), .filter = code };

	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0);
	connects_at_once();
}

/* Runs @confine in a child, which must be able to write and exit after it, and no more. */
static void
confined(void (*confine)(void))
{
	int status, ends[2];
	char byte = 0;
	pid_t child;

	CHECK(pipe(ends) == 0);
	child = fork();
	if (child == 0) {
		confine();
		(void)!write(ends[1], "x", 1);
		syscall(SYS_exit, 0);
	}
	close(ends[1]);
	CHECK(read(ends[0], &byte, 1) == 1 && byte == 'x');
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
	close(ends[0]);
}

static void
be_strict(void)
{
	CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) == 0);
}

static void
allow_write_and_exit(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, DATA(nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_write, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = sizeof(code) / sizeof(code[0]), .filter = code };

	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

/* Nothing of ours makes a call that the program has given up. */
static void
tight(void)
{
	confined(be_strict);
	confined(allow_write_and_exit);
}

/* How programs ask whether there are filters; it changes nothing. */
static void
probing(void)
{
	struct sock_fprog program = { .len = 1, .filter = NULL };

	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL) == -1 && errno == EFAULT);
	CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == -1);
	CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, 16L) == -1 && errno == EFAULT);
	helper_works();
}

static void
io_uring(void)
{
	errno = 0;
	CHECK(syscall(SYS_io_uring_setup, 1, NULL) == -1 && errno == ENOSYS);
}

int
main(int argc, char **argv)
{
	static const struct victim_case cases[] = {
		{ "container", container },
		{ "old_kernel", old_kernel },
		{ "no_private_table", no_private_table },
		{ "no_unix_sockets", no_unix_sockets },
		{ "no_threads", no_threads },
		{ "deadly", deadly },
		{ "trapped", trapped },
		{ "deadly_otherwise", deadly_otherwise },
		{ "helper_running", helper_running },
		{ "by_number", by_number },
		{ "tight", tight },
		{ "probing", probing },
		{ "io_uring", io_uring },
		{ NULL, NULL },
	};

	return victim_main(argc, argv, cases);
}
