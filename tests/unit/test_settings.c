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

#include "common/compiler.h"
#include "libsocksify/names.h"
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

static struct settings *
settings(void)
{
	return &state->settings;
}

static struct settings_route *
route(void)
{
	return &settings()->routes[0];
}

/* Each makes one number or one text unsound. */
static void
damage_counts(unsigned which)
{
	uint32_t *const counts[] = {
		&settings()->proxy_count, &settings()->route_count, &settings()->log_count,
		&settings()->text_used, &settings()->nameserver, &settings()->logs[0].path,
	};

	*counts[which] = which == 3 ? SETTINGS_TEXT + 1 : UINT32_MAX;
}

static void
damage_proxy(unsigned which)
{
	struct proxy *proxy = &settings()->proxies[0];

	switch (which) {
	case 0:
		proxy->protocol = PROXY_PROTOCOLS;
		break;
	case 1:
		proxy->address_count = SETTINGS_ADDRESSES + 1;
		break;
	case 2:
		proxy->name = settings()->text_used;
		break;
	case 3:
		proxy->addresses[0].family = 77;
		break;
	case 4:
		proxy->addresses[0].port = 0;
		break;
	case 5:
		memset(proxy->path, 'x', sizeof(proxy->path));
		break;
	case 6:
		memset(proxy->username, 'x', sizeof(proxy->username));
		break;
	case 7:
		memset(proxy->password, 'x', sizeof(proxy->password));
		break;
	case 8:
		/* At no address and at no path. */
		proxy->address_count = 0;
		break;
	case 9:
		proxy->methods = 8;
		break;
	}
}

static void
damage_route(unsigned which)
{
	switch (which) {
	case 0:
		route()->proxy = 1;
		break;
	case 1:
		route()->from.type = SETTINGS_ADDRESS_TYPES;
		break;
	case 2:
		route()->to.port_op = PORT_RANGE + 1;
		break;
	case 3:
		route()->to.name = UINT32_MAX;
		break;
	case 4:
		route()->to.prefix = 33;
		break;
	case 5:
		route()->to.net.family = AF_UNSPEC;
		break;
	case 6:
		route()->direct = 2;
		break;
	}
}

static void
damage_rest(unsigned which)
{
	struct settings *s = settings();

	switch (which) {
	case 0:
		s->text[0] = 'x';
		break;
	case 1:
		s->text[s->text_used - 1] = 'x';
		break;
	case 2:
		s->text_used = 0;
		break;
	case 3:
		s->names = NAMES_RESOLVED + 1;
		break;
	case 4:
		s->reserved4 = (struct endpoint){ .family = AF_INET6 };
		s->reserved4_prefix = 15;
		break;
	case 5:
		s->reserved6 = (struct endpoint){ .family = AF_INET6 };
		s->reserved6_prefix = 129;
		break;
	case 6:
		s->reserved4 = (struct endpoint){ .family = AF_INET };
		s->reserved4_prefix = 33;
		break;
	}
}

static void
test_damaged_settings(void **unused)
{
	static const struct {
		void		(*damage)(unsigned which);
		unsigned	count;
	} kinds[] = {
		{ damage_counts, 6 }, { damage_proxy, 10 }, { damage_route, 7 }, { damage_rest, 7 },
	};
	struct settings whole;
	int error = 0;

	(void)unused;
	settings()->log_count = 1;
	settings()->nameserver = settings_add_text(settings(), "192.0.2.53:53", &error);
	assert_int_equal(settings_route_all(settings(), 0), 0);
	route()->to = (struct settings_address){ .type = SETTINGS_NET, .prefix = 32,
		.net.family = AF_INET };
	assert_int_equal(outcome(), READY);
	whole = *settings();
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		for (unsigned which = 0; which < kinds[i].count; which++) {
			kinds[i].damage(which);
			if (outcome() != FAILED)
				fail_msg("damage %zu.%u is not seen", i, which);
			*settings() = whole;
		}
	}
	assert_int_equal(outcome(), READY);
}

/* Whatever bytes are there, none is taken that leads out of them. */
static void
test_random_damage(void **unused)
{
	static struct settings s;
	unsigned char *bytes = (unsigned char *)&s;
	uint32_t random = 1;
	volatile size_t sum = 0;

	(void)unused;
	assert_int_equal(settings_route_all(settings(), 0), 0);
	for (unsigned i = 0; i < 2000; i++) {
		s = *settings();
		for (unsigned n = 0; n < 4; n++) {
			random = random * 1664525 + 1013904223;
			bytes[(random >> 8) % sizeof(s)] = (unsigned char)(random >> 3);
			/* The counts, at the end of the tables, are more likely to be looked at. */
			bytes[offsetof(struct settings, proxy_count) + (random >> 16) % 64] ^=
			    (unsigned char)(random >> 24);
		}
		if (!settings_are_sound(&s))
			continue;
		for (uint32_t p = 0; p < s.proxy_count; p++)
			sum += strlen(settings_text(&s, s.proxies[p].name));
		for (uint32_t r = 0; r < s.route_count; r++) {
			assert_true(s.routes[r].direct || s.routes[r].proxy < s.proxy_count);
			sum += strlen(settings_text(&s, s.routes[r].to.name));
		}
		for (uint32_t l = 0; l < s.log_count; l++)
			sum += strlen(settings_text(&s, s.logs[l].path));
		sum += strlen(settings_text(&s, s.nameserver));
	}
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

/* With LD_PRELOAD alone: the library reads what the launcher would. */
static void
test_file(void **unused)
{
	static const char conf[] =
	    "route { from: 0/0 to: 0/0 via: 192.0.2.1 port = 1080 }\n";
	char path[sizeof(file) + 8];
	int fd;

	(void)unused;
	clearenv();
	strcpy(path, file);
	strcat(path, ".conf");
	setenv("SOCKS_CONF", path, 1);
	assert_int_equal(outcome(), FAILED);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, conf, sizeof(conf) - 1), sizeof(conf) - 1);
	assert_int_equal(outcome(), READY);
	assert_int_equal(write(fd, "route {\n", 8), 8);
	assert_int_equal(outcome(), FAILED);
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(outcome(), FAILED);
	close(fd);
	unlink(path);
	setenv("SOCKS_CONF", "/", 1);
	assert_int_equal(outcome(), FAILED);
	/* Any server variable: the file is not looked at. */
	setenv("SOCKS_SERVER", "192.0.2.1:1080", 1);
	assert_int_equal(outcome(), READY);
}

static void
test_hosts_alone(void **unused)
{
	(void)unused;
	clearenv();
	setenv("SOCKS5_SERVER", "localhost:1080", 1);
	assert_int_equal(outcome(), READY);
	setenv("SOCKS5_SERVER", "nowhere.invalid:1080", 1);
	assert_int_equal(outcome(), FAILED);
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
		cmocka_unit_test_setup_teardown(test_random_damage, setup, teardown),
		cmocka_unit_test_setup_teardown(test_environment, setup, teardown),
		cmocka_unit_test_setup_teardown(test_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hosts_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(test_names_survive, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
