/* SPDX-License-Identifier: ISC */
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
#include <sys/resource.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/log.h"
#include "server/pipe_pool.h"

static int
teardown(void **state UNUSED)
{
	pipe_pool_fini();
	assert_int_equal(pipe_pool_count(), 0);
	pipe_pool_set_limit(PIPE_POOL_LIMIT);
	return 0;
}

static void
pipe_is_large_nonblocking_and_private(void **state UNUSED)
{
	struct pool_pipe *p = pipe_pool_get();
	char byte;

	assert_non_null(p);
	assert_true(fcntl(p->read_fd, F_GETPIPE_SZ) >= PIPE_POOL_PIPE_SIZE);
	assert_true(fcntl(p->read_fd, F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(p->write_fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(read(p->read_fd, &byte, 1), -1);
	assert_int_equal(errno, EAGAIN);
	pipe_pool_put(p);
}

static void
returned_pipe_is_used_again(void **state UNUSED)
{
	struct pool_pipe *p = pipe_pool_get();

	pipe_pool_put(p);
	assert_ptr_equal(pipe_pool_get(), p);
	assert_int_equal(pipe_pool_count(), 1);
	pipe_pool_put(p);
}

static void
pipe_with_bytes_is_closed(void **state UNUSED)
{
	struct pool_pipe *p = pipe_pool_get();
	int fd = p->read_fd;

	assert_int_equal(write(p->write_fd, "x", 1), 1);
	pipe_pool_discard(p);
	assert_int_equal(pipe_pool_count(), 0);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static void
limit_holds(void **state UNUSED)
{
	struct pool_pipe *p[3];

	pipe_pool_set_limit(2);
	p[0] = pipe_pool_get();
	p[1] = pipe_pool_get();
	assert_non_null(p[1]);
	assert_null(pipe_pool_get());
	pipe_pool_set_limit(3);
	p[2] = pipe_pool_get();
	assert_non_null(p[2]);
	pipe_pool_set_limit(1);
	for (unsigned i = 0; i < 3; i++)
		pipe_pool_put(p[i]);
	assert_int_equal(pipe_pool_count(), 1);
}

static void
few_are_kept_idle(void **state UNUSED)
{
	struct pool_pipe *p[PIPE_POOL_LIMIT];

	for (unsigned i = 0; i < ARRAY_SIZE(p); i++) {
		p[i] = pipe_pool_get();
		assert_non_null(p[i]);
	}
	for (unsigned i = 0; i < ARRAY_SIZE(p); i++)
		pipe_pool_put(p[i]);
	assert_in_range(pipe_pool_count(), 1, ARRAY_SIZE(p) / 2);
}

static void
refusal_of_the_system_is_no_failure(void **state UNUSED)
{
	struct rlimit old, none = { 0, 0 };

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	none.rlim_max = old.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_null(pipe_pool_get());
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_null(pipe_pool_get());	/* not asked again at once */
	pipe_pool_set_limit(PIPE_POOL_LIMIT);
	pipe_pool_put(pipe_pool_get());
	assert_int_equal(pipe_pool_count(), 1);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, teardown)
	const struct CMUnitTest tests[] = {
		TEST(pipe_is_large_nonblocking_and_private),
		TEST(returned_pipe_is_used_again),
		TEST(pipe_with_bytes_is_closed),
		TEST(limit_holds),
		TEST(few_are_kept_idle),
		TEST(refusal_of_the_system_is_no_failure),
	};

	log_open(&(struct log_place){ .facility = -1 }, &(struct log_place){ .facility = -1 });
	return cmocka_run_group_tests(tests, NULL, NULL);
}
