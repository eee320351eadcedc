/* SPDX-License-Identifier: ISC */
/* What a seccomp filter would say, as the kernel has it. */
#include <config.h>

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/audit.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libsocksify/filter.h"

#define DATA(field)	offsetof(struct seccomp_data, field)
#define PROGRAM(code)	{ .len = sizeof(code) / sizeof((code)[0]), .filter = (code) }
#define ALLOW		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define KILL		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)
#define LOAD(field)	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, DATA(field))
#define IF(value, then, otherwise) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), then, otherwise)

static void
test_what_it_allows(void **state)
{
	struct sock_filter all[] = { ALLOW }, none[] = { KILL };
	struct sock_fprog allow = PROGRAM(all), kill = PROGRAM(none);

	(void)state;
	assert_false(filter_kills_helper(&allow));
	assert_true(filter_kills_helper(&kill));
}

static void
test_no_end_is_deadly(void **state)
{
	struct sock_filter code[] = { LOAD(nr) };
	struct sock_fprog program = PROGRAM(code), none = { .len = 0 };

	(void)state;
	assert_true(filter_kills_helper(&program));
	assert_true(filter_kills_helper(&none));
}

static void
test_actions(void **state)
{
	static const struct {
		uint32_t	action;
		bool		deadly;
	} table[] = {
		{ SECCOMP_RET_KILL_PROCESS, true },
		{ SECCOMP_RET_KILL_THREAD, true },
		{ SECCOMP_RET_TRAP, true },
		{ SECCOMP_RET_ERRNO | EPERM, false },
		{ SECCOMP_RET_USER_NOTIF, false },
		{ SECCOMP_RET_TRACE | 7, false },
		{ SECCOMP_RET_LOG, false },
		{ SECCOMP_RET_ALLOW, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct sock_filter code[] = {
			LOAD(nr), IF(SYS_clone3, 0, 1),
			BPF_STMT(BPF_RET | BPF_K, table[i].action), ALLOW,
		};
		struct sock_fprog program = PROGRAM(code);

		assert_int_equal(filter_kills_helper(&program), table[i].deadly);
	}
}

/* A filter may look at arguments. */
static void
test_arguments(void **state)
{
	struct sock_filter code[] = {
		LOAD(nr), IF(SYS_socket, 0, 3),
		LOAD(args[0]), IF(AF_INET, 0, 1),
		KILL, ALLOW,
	};
	struct sock_fprog program = PROGRAM(code);

	(void)state;
	assert_false(filter_kills_helper(&program));
	code[3] = (struct sock_filter)IF(AF_UNIX, 0, 1);
	assert_true(filter_kills_helper(&program));
}

static void
test_other_architecture(void **state)
{
	struct sock_filter code[] = {
		LOAD(arch), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_I386, 0, 1), KILL, ALLOW,
	};
	struct sock_fprog program = PROGRAM(code);

	(void)state;
	assert_false(filter_kills_helper(&program));
}

/* Instructions of every kind, with what the kernel makes of them beside it. */
static const struct sock_filter sums[][8] = {
	{ BPF_STMT(BPF_LD | BPF_IMM, 7), BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 5) },
	{ BPF_STMT(BPF_LD | BPF_IMM, 7), BPF_STMT(BPF_ALU | BPF_SUB | BPF_K, 9) },
	{ BPF_STMT(BPF_LD | BPF_IMM, 7), BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, 9) },
	{ BPF_STMT(BPF_LD | BPF_IMM, 700), BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 9) },
	{ BPF_STMT(BPF_LD | BPF_IMM, 700), BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf0) },
	{ BPF_STMT(BPF_LD | BPF_IMM, 700), BPF_STMT(BPF_ALU | BPF_OR | BPF_K, 0xf0) },
	{ BPF_STMT(BPF_LD | BPF_IMM, 700), BPF_STMT(BPF_ALU | BPF_XOR | BPF_K, 0xf0) },
	{ BPF_STMT(BPF_LD | BPF_IMM, 700), BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 3) },
	{ BPF_STMT(BPF_LD | BPF_IMM, 700), BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 3) },
	{ BPF_STMT(BPF_LD | BPF_IMM, 700), BPF_STMT(BPF_ALU | BPF_NEG, 0) },
	{ BPF_STMT(BPF_LDX | BPF_W | BPF_IMM, 9), BPF_STMT(BPF_MISC | BPF_TXA, 0),
	    BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0) },
	{ BPF_STMT(BPF_LD | BPF_IMM, 9), BPF_STMT(BPF_MISC | BPF_TAX, 0),
	    BPF_STMT(BPF_ALU | BPF_MUL | BPF_X, 0) },
	{ BPF_STMT(BPF_LD | BPF_IMM, 9), BPF_STMT(BPF_ST, 3), BPF_STMT(BPF_LD | BPF_IMM, 1),
	    BPF_STMT(BPF_LDX | BPF_W | BPF_MEM, 3), BPF_STMT(BPF_STX, 4),
	    BPF_STMT(BPF_LD | BPF_MEM, 4) },
	{ BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0) },
	{ BPF_STMT(BPF_LDX | BPF_W | BPF_LEN, 0), BPF_STMT(BPF_MISC | BPF_TXA, 0) },
	{ BPF_STMT(BPF_LD | BPF_IMM, 5), BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 5, 0, 1),
	    BPF_STMT(BPF_LD | BPF_IMM, 1), BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 2) },
	{ BPF_STMT(BPF_LD | BPF_IMM, 5), BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 5, 0, 1),
	    BPF_STMT(BPF_LD | BPF_IMM, 1), BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 2) },
	{ BPF_STMT(BPF_LD | BPF_IMM, 5), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 2, 0, 1),
	    BPF_STMT(BPF_LD | BPF_IMM, 1), BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 2) },
	{ BPF_STMT(BPF_LD | BPF_IMM, 5), BPF_STMT(BPF_JMP | BPF_JA, 1),
	    BPF_STMT(BPF_LD | BPF_IMM, 1), BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 2) },
	{ LOAD(args[1]) },
	{ LOAD(args[2]) },
};

/* The filter: getpriority(2), which does nothing, fails with the sum as its error. */
static unsigned
compose(struct sock_filter *code, const struct sock_filter *sum)
{
	const struct sock_filter before[] = { LOAD(nr), IF(SYS_getpriority, 1, 0), ALLOW };
	const struct sock_filter after[] = {
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xfff),
		BPF_STMT(BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO),
		BPF_STMT(BPF_RET | BPF_A, 0),
	};
	unsigned n = 0;

	for (size_t i = 0; i < 3; i++)
		code[n++] = before[i];
	for (size_t i = 0; i < 8 && (sum[i].code != 0 || sum[i].k != 0); i++)
		code[n++] = sum[i];
	for (size_t i = 0; i < 3; i++)
		code[n++] = after[i];
	return n;
}

#define MARK	0x123456789abcdefull

/* The error that it is in a child under the filter, folded into what an exit status can hold. */
static int
kernel_says(struct sock_fprog *program)
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		long result;

		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
		    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program) != 0)
			_exit(255);
		result = syscall(SYS_getpriority, 0, MARK, MARK >> 4);
		_exit(result < 0 ? (errno ^ errno >> 8) & 0x7f : 254);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
test_as_the_kernel(void **state)
{
	const struct seccomp_data call = {
		.nr = SYS_getpriority, .args = { 0, MARK, MARK >> 4 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
		struct sock_filter code[16];
		struct sock_fprog program = { .filter = code };
		uint32_t answer;

		program.len = (unsigned short)compose(code, sums[i]);
		answer = filter_run(&program, &call);
		assert_int_equal(answer & SECCOMP_RET_ACTION_FULL, SECCOMP_RET_ERRNO);
		answer &= SECCOMP_RET_DATA;
		assert_int_equal((answer ^ answer >> 8) & 0x7f, kernel_says(&program));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_it_allows),
		cmocka_unit_test(test_no_end_is_deadly),
		cmocka_unit_test(test_actions),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_other_architecture),
		cmocka_unit_test(test_as_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
