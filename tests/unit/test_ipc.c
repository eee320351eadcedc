/* SPDX-License-Identifier: ISC */
/* Messages with descriptors: order, ownership, back pressure, and what is refused. */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/ipc.h"
#include "tests/lib/looptest.h"

enum { TYPE = 7 };

static struct {
	struct ipc	 a, b;
	unsigned	 received;
	unsigned	 expected;
	uint32_t	 last;
	int		 taken;		/* the last descriptor that came */
	bool		 take;
	int		 refuse_with;	/* what the handler returns */
	int		 error;		/* of the error callback */
	bool		 drained;
} test;

static int
on_message(struct ipc *ipc UNUSED, uint8_t type, struct reader *r, int *fds, unsigned count,
    void *arg UNUSED)
{
	assert_int_equal(type, TYPE);
	test.last = reader_u32(r);
	assert_int_equal(test.last, test.received);
	if (count > 0 && test.take) {
		test.taken = fds[0];
		fds[0] = -1;
	}
	if (++test.received == test.expected)
		loop_stop();
	return test.refuse_with;
}

static void
on_error(struct ipc *ipc UNUSED, int error, void *arg UNUSED)
{
	test.error = error;
	loop_stop();
}

static void
on_drained(struct ipc *ipc UNUSED, void *arg UNUSED)
{
	test.drained = true;
}

static int
set_up(void **state UNUSED)
{
	int ends[2];

	memset(&test, 0, sizeof(test));
	test.taken = -1;
	if (loop_init() < 0 || ipc_pair(ends) < 0)
		return -1;
	ipc_init(&test.a, ends[0], on_message, on_error, NULL);
	ipc_init(&test.b, ends[1], on_message, on_error, NULL);
	test.a.drained = on_drained;
	return 0;
}

static int
tear_down(void **state UNUSED)
{
	ipc_fini(&test.a);
	ipc_fini(&test.b);
	loop_fini();
	return 0;
}

static int
send_number(uint32_t number, size_t padding, const int *fds, unsigned count)
{
	uint8_t buf[IPC_PAYLOAD_MAX + 8] = { 0 };
	struct writer w;

	writer_init(&w, buf, sizeof(buf));
	writer_u32(&w, number);
	w.len += padding;
	return ipc_send(&test.a, TYPE, &w, fds, count);
}

static void
messages_of_one_turn_share_a_packet(void **state UNUSED)
{
	test.expected = 20;
	assert_int_equal(ipc_receive(&test.b, true), 0);
	for (uint32_t i = 0; i < test.expected; i++)
		assert_int_equal(send_number(i, 0, NULL, 0), 0);
	assert_int_equal(test.a.packet_count, 1);
	looptest_run();
	assert_int_equal(test.received, 20);
	assert_int_equal(test.a.packet_count, 0);
}

/* Far more than a socket holds: nothing is lost, nothing is out of order. */
static void
order_is_kept_under_back_pressure(void **state UNUSED)
{
	test.expected = 3000;
	for (uint32_t i = 0; i < test.expected; i++)
		assert_int_equal(send_number(i, 700, NULL, 0), 0);
	looptest_run_for(20);
	assert_true(ipc_congested(&test.a));
	assert_int_equal(test.a.wait, IPC_WAIT_WRITABLE);
	assert_int_equal(ipc_receive(&test.b, true), 0);
	looptest_run();
	assert_int_equal(test.received, test.expected);
	assert_false(ipc_congested(&test.a));
	assert_true(test.drained);
}

static void
descriptors_change_hands(void **state UNUSED)
{
	unsigned before = looptest_open_fds();
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	test.expected = 1;
	test.take = true;
	ipc_receive(&test.b, true);
	assert_int_equal(send_number(0, 0, &ends[1], 1), 0);
	looptest_run();
	assert_true(test.taken >= 0);
	assert_int_equal(write(test.taken, "x", 1), 1);
	assert_true(fcntl(test.taken, F_GETFD) & FD_CLOEXEC);
	close(test.taken);
	close(ends[0]);
	/* The sender's copy was closed when it was sent. */
	assert_int_equal(looptest_open_fds(), before);
}

static void
descriptors_nobody_takes_are_closed(void **state UNUSED)
{
	unsigned before = looptest_open_fds();

	test.expected = 5;
	ipc_receive(&test.b, true);
	for (uint32_t i = 0; i < test.expected; i++) {
		int fds[IPC_FDS_MAX / 2];

		for (unsigned k = 0; k < ARRAY_SIZE(fds); k++)
			fds[k] = fcntl(0, F_DUPFD_CLOEXEC, 3);
		assert_int_equal(send_number(i, 0, fds, ARRAY_SIZE(fds)), 0);
	}
	looptest_run();
	assert_int_equal(looptest_open_fds(), before);
}

static void
what_is_too_long_is_refused_and_closed(void **state UNUSED)
{
	unsigned before = looptest_open_fds();
	int fd = fcntl(0, F_DUPFD_CLOEXEC, 3);

	assert_int_equal(send_number(0, IPC_PAYLOAD_MAX, &fd, 1), -EMSGSIZE);
	assert_int_equal(looptest_open_fds(), before);
}

static void
a_closed_peer_is_told(void **state UNUSED)
{
	ipc_receive(&test.b, true);
	ipc_fini(&test.a);
	looptest_run();
	assert_int_equal(test.error, -ECONNRESET);
}

static void
a_handler_may_refuse(void **state UNUSED)
{
	ipc_receive(&test.b, true);
	test.refuse_with = -EINVAL;
	send_number(0, 0, NULL, 0);
	looptest_run();
	assert_int_equal(test.error, -EINVAL);
	assert_false(test.b.receiving);
}

/* Packets that no ipc_send() makes, as a hostile peer would. */
static void
malformed_packets_are_refused(void **state UNUSED)
{
	static const struct {
		const char	*bytes;
		size_t		 len;
	} packets[] = {
		{ "\7", 1 },
		{ "\7\0\0", 3 },
		{ "\7\0\0\5abcd", 8 },		/* shorter than it says */
		{ "\7\1\0\4\0\0\0\0", 8 },	/* a descriptor that is not there */
		{ "\7\0\0\4\0\0\0\0\7", 9 },	/* half a second message */
	};

	for (size_t i = 0; i < ARRAY_SIZE(packets); i++) {
		test.error = 0;
		test.received = 0;
		assert_int_equal(send(test.a.fd, packets[i].bytes, packets[i].len, 0),
		    packets[i].len);
		ipc_receive(&test.b, true);
		looptest_run();
		assert_int_equal(test.error, -EPROTO);
	}
}

/* More descriptors than messages account for: refused, and none stays open. */
static void
surplus_descriptors_are_closed(void **state UNUSED)
{
	unsigned before = looptest_open_fds();
	char bytes[] = "\7\0\0\4\0\0\0\0";
	union {
		char		buf[CMSG_SPACE(2 * sizeof(int))];
		struct cmsghdr	align;
	} control = { .buf = { 0 } };
	struct iovec iov = { bytes, sizeof(bytes) - 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.buf,
	    .msg_controllen = sizeof(control.buf) };
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	const int fds[2] = { 0, 0 };

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(cmsg), fds, sizeof(fds));
	assert_int_equal(sendmsg(test.a.fd, &msg, 0), sizeof(bytes) - 1);
	ipc_receive(&test.b, true);
	looptest_run();
	assert_int_equal(test.error, -EPROTO);
	assert_int_equal(looptest_open_fds(), before);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(messages_of_one_turn_share_a_packet),
		TEST(order_is_kept_under_back_pressure),
		TEST(descriptors_change_hands),
		TEST(descriptors_nobody_takes_are_closed),
		TEST(what_is_too_long_is_refused_and_closed),
		TEST(a_closed_peer_is_told),
		TEST(a_handler_may_refuse),
		TEST(malformed_packets_are_refused),
		TEST(surplus_descriptors_are_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
