/* SPDX-License-Identifier: ISC */
/* Where the settings come from, and what is refused: each case in a child of its own. */
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
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libsocksify/names.h"
#include "libsocksify/settings_environment.h"
#include "libsocksify/settings_load.h"
#include "libsocksify/state.h"

enum outcome {
	INERT,
	READY,
	FAILED,
};

static char file[] = "/tmp/test_settings.XXXXXX";
static struct state *state;

static int
setup(void **unused)
{
	int fd;

	(void)unused;
	strcpy(file, "/tmp/test_settings.XXXXXX");
	fd = mkstemp(file);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, sizeof(*state)), 0);
	state = mmap(NULL, sizeof(*state), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(state != MAP_FAILED);
	close(fd);
	state_init(state);
	settings_init(&state->settings);
	state->settings.proxy_count = 1;
	state->settings.proxies[0].address_count = 1;
	state->settings.proxies[0].addresses[0] = (struct endpoint){
		.family = AF_INET, .port = 1080, .ip = { 192, 0, 2, 9 } };
	strcpy(state->settings.proxies[0].username, "user");
	clearenv();
	setenv("SOCKSIFY_STATE", file, 1);
	return 0;
}

static int
teardown(void **unused)
{
	(void)unused;
	munmap(state, sizeof(*state));
	return unlink(file);
}

/* What settings_load() says in a fresh process. */
static enum outcome
outcome(void)
{
	const struct settings *s;
	bool failed;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		errno = 77;
		s = settings_load(&failed);
		if (errno != 77 || settings_load(&failed) != s)
			_exit(99);
		if (s == NULL && !failed)
			_exit(INERT);
		if (failed)
			_exit(s != NULL && s->proxy_count == 0 ? FAILED : 98);
		_exit(s->proxies[0].addresses[0].port == 1080 ? READY : 97);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return (enum outcome)WEXITSTATUS(status);
}

static void
test_state_file(void **unused)
{
	(void)unused;
	assert_int_equal(outcome(), READY);
	assert_int_equal(chmod(file, 0640), 0);
	assert_int_equal(outcome(), FAILED);
	assert_int_equal(chmod(file, 0600), 0);
	setenv("SOCKS5_SERVER", "192.0.2.1:1080", 1);
	setenv("SOCKSIFY_STATE", "/nonexistent/state", 1);
	assert_int_equal(outcome(), FAILED);
	setenv("SOCKSIFY_STATE", "/dev/null", 1);
	assert_int_equal(outcome(), FAILED);
	setenv("SOCKSIFY_STATE", "/tmp", 1);
	assert_int_equal(outcome(), FAILED);
}

static void
test_symbolic_link(void **unused)
{
	char link[sizeof(file) + 8];

	(void)unused;
	strcpy(link, file);
	strcat(link, ".link");
	assert_int_equal(symlink(file, link), 0);
	setenv("SOCKSIFY_STATE", link, 1);
	assert_int_equal(outcome(), FAILED);
	unlink(link);
}

static void
test_damaged_header(void **unused)
{
	(void)unused;
	state->version++;
	assert_int_equal(outcome(), FAILED);
	state->version--;
	state->size--;
	assert_int_equal(outcome(), FAILED);
	state->size++;
	state->magic[0]++;
	assert_int_equal(outcome(), FAILED);
	state->magic[0]--;
	assert_int_equal(outcome(), READY);
	assert_int_equal(truncate(file, 4096), 0);
	assert_int_equal(outcome(), FAILED);
}

static void
test_damaged_settings(void **unused)
{
	struct proxy *proxy = &state->settings.proxies[0];

	(void)unused;
	proxy->addresses[0].family = 77;
	assert_int_equal(outcome(), FAILED);
	proxy->addresses[0].family = AF_INET6;
	assert_int_equal(outcome(), READY);
	memset(proxy->username, 'x', sizeof(proxy->username));
	assert_int_equal(outcome(), FAILED);
	proxy->username[0] = '\0';
	memset(proxy->password, 'x', sizeof(proxy->password));
	assert_int_equal(outcome(), FAILED);
	proxy->password[0] = '\0';
	proxy->addresses[0].port = 0;
	assert_int_equal(outcome(), FAILED);
}

static void
test_environment(void **unused)
{
	char longest[257];

	(void)unused;
	clearenv();
	assert_int_equal(outcome(), INERT);
	setenv("SOCKS5_SERVER", "192.0.2.1", 1);
	assert_int_equal(outcome(), READY);
	setenv("SOCKS5_SERVER", "[2001:db8::1]:1080", 1);
	assert_int_equal(outcome(), READY);
	setenv("SOCKS_USERNAME", "user", 1);
	assert_int_equal(outcome(), FAILED);
	setenv("SOCKS5_PASSWD", "secret", 1);
	assert_int_equal(outcome(), READY);
	memset(longest, 'x', 256);
	longest[256] = '\0';
	setenv("SOCKS_PASSWORD", longest, 1);
	assert_int_equal(outcome(), FAILED);
	longest[255] = '\0';
	setenv("SOCKS_PASSWORD", longest, 1);
	assert_int_equal(outcome(), READY);
}

static void
test_credentials(void **unused)
{
	struct settings s;
	struct host server;
	const char *why;

	(void)unused;
	clearenv();
	assert_int_equal(settings_from_environment(&s, &server, &why), -ENOENT);
	setenv("SOCKS5_SERVER", "proxy.example:99", 1);
	setenv("SOCKS_USER", "second", 1);
	setenv("SOCKS5_USER", "third", 1);
	setenv("SOCKS_PASSWD", "secret", 1);
	assert_int_equal(settings_from_environment(&s, &server, &why), 0);
	assert_string_equal(server.name, "proxy.example");
	assert_int_equal(host_port(&server), 99);
	assert_string_equal(s.proxies[0].username, "second");
	assert_string_equal(s.proxies[0].password, "secret");
	settings_clear_environment();
	assert_null(getenv("SOCKS_PASSWD"));
	assert_int_equal(settings_from_environment(&s, &server, &why), -EINVAL);
	assert_non_null(strstr(why, "password"));
}

/* A name given in one process is known in one that maps the file later. */
static void
test_names_survive(void **unused)
{
	struct endpoint a;
	char name[HOST_NAME_MAX_LEN + 1];
	bool failed;
	int status;
	pid_t pid = fork();

	(void)unused;
	if (pid == 0)
		_exit(settings_load(&failed) == NULL || names_address("web.example", AF_INET, &a));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(endpoint_parse_ip(&a, "198.18.0.1"), 0);
	pid = fork();
	if (pid == 0)
		_exit(settings_load(&failed) == NULL || names_lookup(&a, name) < 0 ||
		    strcmp(name, "web.example") != 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_state_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_symbolic_link, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damaged_header, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damaged_settings, setup, teardown),
		cmocka_unit_test_setup_teardown(test_environment, setup, teardown),
		cmocka_unit_test_setup_teardown(test_credentials, setup, teardown),
		cmocka_unit_test_setup_teardown(test_names_survive, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
