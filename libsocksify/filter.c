/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/filter.h"

#include <linux/audit.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define ARCHITECTURE	AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE	AUDIT_ARCH_AARCH64
#elif defined(__riscv)
#define ARCHITECTURE	AUDIT_ARCH_RISCV64
#endif

/* As pthread_create(3) makes one. */
#define THREAD	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | \
		CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)

#define NEVER	SECCOMP_RET_KILL_PROCESS

struct machine {
	uint32_t	a, x, memory[BPF_MEMWORDS];
	size_t		next;		/* the instruction to come */
};

static uint32_t
load(const struct machine *m, const struct sock_filter *i, const struct seccomp_data *call)
{
	uint32_t word = 0;

	switch (BPF_MODE(i->code)) {
	case BPF_IMM:
		return i->k;
	case BPF_MEM:
		return m->memory[i->k % BPF_MEMWORDS];
	case BPF_LEN:
		return sizeof(*call);
	case BPF_ABS:
		if (i->k <= sizeof(*call) - sizeof(word))
			memcpy(&word, (const char *)call + i->k, sizeof(word));
		return word;
	default:
		return 0;
	}
}

static uint32_t
calculate(uint16_t code, uint32_t a, uint32_t by)
{
	switch (BPF_OP(code)) {
	case BPF_ADD:
		return a + by;
	case BPF_SUB:
		return a - by;
	case BPF_MUL:
		return a * by;
	case BPF_DIV:
		return by == 0 ? 0 : a / by;
	case BPF_OR:
		return a | by;
	case BPF_AND:
		return a & by;
	case BPF_XOR:
		return a ^ by;
	case BPF_LSH:
		return by < 32 ? a << by : 0;
	case BPF_RSH:
		return by < 32 ? a >> by : 0;
	case BPF_NEG:
		return -a;
	default:
		return a;
	}
}

static uint32_t
jump(const struct sock_filter *i, uint32_t a, uint32_t by)
{
	switch (BPF_OP(i->code)) {
	case BPF_JA:
		return i->k;
	case BPF_JEQ:
		return a == by ? i->jt : i->jf;
	case BPF_JGT:
		return a > by ? i->jt : i->jf;
	case BPF_JGE:
		return a >= by ? i->jt : i->jf;
	case BPF_JSET:
		return (a & by) != 0 ? i->jt : i->jf;
	default:
		return 0;
	}
}

/* All but BPF_RET. */
static void
execute(struct machine *m, const struct sock_filter *i, const struct seccomp_data *call)
{
	uint32_t operand = BPF_SRC(i->code) == BPF_X ? m->x : i->k;

	switch (BPF_CLASS(i->code)) {
	case BPF_LD:
		m->a = load(m, i, call);
		break;
	case BPF_LDX:
		m->x = load(m, i, call);
		break;
	case BPF_ST:
		m->memory[i->k % BPF_MEMWORDS] = m->a;
		break;
	case BPF_STX:
		m->memory[i->k % BPF_MEMWORDS] = m->x;
		break;
	case BPF_ALU:
		m->a = calculate(i->code, m->a, operand);
		break;
	case BPF_JMP:
		m->next += jump(i, m->a, operand);
		break;
	case BPF_MISC:
		if (BPF_MISCOP(i->code) == BPF_TAX)
			m->x = m->a;
		else
			m->a = m->x;
		break;
	}
}

uint32_t
filter_run(const struct sock_fprog *program, const struct seccomp_data *call)
{
	struct machine m = { .next = 0 };

	/* It ends: every jump goes forward. */
	while (m.next < program->len) {
		const struct sock_filter *i = &program->filter[m.next++];

		if (BPF_CLASS(i->code) == BPF_RET)
			return BPF_RVAL(i->code) == BPF_A ? m.a : i->k;
		execute(&m, i, call);
	}
	return NEVER;
}

static bool
kills(const struct sock_fprog *program, const struct seccomp_data *call)
{
	switch (filter_run(program, call) & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
	case SECCOMP_RET_LOG:
	case SECCOMP_RET_ERRNO:
	case SECCOMP_RET_TRACE:
	case SECCOMP_RET_USER_NOTIF:
		return false;
	default:
		return true;
	}
}

bool
filter_kills_helper(const struct sock_fprog *program)
{
	/* With those arguments that filters look at. */
	static const struct {
		int		number;
		uint64_t	args[3];
	} calls[] = {
		{ SYS_clone3, { 0 } },
		{ SYS_clone, { THREAD } },
		{ SYS_set_robust_list, { 0 } },
		{ SYS_rseq, { 0 } },
		{ SYS_rt_sigprocmask, { SIG_SETMASK } },
		{ SYS_mmap, { 0, 0, PROT_READ | PROT_WRITE } },
		{ SYS_mprotect, { 0, 0, PROT_READ | PROT_WRITE } },
		{ SYS_munmap, { 0 } },
		{ SYS_madvise, { 0, 0, MADV_DONTNEED } },
		{ SYS_exit, { 0 } },
		{ SYS_futex, { 0 } },
		{ SYS_gettid, { 0 } },
		{ SYS_getpid, { 0 } },
		{ SYS_sched_yield, { 0 } },
		{ SYS_prctl, { PR_SET_NAME } },
		{ SYS_close_range, { 3, ~0u, CLOSE_RANGE_UNSHARE } },
		{ SYS_close, { 0 } },
		{ SYS_dup3, { 0 } },
		{ SYS_fcntl, { 0 } },
		{ SYS_socket, { AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0 } },
		{ SYS_bind, { 0 } },
		{ SYS_connect, { 0 } },
		{ SYS_getsockname, { 0 } },
		{ SYS_getsockopt, { 0 } },
		{ SYS_setsockopt, { 0 } },
		{ SYS_sendmsg, { 0 } },
		{ SYS_sendto, { 0 } },
		{ SYS_recvmsg, { 0 } },
		{ SYS_recvfrom, { 0 } },
		{ SYS_epoll_create1, { 0 } },
		{ SYS_epoll_ctl, { 0 } },
		{ SYS_epoll_pwait, { 0 } },
		{ SYS_prlimit64, { 0, RLIMIT_NOFILE } },
	};

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		struct seccomp_data call = { .nr = calls[i].number, .arch = ARCHITECTURE };

		for (size_t n = 0; n < sizeof(calls[i].args) / sizeof(calls[i].args[0]); n++)
			call.args[n] = calls[i].args[n];
		if (kills(program, &call))
			return true;
	}
	return false;
}
