/* SPDX-License-Identifier: ISC */
/* Where settings come from, and what makes them whole. */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/compiler.h"
#include "libsocksify/no_proxy.h"
#include "libsocksify/settings_add.h"
#include "libsocksify/settings_environment.h"
#include "libsocksify/settings_find.h"

static struct settings settings;
static char error[512], warnings[1024], file[] = "/tmp/test_settings_find.XXXXXX";

static void
warn(const char *message)
{
	strcat(warnings, message);
	strcat(warnings, "\n");
}

static const struct settings_report report = {
	.warn = warn, .error = error, .error_size = sizeof(error),
};

static int
setup(void **unused)
{
	(void)unused;
	clearenv();
	setenv("SOCKS_AUTOADD_LANROUTES", "no", 1);
	return 0;
}

static void
write_file(const char *text)
{
	FILE *f = fopen(file, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

/* One address for a name of one letter, three for "many", none for "none". */
static int
resolve(const char *name, struct endpoint *list, unsigned max, const struct settings_report *r)
{
	int n = strcmp(name, "many") == 0 ? 3 : strcmp(name, "none") == 0 ? 0 : 1;

	assert_true(max == SETTINGS_ADDRESSES);
	if (strcmp(name, "fails") == 0)
		return settings_fail(r, "%s fails", name);
	for (int i = 0; i < n; i++) {
		list[i] = (struct endpoint){ .family = AF_INET, .ip = { 192, 0, 2 } };
		list[i].ip[3] = (uint8_t)(1 + i);
	}
	return n;
}

static int
find(const char *config)
{
	error[0] = warnings[0] = '\0';
	settings_init(&settings);
	return settings_find(&settings, config, true, &report);
}

static int
finish(const struct settings_credentials *credentials)
{
	static const struct settings_credentials none;

	return settings_finish(&settings, credentials != NULL ? credentials : &none, resolve, &report);
}

static const struct proxy *
proxy(unsigned i)
{
	assert_true(i < settings.proxy_count);
	return &settings.proxies[i];
}

static const char *
proxy_name(unsigned i)
{
	return settings_text(&settings, proxy(i)->name);
}

/* Each place hides those behind it. */
static void
test_precedence(void **unused)
{
	(void)unused;
	assert_int_equal(find(NULL), -ENOENT);
	setenv("all_proxy", "socks4a://all", 1);
	setenv("ALL_PROXY", "socks5://unused", 1);
	assert_int_equal(find(NULL), 0);
	assert_string_equal(proxy_name(0), "all:1080");
	assert_int_equal(proxy(0)->protocol, PROXY_SOCKS4A);
	write_file("route { from: 0/0 to: 0/0 via: conf }");
	setenv("SOCKS_CONF", file, 1);
	assert_int_equal(find(NULL), 0);
	assert_string_equal(proxy_name(0), "conf:1080");
	setenv("SOCKS_ROUTE_1", "from: 0/0 to: 0/0 via: route", 1);
	assert_int_equal(find(NULL), 0);
	assert_string_equal(proxy_name(0), "route:1080");
	assert_int_equal(settings.proxy_count, 1);
	write_file("route { from: 0/0 to: 0/0 via: option }");
	assert_int_equal(find(file), 0);
	assert_string_equal(proxy_name(0), "option:1080");
}

static void
test_servers(void **unused)
{
	(void)unused;
	setenv("HTTP_CONNECT_PROXY", "http://h4:3128/", 1);
	setenv("SOCKS_SERVER", "h3:3", 1);
	setenv("SOCKS5_SERVER", "[2001:db8::1]:2", 1);
	setenv("SOCKS4_SERVER", "h1", 1);
	setenv("SOCKS_ROUTE_1", "from: 0/0 to: .x via: direct", 1);
	setenv("SOCKS_ROUTE_2", "from: 0/0 to: 0/0 via: h5", 1);
	setenv("SOCKS_ROUTE_4", "not looked at", 1);
	setenv("UPNP_IGD", "eth0", 1);
	assert_int_equal(find(NULL), 0);
	assert_string_equal(warnings, "UPNP_IGD has no effect: UPnP is not supported\n");
	assert_int_equal(settings.route_count, 6);
	assert_int_equal(settings.proxy_count, 5);
	assert_string_equal(proxy_name(0), "h1:1080");
	assert_int_equal(proxy(0)->protocol, PROXY_SOCKS4);
	assert_string_equal(proxy_name(1), "[2001:db8::1]:2");
	assert_int_equal(proxy(1)->protocol, PROXY_SOCKS5);
	assert_string_equal(proxy_name(2), "h3:3");
	assert_int_equal(proxy(2)->protocol, PROXY_SOCKS5);
	assert_string_equal(proxy_name(3), "h4:3128");
	assert_int_equal(proxy(3)->protocol, PROXY_HTTP);
	assert_int_equal(finish(NULL), 0);
	assert_true(settings_are_sound(&settings));
	assert_int_equal(settings.routes[0].direct, 1);
	assert_int_equal(settings.routes[1].proxy, 0);
	assert_int_equal(settings.routes[5].proxy, 3);
}

static void
test_errors(void **unused)
{
	static const struct {
		const char *name, *value, *error;
	} cases[] = {
		{ "SOCKS5_SERVER", "h:0x", "SOCKS5_SERVER is not HOST:PORT" },
		{ "SOCKS4_SERVER", "socks4://h", "SOCKS4_SERVER is not HOST:PORT" },
		{ "SOCKS_SERVER", "unix:/", "SOCKS_SERVER is not unix:/PATH or unix:@NAME" },
		{ "SOCKS5_SERVER", "unix:x", "SOCKS5_SERVER is not unix:/PATH or unix:@NAME" },
		{ "SOCKS_SERVER", "u@h:1", "SOCKS_SERVER is not HOST:PORT" },
		{ "HTTP_CONNECT_PROXY", "socks5://h", "HTTP_CONNECT_PROXY does not start with http://" },
		{ "HTTP_CONNECT_PROXY", "h:1", "HTTP_CONNECT_PROXY is no proxy URL: it does not start "
		    "with socks5://" },
		{ "ALL_PROXY", "https://u:secret@h", "ALL_PROXY: https proxies are not supported" },
		{ "SOCKS_ROUTE_1", "from: 0/0 to: 0/0", "SOCKS_ROUTE_1:1: at the end of the file: "
		    "expected \"via: …\" in the route of line 1" },
		{ "SOCKS_CONF", "/nonexistent/f", "/nonexistent/f: No such file or directory" },
		{ "SOCKS_CONF", "/", "/: Is a directory" },
		{ "SOCKS_CONF", "/dev/null", "/dev/null: there is no route in it, so nothing could be "
		    "reached" },
		{ "SOCKS_CONF", "/dev/zero", "/dev/zero: File too large" },
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		setup(NULL);
		setenv(cases[i].name, cases[i].value, 1);
		assert_int_equal(find(NULL), -EINVAL);
		assert_string_equal(error, cases[i].error);
	}
}

/* Dante connects directly with a file that has no route; here somebody has to ask for that. */
static void
test_fallback(void **unused)
{
	(void)unused;
	setenv("SOCKS_CONF", "/dev/null", 1);
	setenv("SOCKS_DIRECTROUTE_FALLBACK", "yes", 1);
	assert_int_equal(find(NULL), 0);
	assert_int_equal(settings.direct_fallback, 1);
	setenv("SOCKS_DIRECTROUTE_FALLBACK", "no", 1);
	assert_int_equal(find(NULL), -EINVAL);
}

static void
test_logs(void **unused)
{
	char cwd[4096], path[4200];
	struct stat st;

	(void)unused;
	setenv("SOCKS5_SERVER", "h", 1);
	setenv("SOCKS_DEBUG", "1", 1);
	setenv("SOCKS_LOGOUTPUT", "stderr log /x", 1);
	setenv("SOCKS_ERRLOGOUTPUT", "errors", 1);
	assert_int_equal(find(NULL), 0);
	assert_int_equal(finish(NULL), 0);
	assert_int_equal(settings.verbose, 1);
	assert_int_equal(settings.log_count, 4);
	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	assert_true(settings.logs[0].device == st.st_dev && settings.logs[0].inode == st.st_ino);
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	snprintf(path, sizeof(path), "%s/log", cwd);
	assert_string_equal(settings_text(&settings, settings.logs[1].path), path);
	assert_string_equal(settings_text(&settings, settings.logs[2].path), "/x");
	assert_int_equal(settings.logs[3].errors, 1);
	setenv("SOCKS_DEBUG", "much", 1);
	assert_int_equal(find(NULL), 0);
	assert_int_equal(finish(NULL), -EINVAL);
	assert_string_equal(error, "SOCKS_DEBUG:1: near \"much\": expected a number for debug");
}

static void
test_no_proxy(void **unused)
{
	static const struct {
		const char *list, *described;
	} cases[] = {
		{ "", "" }, { " , ,", "" }, { "*", "any" }, { "example.com", ".example.com" },
		{ ".example.com", ".example.com" }, { "*.example.com", ".example.com" },
		{ "a,b c\td", ".a .b .c .d" }, { "localhost:8080", ".localhost=8080" },
		{ "192.0.2.1", "192.0.2.1/32" }, { "192.0.2.0/24", "192.0.2.0/24" },
		{ "192.0.2.1:80", "192.0.2.1/32=80" }, { "2001:db8::1", "2001:db8::1/128" },
		{ "[2001:db8::1]", "2001:db8::1/128" }, { "[2001:db8::1]:443", "2001:db8::1/128=443" },
		{ "fd00::/8", "fd00::/8" }, { "::ffff:192.0.2.1", "192.0.2.1/32" },
		/* What is none of these is left out: it goes by the proxy. */
		{ "10.0.0.0/33", "" }, { "<local>", "" }, { "a/8", "" }, { "h:99999", "" },
		{ "[::1", "" }, { ".", "" }, { "10.0.0.0/x,b", ".b" },
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char text[256] = "", ip[ENDPOINT_TEXT_SIZE];

		warnings[0] = '\0';
		settings_init(&settings);
		assert_int_equal(no_proxy_add(&settings, cases[i].list, &report), 0);
		for (uint32_t n = 0; n < settings.route_count; n++) {
			const struct settings_address *a = &settings.routes[n].to;
			size_t at = strlen(text);

			assert_true(settings.routes[n].direct && settings.routes[n].automatic);
			if (a->type == SETTINGS_NET)
				sprintf(text + at, " %s/%u", endpoint_format_ip(&a->net, ip), a->prefix);
			else
				sprintf(text + at, " %s", a->type == SETTINGS_ANY ? "any" :
				    settings_text(&settings, a->name));
			if (a->port_op == PORT_EQ)
				sprintf(text + strlen(text), "=%u", a->port);
		}
		assert_string_equal(text[0] == ' ' ? text + 1 : text, cases[i].described);
		assert_true(cases[i].described[0] != '\0' || warnings[0] != '\0' ||
		    strspn(cases[i].list, ", ") == strlen(cases[i].list));
	}
}

static void
test_no_proxy_applies(void **unused)
{
	(void)unused;
	setenv("ALL_PROXY", "http://u:p@h", 1);
	setenv("NO_PROXY", "unused.example", 1);
	setenv("no_proxy", "a.example,10.0.0.0/8", 1);
	assert_int_equal(find(NULL), 0);
	assert_int_equal(finish(NULL), 0);
	assert_int_equal(settings.route_count, 3);
	assert_int_equal(settings.routes[0].direct, 1);
	assert_int_equal(settings.routes[1].direct, 1);
	assert_int_equal(settings.routes[2].proxy, 0);
	assert_string_equal(proxy(0)->username, "u");
	/* Of curl's, not of Dante's. */
	setenv("SOCKS5_SERVER", "h", 1);
	assert_int_equal(find(NULL), 0);
	assert_int_equal(settings.route_count, 1);
}

static void
test_lan_routes(void **unused)
{
	(void)unused;
	unsetenv("SOCKS_AUTOADD_LANROUTES");
	setenv("SOCKS5_SERVER", "h", 1);
	assert_int_equal(find(NULL), 0);
	assert_int_equal(settings.route_count, 1);
	setenv("SOCKS_AUTOADD_LANROUTES", "yes", 1);
	assert_int_equal(find(NULL), 0);
	assert_true(settings.route_count >= 1);
	for (uint32_t i = 1; i < settings.route_count; i++) {
		const struct settings_route *r = &settings.routes[i];

		assert_true(r->direct && r->automatic && r->to.type == SETTINGS_NET);
		assert_true(r->to.prefix > 0 && r->to.prefix <= 32);
		assert_false(endpoint_is_loopback(&r->to.net));
	}
	/* Ours and curl's ways have none. */
	unsetenv("SOCKS5_SERVER");
	setenv("ALL_PROXY", "socks5://h", 1);
	assert_int_equal(find(NULL), 0);
	assert_int_equal(settings.route_count, 1);
	unsetenv("SOCKS_AUTOADD_LANROUTES");
}

static void
test_resolve(void **unused)
{
	(void)unused;
	setenv("SOCKS5_SERVER", "many:99", 1);
	assert_int_equal(find(NULL), 0);
	assert_int_equal(finish(NULL), 0);
	assert_int_equal(proxy(0)->address_count, 3);
	assert_int_equal(proxy(0)->addresses[2].ip[3], 3);
	assert_int_equal(proxy(0)->addresses[2].port, 99);
	setenv("SOCKS5_SERVER", "none:99", 1);
	assert_int_equal(find(NULL), 0);
	assert_int_equal(finish(NULL), -EINVAL);
	assert_string_equal(error, "none:99 has no address");
	setenv("SOCKS5_SERVER", "fails", 1);
	assert_int_equal(find(NULL), 0);
	assert_int_equal(finish(NULL), -EINVAL);
	assert_string_equal(error, "fails fails");
	unsetenv("SOCKS5_SERVER");
	setenv("ALL_PROXY", "socks5://unix:/run/socks", 1);
	assert_int_equal(find(NULL), 0);
	assert_int_equal(finish(NULL), 0);
	assert_int_equal(proxy(0)->address_count, 0);
	assert_string_equal(proxy(0)->path, "/run/socks");
	setenv("SOCKS4_SERVER", "unix:@socks", 1);
	assert_int_equal(find(NULL), 0);
	assert_int_equal(finish(NULL), 0);
	assert_string_equal(proxy(0)->path, "@socks");
	assert_string_equal(proxy_name(0), "unix:@socks");
	assert_int_equal(proxy(0)->protocol, PROXY_SOCKS4);
	assert_true(settings_are_sound(&settings));
}

static void
test_gssapi(void **unused)
{
	(void)unused;
	setenv("SOCKS_ROUTE_1", "from: 0/0 to: 0/0 via: h method: gssapi none", 1);
	assert_int_equal(find(NULL), 0);
	assert_int_equal(finish(NULL), 0);
	setenv("SOCKS_ROUTE_1", "from: 0/0 to: 0/0 via: h method: gssapi", 1);
	assert_int_equal(find(NULL), 0);
	assert_int_equal(proxy(0)->methods, PROXY_METHOD_GSSAPI);
	assert_int_equal(finish(NULL), -EINVAL);
	assert_string_equal(error, "h:1080: GSS-API is not built in");
}

static int
answer(const struct settings *s, struct proxy *p)
{
	(void)s;
	strcpy(p->password, "asked");
	return 0;
}

static int
no_answer(const struct settings *s, struct proxy *p)
{
	(void)s;
	(void)p;
	return -ENOTTY;
}

static void
test_credentials(void **unused)
{
	/* "": not set. What is given besides the proxy, and what becomes of it. */
	static const struct {
		const char *url, *user, *password, *given;
		int (*ask)(const struct settings *, struct proxy *);
		const char *methods, *expected_user, *expected_password;
	} cases[] = {
		{ "socks5://h", "", "", NULL, NULL, "", "", "" },
		{ "socks5://h", "u", "p", NULL, NULL, "", "u", "p" },
		{ "socks5://h", "u", "p", "file", NULL, "", "u", "file" },
		{ "socks5://h", "u", "", NULL, answer, "", "u", "asked" },
		{ "socks5://h", "u", "", NULL, no_answer, "", NULL, NULL },
		{ "socks5://h", "u", "", NULL, NULL, "", NULL, NULL },
		{ "socks5://h", "", "p", NULL, NULL, "", "login", "p" },
		{ "socks5://h", "", "", "file", NULL, "", "login", "file" },
		{ "socks5://a@h", "u", "p", NULL, NULL, "", "a", "p" },
		{ "socks5://a:b@h", "u", "p", "file", NULL, "", "a", "b" },
		{ "socks5://h", "u", "p", NULL, NULL, "none", "", "" },
		{ "socks5://h", "", "", NULL, answer, "username", "login", "asked" },
		{ "socks5://h", "", "", NULL, NULL, "username", NULL, NULL },
		{ "socks5://h", "", "", NULL, NULL, "none username", "", "" },
		{ "socks4://h", "u", "p", NULL, NULL, "", "u", "" },
		{ "socks4://h", "", "p", NULL, NULL, "", "", "" },
		{ "socks4a://a@h", "u", "", NULL, NULL, "", "a", "" },
		{ "http://h", "u", "p", NULL, NULL, "", "", "" },
		{ "http://a@h", "u", "p", NULL, NULL, "", "a", "p" },
		{ "http://a@h", "", "", NULL, NULL, "", NULL, NULL },
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct settings_credentials credentials = {
			.password = cases[i].given, .login = "login", .ask = cases[i].ask };
		char route[128];

		snprintf(route, sizeof(route), "from: 0/0 to: 0/0 via: %s %s%s", cases[i].url,
		    cases[i].methods[0] == '\0' ? "" : "method: ", cases[i].methods);
		setenv("SOCKS_ROUTE_1", route, 1);
		setenv("SOCKS_USER", cases[i].user, 1);
		setenv("SOCKS_PASSWD", cases[i].password, 1);
		assert_int_equal(find(NULL), 0);
		if (cases[i].expected_user == NULL) {
			assert_int_equal(finish(&credentials), -EINVAL);
			assert_string_equal(strstr(error, ": "),
			    ": there is a user name but no password");
			continue;
		}
		assert_int_equal(finish(&credentials), 0);
		assert_string_equal(proxy(0)->username, cases[i].expected_user);
		assert_string_equal(proxy(0)->password, cases[i].expected_password);
	}
}

static void
test_credential_variables(void **unused)
{
	char longest[257];

	(void)unused;
	setenv("SOCKS5_SERVER", "h", 1);
	setenv("SOCKS_USERNAME", "", 1);
	setenv("SOCKS5_USER", "third", 1);
	setenv("SOCKS_USER", "second", 1);
	setenv("SOCKS5_PASSWD", "secret", 1);
	assert_int_equal(find(NULL), 0);
	assert_int_equal(finish(NULL), 0);
	assert_string_equal(proxy(0)->username, "second");
	assert_string_equal(proxy(0)->password, "secret");
	memset(longest, 'x', 256);
	longest[256] = '\0';
	setenv("SOCKS_USERNAME", longest, 1);
	assert_int_equal(find(NULL), 0);
	assert_int_equal(finish(NULL), -EINVAL);
	assert_string_equal(error, "the user name is longer than 255 bytes");
	unsetenv("SOCKS_USERNAME");
	setenv("SOCKS_PASSWORD", longest, 1);
	assert_int_equal(find(NULL), 0);
	assert_int_equal(finish(NULL), -EINVAL);
	assert_string_equal(error, "the password is longer than 255 bytes");
}

/* What held a password is gone, the rest stays. */
static void
test_clear(void **unused)
{
	(void)unused;
	setenv("SOCKS_PASSWORD", "x", 1);
	setenv("SOCKS_PASSWD", "x", 1);
	setenv("SOCKS5_PASSWD", "x", 1);
	setenv("ALL_PROXY", "socks5://u:p@h", 1);
	setenv("all_proxy", "socks5://h", 1);
	setenv("HTTP_CONNECT_PROXY", "http://u:p@h", 1);
	setenv("SOCKS_ROUTE_1", "x", 1);
	setenv("SOCKS_ROUTE_2", "x", 1);
	setenv("SOCKS_USER", "u", 1);
	settings_clear_environment();
	assert_null(getenv("SOCKS_PASSWORD"));
	assert_null(getenv("SOCKS_PASSWD"));
	assert_null(getenv("SOCKS5_PASSWD"));
	assert_null(getenv("ALL_PROXY"));
	assert_null(getenv("HTTP_CONNECT_PROXY"));
	assert_null(getenv("SOCKS_ROUTE_1"));
	assert_null(getenv("SOCKS_ROUTE_2"));
	assert_non_null(getenv("all_proxy"));
	assert_non_null(getenv("SOCKS_USER"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_precedence, setup),
		cmocka_unit_test_setup(test_servers, setup),
		cmocka_unit_test_setup(test_errors, setup),
		cmocka_unit_test_setup(test_fallback, setup),
		cmocka_unit_test_setup(test_logs, setup),
		cmocka_unit_test_setup(test_no_proxy, setup),
		cmocka_unit_test_setup(test_no_proxy_applies, setup),
		cmocka_unit_test_setup(test_lan_routes, setup),
		cmocka_unit_test_setup(test_resolve, setup),
		cmocka_unit_test_setup(test_gssapi, setup),
		cmocka_unit_test_setup(test_credentials, setup),
		cmocka_unit_test_setup(test_credential_variables, setup),
		cmocka_unit_test_setup(test_clear, setup),
	};
	int fd = mkstemp(file), rc;

	if (fd < 0)
		return 1;
	close(fd);
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(file);
	return rc;
}
