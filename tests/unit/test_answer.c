/* SPDX-License-Identifier: ISC */
/* One answer, two versions: what each of them can say of a reply. */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/compiler.h"
#include "common/socks4.h"
#include "server/answer.h"

static void
check(uint8_t version, enum socks5_reply reply, const char *bound, const void *bytes, size_t len)
{
	uint8_t room[ANSWER_MAX];
	struct endpoint e = { 0 };
	struct writer w;

	if (bound != NULL) {
		assert_int_equal(endpoint_parse_ip(&e, bound), 0);
		e.port = 80;
	}
	writer_init(&w, room, sizeof(room));
	answer_build(&w, version, reply, &e);
	assert_false(w.bad);
	assert_int_equal(w.len, len);
	assert_memory_equal(room, bytes, len);
}

static void
socks5_says_why(void **state UNUSED)
{
	check(SOCKS5_VERSION, SOCKS5_SUCCEEDED, "192.0.2.1", "\5\0\0\1\300\0\2\1\0\120", 10);
	check(SOCKS5_VERSION, SOCKS5_SUCCEEDED, "::1",
	    "\5\0\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\120", 22);
	check(SOCKS5_VERSION, SOCKS5_HOST_UNREACHABLE, NULL, "\5\4\0\1\0\0\0\0\0\0", 10);
}

static void
socks4_says_whether(void **state UNUSED)
{
	check(SOCKS4_VERSION, SOCKS5_SUCCEEDED, "192.0.2.1", "\0\132\0\120\300\0\2\1", 8);
	check(SOCKS4_VERSION, SOCKS5_SUCCEEDED, "::1", "\0\132\0\120\0\0\0\0", 8);
	for (int reply = SOCKS5_GENERAL_FAILURE; reply < 256; reply++)
		check(SOCKS4_VERSION, (enum socks5_reply)reply, NULL, "\0\133\0\0\0\0\0\0", 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(socks5_says_why),
		cmocka_unit_test(socks4_says_whether),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
