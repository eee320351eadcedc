/* SPDX-License-Identifier: ISC */
/*
 * Theory of operation
 *
 * Three fences, each for itself, so that one that the system lacks leaves the others:
 * limits that a process cannot raise again; Landlock (landlock.h), which knows paths
 * and ports; and a filter of system calls, which is the narrowest.
 *
 * The filter is an allow-list: .calls by name, and with conditions on arguments where
 * a call can do more than a role needs. What is not on the list ends the process by
 * SIGSYS, so that an attack is seen, for roles in which nothing runs but our own code.
 * The resolver and the C library's name service, whose modules we do not know, may try
 * calls that they can do without: in the roles that use them the rest fails with
 * ENOSYS, and only what no name service needs is fatal.
 *
 * Calls of every turn of the loop have no conditions: the kernel answers those from a
 * table without running the filter (Linux 5.11).
 */
#include <config.h>

#include "server/sandbox.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

#include "common/compiler.h"
#include "server/landlock.h"
#include "server/log.h"

#ifdef HAVE_SECCOMP
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#endif

/* Instrumented code makes calls of its own, at any time. */
#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || \
    __has_feature(thread_sanitizer)
#define INSTRUMENTED true
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define INSTRUMENTED true
#endif
#ifndef INSTRUMENTED
#define INSTRUMENTED false
#endif

/* So does valgrind, which shows itself by what it preloads. */
static bool
is_instrumented(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return INSTRUMENTED || (preload != NULL && strstr(preload, "vgpreload") != NULL);
}

#ifdef HAVE_SECCOMP

#define ROLE(name)	(1u << ROLE_##name)
#define EVERY		(~0u)
#define NAME_SERVICE	(ROLE(REQUEST) | ROLE(AUTH))
#define RULES		(ROLE(NEGOTIATE) | ROLE(REQUEST))	/* have to know the interfaces */

#define ARGS_MAX	3
/* Arguments that are an int to the kernel: the upper half of the register is not looked at. */
#define INT(arg_, value_)	{ (arg_), SCMP_CMP_MASKED_EQ, UINT32_MAX, (uint32_t)(value_) }
#define BITS(arg_, mask_, value_) { (arg_), SCMP_CMP_MASKED_EQ, (mask_), (value_) }
#define ZERO(arg_)		{ (arg_), SCMP_CMP_EQ, 0, 0 }
/* SOCK_CLOEXEC and SOCK_NONBLOCK stand in the same argument. */
#define SOCKET(family_, type_, protocol_) \
	{ INT(0, family_), BITS(1, 0xf, type_), INT(2, protocol_) }
#define OPTION(level_, name_)	{ INT(1, level_), INT(2, name_) }
#define READ_ONLY(arg_)		BITS(arg_, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY)

/* Names that an architecture or the library does not know are passed over. */
static const struct {
	unsigned	 roles;
	const char	*calls;
} allowed[] = {
	/* With the descriptors that one has. */
	{ EVERY, "read readv write writev close recv recvfrom recvmsg send sendto sendmsg "
	    "epoll_ctl epoll_wait epoll_pwait epoll_pwait2 poll ppoll ppoll_time64 lseek _llseek "
	    "fstat fstat64 timerfd_settime timerfd_settime64" },
	/* Memory. */
	{ EVERY, "brk mremap munmap madvise" },
	/* Time, signals to oneself, the end. */
	{ EVERY, "clock_gettime clock_gettime64 clock_getres clock_getres_time64 gettimeofday time "
	    "nanosleep clock_nanosleep clock_nanosleep_time64 restart_syscall "
	    "rt_sigaction rt_sigprocmask rt_sigreturn sigreturn exit exit_group" },
	/* What the C library wants to know; qsort() asks how much memory there is. */
	{ EVERY, "getpid gettid getppid getuid geteuid getgid getegid getrlimit ugetrlimit "
	    "getrandom sysinfo uname futex futex_time64 futex_waitv rseq sched_yield getcpu" },
	{ ROLE(NEGOTIATE), "accept4 shutdown" },
	{ ROLE(IO), "pipe2 splice shutdown getsockopt" },
	{ ROLE(REQUEST), "connect listen accept4 shutdown getsockopt getpeername "
	    "sendmmsg recvmmsg" },
	{ ROLE(AUTH), "connect shutdown getsockopt getpeername getsockname" },
	/* getifaddrs() binds its netlink socket. */
	{ RULES, "bind getsockname" },
	{ NAME_SERVICE, "stat stat64 lstat lstat64 newfstatat fstatat64 statx access faccessat "
	    "faccessat2 readlink readlinkat getdents getdents64 pread64 fadvise64 fadvise64_64" },
};

static const struct condition {
	unsigned		 roles;
	const char		*call;
	struct scmp_arg_cmp	 args[ARGS_MAX];
} conditions[] = {
	/* No new code. The modules of the name service come from files. */
	{ EVERY, "mmap", { BITS(2, PROT_EXEC, 0) } },
	{ EVERY, "mmap2", { BITS(2, PROT_EXEC, 0) } },
	{ EVERY, "mprotect", { BITS(2, PROT_EXEC, 0) } },
	{ ROLE(AUTH), "mmap", { BITS(2, PROT_EXEC | PROT_WRITE, PROT_EXEC),
	    BITS(3, MAP_ANONYMOUS, 0) } },
	{ ROLE(AUTH), "mmap2", { BITS(2, PROT_EXEC | PROT_WRITE, PROT_EXEC),
	    BITS(3, MAP_ANONYMOUS, 0) } },
	/* fstat() of some C libraries. */
	{ ~NAME_SERVICE, "newfstatat", { INT(3, AT_EMPTY_PATH) } },
	{ ~NAME_SERVICE, "fstatat64", { INT(3, AT_EMPTY_PATH) } },
	{ ~NAME_SERVICE, "statx", { BITS(2, AT_EMPTY_PATH, AT_EMPTY_PATH) } },
	/* Not whom a descriptor sends its signals to. */
	{ EVERY, "fcntl", { INT(1, F_GETFD) } },
	{ EVERY, "fcntl", { INT(1, F_SETFD) } },
	{ EVERY, "fcntl", { INT(1, F_GETFL) } },
	{ EVERY, "fcntl", { INT(1, F_SETFL) } },
	{ EVERY, "fcntl", { INT(1, F_DUPFD_CLOEXEC) } },
	{ EVERY, "fcntl64", { INT(1, F_GETFD) } },
	{ EVERY, "fcntl64", { INT(1, F_SETFD) } },
	{ EVERY, "fcntl64", { INT(1, F_GETFL) } },
	{ EVERY, "fcntl64", { INT(1, F_SETFL) } },
	{ EVERY, "fcntl64", { INT(1, F_DUPFD_CLOEXEC) } },
	{ ROLE(IO), "fcntl", { INT(1, F_SETPIPE_SZ) } },
	{ ROLE(IO), "fcntl64", { INT(1, F_SETPIPE_SZ) } },
	/* stdio asks whether it writes to a terminal. Not TIOCSTI, which types into it. */
	{ EVERY, "ioctl", { INT(1, TCGETS) } },
	{ NAME_SERVICE, "ioctl", { INT(1, FIONREAD) } },
	{ ROLE(REQUEST), "ioctl", { INT(1, SIOCGIFNAME) } },
	{ ROLE(REQUEST), "ioctl", { INT(1, SIOCGIFINDEX) } },
	/* One's own limits, to read. */
	{ EVERY, "prlimit64", { INT(0, 0), ZERO(2) } },
	/* Reset, where bytes are lost. */
	{ ROLE(IO), "setsockopt", OPTION(SOL_SOCKET, SO_LINGER) },
	{ ROLE(NEGOTIATE), "socketpair", SOCKET(AF_UNIX, SOCK_SEQPACKET, 0) },
	{ RULES, "socket", SOCKET(AF_NETLINK, SOCK_RAW, 0) },
	{ ROLE(REQUEST), "socket", SOCKET(AF_INET, SOCK_STREAM, 0) },
	{ ROLE(REQUEST), "socket", SOCKET(AF_INET, SOCK_STREAM, IPPROTO_TCP) },
	{ ROLE(REQUEST), "socket", SOCKET(AF_INET, SOCK_DGRAM, 0) },
	{ ROLE(REQUEST), "socket", SOCKET(AF_INET, SOCK_DGRAM, IPPROTO_UDP) },
	{ ROLE(REQUEST), "socket", SOCKET(AF_INET6, SOCK_STREAM, 0) },
	{ ROLE(REQUEST), "socket", SOCKET(AF_INET6, SOCK_STREAM, IPPROTO_TCP) },
	{ ROLE(REQUEST), "socket", SOCKET(AF_INET6, SOCK_DGRAM, 0) },
	{ ROLE(REQUEST), "socket", SOCKET(AF_INET6, SOCK_DGRAM, IPPROTO_UDP) },
	{ ROLE(REQUEST), "setsockopt", OPTION(IPPROTO_TCP, TCP_NODELAY) },
	{ ROLE(REQUEST), "setsockopt", OPTION(SOL_SOCKET, SO_KEEPALIVE) },
	{ ROLE(REQUEST), "setsockopt", OPTION(SOL_SOCKET, SO_SNDBUF) },
	{ ROLE(REQUEST), "setsockopt", OPTION(SOL_SOCKET, SO_RCVBUF) },
	{ ROLE(REQUEST), "setsockopt", OPTION(IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT) },
	{ ROLE(REQUEST), "setsockopt", OPTION(IPPROTO_IP, IP_RECVERR) },
	{ ROLE(REQUEST), "setsockopt", OPTION(IPPROTO_IPV6, IPV6_RECVERR) },
	{ ROLE(REQUEST), "setsockopt", OPTION(IPPROTO_IPV6, IPV6_V6ONLY) },
	/* To what keeps the accounts: nscd, userdbd, sssd. */
	{ ROLE(AUTH), "socket", SOCKET(AF_UNIX, SOCK_STREAM, 0) },
	{ ROLE(AUTH), "socket", SOCKET(AF_UNIX, SOCK_DGRAM, 0) },
	{ NAME_SERVICE, "openat", { READ_ONLY(2) } },
	{ NAME_SERVICE, "open", { READ_ONLY(1) } },
};

/* What is fatal also where the rest is not. */
static const char fatal_calls[] =
	"execve execveat fork vfork clone clone3 accept "
	"ptrace process_vm_readv process_vm_writev process_madvise kcmp "
	"kill tkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open pidfd_getfd pidfd_send_signal "
	"mount umount umount2 mount_setattr move_mount open_tree fsopen fsconfig fsmount fspick "
	"pivot_root chroot unshare setns mknod mknodat open_by_handle_at "
	"bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register "
	"keyctl add_key request_key personality memfd_create memfd_secret "
	"setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid capset "
	"init_module finit_module delete_module kexec_load kexec_file_load reboot "
	"swapon swapoff acct quotactl syslog settimeofday clock_settime clock_adjtime adjtimex "
	"ioperm iopl modify_ldt vm86 vm86old";

/* Adds an action for every name in @calls. 0, or -errno. */
static int
add_calls(scmp_filter_ctx filter, uint32_t action, const char *calls)
{
	char name[32];
	int error = 0;

	while (*calls != '\0' && error == 0) {
		size_t len = strcspn(calls, " ");
		int call;

		if (len >= sizeof(name))
			return -EINVAL;
		memcpy(name, calls, len);
		name[len] = '\0';
		call = seccomp_syscall_resolve_name(name);
		if (call != __NR_SCMP_ERROR)
			error = seccomp_rule_add(filter, action, call, 0);
		calls += len + strspn(calls + len, " ");
	}
	return error;
}

static int
add_condition(scmp_filter_ctx filter, const struct condition *c)
{
	int call = seccomp_syscall_resolve_name(c->call);
	unsigned count = 0;

	/* The first one of the unused is no comparison. */
	while (count < ARGS_MAX && c->args[count].op != 0)
		count++;
	if (call == __NR_SCMP_ERROR)
		return 0;
	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, count, c->args);
}

/* abort() needs it; for other processes it is kill(2) by another name. */
static int
allow_own_signals(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp own = INT(0, getpid());

	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, &own);
}

static int
fill(scmp_filter_ctx filter, enum role role)
{
	bool lenient = (NAME_SERVICE >> role & 1) != 0;
	int error = allow_own_signals(filter);

	for (size_t i = 0; i < ARRAY_SIZE(allowed) && error == 0; i++) {
		if (allowed[i].roles >> role & 1)
			error = add_calls(filter, SCMP_ACT_ALLOW, allowed[i].calls);
	}
	for (size_t i = 0; i < ARRAY_SIZE(conditions) && error == 0; i++) {
		if (conditions[i].roles >> role & 1)
			error = add_condition(filter, &conditions[i]);
	}
	if (lenient && error == 0)
		error = add_calls(filter, SCMP_ACT_KILL_PROCESS, fatal_calls);
	/* BIND is for the request role to carry out, and nobody's else. */
	if (role == ROLE_AUTH && error == 0)
		error = add_calls(filter, SCMP_ACT_KILL_PROCESS, "listen accept4");
	return error;
}

/*
 * Of an architecture that is not ours no call has a right number. No speculation
 * barriers for the whole process: nobody's code but ours runs in it. What the kernel
 * says is to be returned as it is.
 */
static int
set_attributes(scmp_filter_ctx filter)
{
	static const struct {
		enum scmp_filter_attr	 attribute;
		uint32_t		 value;
	} attributes[] = {
		{ SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS },
		{ SCMP_FLTATR_CTL_OPTIMIZE, 2 },
		{ SCMP_FLTATR_CTL_SSB, 1 },
		{ SCMP_FLTATR_API_SYSRAWRC, 1 },
	};
	int error = 0;

	for (size_t i = 0; i < ARRAY_SIZE(attributes) && error == 0; i++)
		error = seccomp_attr_set(filter, attributes[i].attribute, attributes[i].value);
	return error;
}

/* The monitor speaks for all: there is one of it. */
static int
unavailable(enum role role, const char *why)
{
	if (role == ROLE_MONITOR)
		log_warn("system calls are not filtered: %s", why);
	return 0;
}

/* Whether the kernel, or who confines us, does not let us have a filter at all. */
static bool
is_refusal(int error)
{
	return error == -ENOSYS || error == -EINVAL || error == -EPERM || error == -EACCES;
}

static int
filter_calls(enum role role)
{
	bool lenient = (NAME_SERVICE >> role & 1) != 0;
	scmp_filter_ctx filter;
	int error;

	/* The level of libseccomp at which SCMP_ACT_KILL_PROCESS is known to work here. */
	if (seccomp_api_get() < 3)
		return unavailable(role, "the system does not offer it");
	filter = seccomp_init(lenient ? SCMP_ACT_ERRNO(ENOSYS) : SCMP_ACT_KILL_PROCESS);
	if (filter == NULL)
		return -ENOMEM;
	error = set_attributes(filter);
	if (error == 0)
		error = fill(filter, role);
	if (error == 0) {
		error = seccomp_load(filter);
		if (is_refusal(error))
			error = unavailable(role, strerror(-error));
	}
	seccomp_release(filter);
	return error;
}

#else

static int
filter_calls(enum role role)
{
	if (role == ROLE_MONITOR)
		log_debug("system calls are not filtered: built without libseccomp");
	return 0;
}

#endif

/* 0, or -errno. */
static int
forbid(int resource)
{
	static const struct rlimit none = { 0, 0 };

	return setrlimit(resource, &none) < 0 ? -errno : 0;
}

/*
 * No core, which would hold what clients sent. No process: the auth helper alone runs
 * code of others, the system's modules. Where passwords are, nobody with the same id
 * may look into the memory.
 */
static int
set_limits(enum role role)
{
	int error = forbid(RLIMIT_CORE);

	if (error == 0 && role != ROLE_AUTH)
		error = forbid(RLIMIT_NPROC);
	if (error == 0 && (role == ROLE_AUTH || role == ROLE_NEGOTIATE) &&
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		error = -errno;
	return error;
}

static unsigned
landlock_wanted(enum role role)
{
	switch (role) {
	case ROLE_REQUEST:
		return LANDLOCK_NO_WRITING;
	case ROLE_AUTH:
		return LANDLOCK_NO_WRITING | LANDLOCK_NO_TCP;
	default:
		return LANDLOCK_NO_FILES | LANDLOCK_NO_TCP | LANDLOCK_NO_PEERS;
	}
}

int
sandbox_enter(enum role role)
{
	int error;

	if (is_instrumented()) {
		log_debug("%s: not confined: instrumented", role_name(role));
		return 0;
	}
	/* The file of the time zone cannot be read later, by the first line of the log. */
	tzset();
	error = set_limits(role);
	if (error == 0)
		error = landlock_confine(landlock_wanted(role));
	return error == 0 ? filter_calls(role) : error;
}
