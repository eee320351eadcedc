/* SPDX-License-Identifier: ISC */
/* A confined process can do its role's work, and dies or fails at what is not its role's. */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/landlock.h"
#include "server/sandbox.h"

#define DIES	(-1)	/* by SIGSYS */
#define ABORTS	(-2)

#define NONE		0u
#define BIT(role)	(1u << ROLE_##role)
#define ALL		(BIT(MONITOR) | BIT(NEGOTIATE) | BIT(REQUEST) | BIT(IO) | BIT(AUTH))

/* Made before the process is confined, as a role's are by others. */
static int	pair[2], listener, connected, memory, text;

static void
make_descriptors(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(sin);

	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	connected = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	memory = memfd_create("text", MFD_CLOEXEC);
	text = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0 ||
	    bind(listener, (struct sockaddr *)&sin, sizeof(sin)) < 0 || listen(listener, 5) < 0 ||
	    getsockname(listener, (struct sockaddr *)&sin, &len) < 0 ||
	    connect(connected, (struct sockaddr *)&sin, sizeof(sin)) < 0 ||
	    fcntl(connected, F_SETFL, O_NONBLOCK) < 0 ||
	    memory < 0 || ftruncate(memory, 4096) < 0 || text < 0)
		_exit(99);
}

static int
outcome(long result)
{
	return result < 0 ? errno : 0;
}

/* One action each: 0, or errno. */

static int
do_loop(void)
{
	struct epoll_event ev = { .events = EPOLLIN };
	int fd = memory;
	char byte;

	/* No epoll_create1: the loop is there before. */
	errno = 0;
	if (epoll_ctl(fd, EPOLL_CTL_ADD, pair[0], &ev) == 0 || errno != EINVAL)
		return 1;
	if (send(pair[0], "x", 1, 0) != 1 || recv(pair[1], &byte, 1, 0) != 1)
		return 2;
	return write(text, "x", 1) == 1 ? 0 : 3;
}

static int
do_log(void)
{
	time_t now = time(NULL);
	struct timespec cpu;
	struct tm tm;
	char when[64];

	localtime_r(&now, &tm);
	strftime(when, sizeof(when), "%b %e %H:%M:%S", &tm);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	return dprintf(text, "%s [%ld]: %s\n", when, (long)getpid(), strerror(ENOENT)) > 0 ? 0 : 1;
}

static int
do_reload(void)
{
	struct stat st;
	void *p;

	if (fstat(memory, &st) < 0)
		return errno;
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, memory, 0);
	return p == MAP_FAILED ? errno : outcome(munmap(p, (size_t)st.st_size));
}

static int
do_allocate(void)
{
	char *p = malloc(16 << 20), *more;

	if (p == NULL)
		return ENOMEM;
	memset(p, 1, 16 << 20);
	more = realloc(p, 32 << 20);
	free(more != NULL ? more : p);
	return more != NULL ? 0 : ENOMEM;
}

static int
do_limit_read(void)
{
	struct rlimit limit;

	return outcome(getrlimit(RLIMIT_NOFILE, &limit));
}

static int
do_limit_write(void)
{
	struct rlimit limit = { 64, 64 };

	return outcome(setrlimit(RLIMIT_NOFILE, &limit));
}

static int
do_abort(void)
{
	abort();
}

static int
do_kill_parent(void)
{
	return outcome(kill(getppid(), 0));
}

static int
do_tgkill_parent(void)
{
	return outcome(syscall(SYS_tgkill, getppid(), getppid(), 0));
}

static int
do_accept(void)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	return outcome(fd);
}

static int
do_listen(void)
{
	return outcome(listen(listener, 5));
}

static int
do_pair(void)
{
	int fds[2];

	return outcome(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds));
}

static int
do_splice(void)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0 || fcntl(fds[1], F_SETPIPE_SZ, 65536) < 0)
		return errno;
	if (splice(connected, NULL, fds[1], NULL, 10, SPLICE_F_NONBLOCK) >= 0 || errno != EAGAIN)
		return 1;
	return 0;
}

static int
do_reset(void)
{
	static const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	return outcome(setsockopt(connected, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)));
}

static int
do_filter_socket(void)
{
	return outcome(setsockopt(connected, SOL_SOCKET, SO_ATTACH_BPF, &text, sizeof(text)));
}

static int
do_owner(void)
{
	return outcome(fcntl(connected, F_SETOWN, getppid()));
}

static int
do_type_ahead(void)
{
	return outcome(ioctl(text, TIOCSTI, "x"));
}

static int
do_socket4(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1;

	if (fd < 0)
		return errno;
	return outcome(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)));
}

static int
do_socket6(void)
{
	int fd = socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP);

	return fd < 0 && errno == EAFNOSUPPORT ? 0 : outcome(fd);
}

static int
do_only_six(void)
{
	int on = 1;

	/* Of an IPv4 socket it cannot be asked; that it may be is what counts. */
	if (setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) == 0)
		return 1;
	return errno == ENOPROTOOPT ? 0 : errno;
}

static int
do_socket_unix(void)
{
	return outcome(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

static int
do_socket_packet(void)
{
	return outcome(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
}

static int
do_interfaces(void)
{
	struct ifaddrs *all;

	if (getifaddrs(&all) < 0)
		return errno;
	freeifaddrs(all);
	return 0;
}

/* To leave the peer for another one, as connect(2) lets one do. */
static int
do_connect_elsewhere(void)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };

	return outcome(connect(connected, &none, sizeof(none)));
}

static int
do_open(void)
{
	return outcome(open("/etc/passwd", O_RDONLY | O_CLOEXEC));
}

static int
do_open_to_write(void)
{
	return outcome(open("/dev/null", O_WRONLY | O_CLOEXEC));
}

static int
do_account(void)
{
	struct passwd pw, *found;
	char buf[4096];

	return getpwnam_r("no-such-user", &pw, buf, sizeof(buf), &found);
}

static int
do_unlink(void)
{
	return outcome(unlink("/nonexistent/file"));
}

static int
do_executable(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? errno : 0;
}

static int
do_make_executable(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return outcome(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}

static int
do_exec(void)
{
	return outcome(execl("/bin/true", "true", (char *)NULL));
}

static int
do_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return outcome(pid);
}

static int
do_ptrace(void)
{
	return outcome(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
}

static int
do_unshare(void)
{
	return outcome(syscall(SYS_unshare, 0x10000000 /* CLONE_NEWUSER */));
}

static int
do_read_memory(void)
{
	return outcome(syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0));
}

static int
do_bpf(void)
{
	return outcome(syscall(SYS_bpf, 0, NULL, 0));
}

static int
do_keyctl(void)
{
	return outcome(syscall(SYS_keyctl, 0, 0, 0, 0, 0));
}

static int
do_setuid(void)
{
	return outcome(setuid(getuid()));
}

/* Where .may is not set: ENOSYS for the roles in .soft, death for the others. */
static const struct {
	const char	*name;
	int		(*act)(void);
	unsigned	 may;
	unsigned	 soft;
} actions[] = {
	{ "turn the loop", do_loop, ALL, NONE },
	{ "log", do_log, ALL, NONE },
	{ "map a configuration", do_reload, ALL, NONE },
	{ "allocate", do_allocate, ALL, NONE },
	{ "read a limit", do_limit_read, ALL, NONE },
	{ "change a limit", do_limit_write, NONE, BIT(REQUEST) | BIT(AUTH) },
	{ "kill the parent", do_kill_parent, NONE, NONE },
	{ "kill the parent's thread", do_tgkill_parent, NONE, BIT(REQUEST) | BIT(AUTH) },
	{ "accept", do_accept, BIT(NEGOTIATE) | BIT(REQUEST), NONE },
	{ "listen", do_listen, BIT(REQUEST), NONE },
	{ "listen by IPv6 alone", do_only_six, BIT(REQUEST), BIT(AUTH) },
	{ "make a pair", do_pair, BIT(NEGOTIATE), BIT(REQUEST) | BIT(AUTH) },
	{ "splice", do_splice, BIT(IO), BIT(REQUEST) | BIT(AUTH) },
	{ "reset", do_reset, BIT(IO), BIT(REQUEST) | BIT(AUTH) },
	{ "attach a program", do_filter_socket, NONE, BIT(REQUEST) | BIT(AUTH) },
	{ "send signals by a descriptor", do_owner, NONE, BIT(REQUEST) | BIT(AUTH) },
	{ "type into a terminal", do_type_ahead, NONE, BIT(REQUEST) | BIT(AUTH) },
	{ "open an IPv4 socket", do_socket4, BIT(REQUEST), BIT(AUTH) },
	{ "open an IPv6 socket", do_socket6, BIT(REQUEST), BIT(AUTH) },
	{ "open a local socket", do_socket_unix, BIT(AUTH), BIT(REQUEST) },
	{ "open a packet socket", do_socket_packet, NONE, BIT(REQUEST) | BIT(AUTH) },
	{ "list interfaces", do_interfaces, BIT(NEGOTIATE) | BIT(REQUEST), BIT(AUTH) },
	{ "connect elsewhere", do_connect_elsewhere, BIT(REQUEST) | BIT(AUTH), NONE },
	{ "open a file", do_open, BIT(REQUEST) | BIT(AUTH), NONE },
	{ "open a file to write", do_open_to_write, NONE, BIT(REQUEST) | BIT(AUTH) },
	{ "remove a file", do_unlink, NONE, BIT(REQUEST) | BIT(AUTH) },
	{ "map code", do_executable, NONE, BIT(REQUEST) | BIT(AUTH) },
	{ "make code", do_make_executable, NONE, BIT(REQUEST) | BIT(AUTH) },
	{ "exec", do_exec, NONE, NONE },
	{ "fork", do_fork, NONE, NONE },
	{ "ptrace", do_ptrace, NONE, NONE },
	{ "unshare", do_unshare, NONE, NONE },
	{ "read another's memory", do_read_memory, NONE, NONE },
	{ "use bpf", do_bpf, NONE, NONE },
	{ "use keys", do_keyctl, NONE, NONE },
	{ "change its id", do_setuid, NONE, NONE },
};

/* What became of @act in a process that runs as @role: 0, errno, DIES or ABORTS. */
static int
run_as(enum role role, int (*act)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		make_descriptors();
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || sandbox_enter(role) < 0)
			_exit(98);
		_exit(act());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGSYS ? DIES :
		    WTERMSIG(status) == SIGABRT ? ABORTS : -WTERMSIG(status) - 100;
	return WEXITSTATUS(status);
}

static void
need_filter(void)
{
	const char *preload = getenv("LD_PRELOAD");

#ifndef HAVE_SECCOMP
	skip();
#endif
	if (preload != NULL && strstr(preload, "vgpreload") != NULL)
		skip();
}

static void
each_role_may_do_its_work_alone(void **state UNUSED)
{
	unsigned wrong = 0;

	need_filter();
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		for (unsigned role = ROLE_MONITOR; role < ROLES; role++) {
			int expected = actions[i].may >> role & 1 ? 0 :
			    actions[i].soft >> role & 1 ? ENOSYS : DIES;
			int got = run_as(role, actions[i].act);

			if (got == expected)
				continue;
			print_error("%s: %s: %d, not %d\n", role_name(role), actions[i].name, got,
			    expected);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

static void
every_role_can_abort(void **state UNUSED)
{
	need_filter();
	for (unsigned role = ROLE_MONITOR; role < ROLES; role++)
		assert_int_equal(run_as(role, do_abort), ABORTS);
}

/* As whoever it is that the roles become. */
static void
become_nobody(void)
{
	if (getuid() == 0 && setresuid(65534, 65534, 65534) < 0)
		_exit(97);
}

/* Another process of the same user tries to see what belongs to @pid: 0, or errno. */
static int
look_into(pid_t pid)
{
	char path[40];
	int status;
	pid_t looker = fork();

	assert_true(looker >= 0);
	if (looker == 0) {
		snprintf(path, sizeof(path), "/proc/%ld/environ", (long)pid);
		become_nobody();
		_exit(outcome(open(path, O_RDONLY)));
	}
	assert_int_equal(waitpid(looker, &status, 0), looker);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* The same, when @pid is in the sandbox of @role; -1: it did not get there. */
static int
look_into_role(enum role role)
{
	int ends[2], result = -1;
	char byte = 0;
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(ends[0]);
		become_nobody();
		if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0 &&
		    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && sandbox_enter(role) == 0 &&
		    send(ends[1], &byte, 1, 0) == 1)
			recv(ends[1], &byte, 1, 0);
		_exit(0);
	}
	close(ends[1]);
	if (recv(ends[0], &byte, 1, 0) == 1)
		result = look_into(pid);
	close(ends[0]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return result;
}

static void
memory_with_passwords_is_closed(void **state UNUSED)
{
	need_filter();
	assert_int_equal(look_into_role(ROLE_IO), 0);
	assert_int_equal(look_into_role(ROLE_NEGOTIATE), EACCES);
	assert_int_equal(look_into_role(ROLE_AUTH), EACCES);
}

static void
auth_finds_accounts(void **state UNUSED)
{
	need_filter();
	assert_int_equal(run_as(ROLE_AUTH, do_account), 0);
}

/* Landlock by itself, as it stands where calls are not filtered. */
static int
landlock_outcome(unsigned what, int (*act)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		make_descriptors();
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || landlock_confine(what) < 0)
			_exit(98);
		_exit(act());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
landlock_takes_away_what_it_is_told(void **state UNUSED)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);

	if (version < 1)
		skip();
	assert_int_equal(landlock_outcome(0, do_open), 0);
	assert_int_equal(landlock_outcome(LANDLOCK_NO_WRITING, do_open), 0);
	assert_int_equal(landlock_outcome(LANDLOCK_NO_WRITING, do_open_to_write), EACCES);
	assert_int_equal(landlock_outcome(LANDLOCK_NO_WRITING, do_exec), EACCES);
	assert_int_equal(landlock_outcome(LANDLOCK_NO_FILES, do_open), EACCES);
	assert_int_equal(landlock_outcome(LANDLOCK_NO_FILES, do_loop), 0);
	if (version >= 6)
		assert_int_equal(landlock_outcome(LANDLOCK_NO_PEERS, do_kill_parent), EPERM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_role_may_do_its_work_alone),
		cmocka_unit_test(every_role_can_abort),
		cmocka_unit_test(auth_finds_accounts),
		cmocka_unit_test(memory_with_passwords_is_closed),
		cmocka_unit_test(landlock_takes_away_what_it_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
