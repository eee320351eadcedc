/* SPDX-License-Identifier: ISC */
/* The lines of a session are Dante's, word for word. */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/compiler.h"
#include "common/socks5.h"
#include "server/log.h"
#include "server/session_log.h"

static int log_fd;

/* What was logged since the last call, without the lines' prefixes. */
static const char *
logged(void)
{
	static char text[8192], stripped[8192];
	ssize_t n = pread(log_fd, text, sizeof(text) - 1, 0);
	char *to = stripped, *save, *line;

	assert_true(n >= 0);
	text[n] = '\0';
	assert_int_equal(ftruncate(log_fd, 0), 0);
	*to = '\0';
	for (line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
		const char *message = strstr(line, ": info: ");

		assert_non_null(message);
		to += sprintf(to, "%s\n", message + strlen(": info: "));
	}
	return stripped;
}

static int
set_up(void **state UNUSED)
{
	int fd = memfd_create("log", MFD_CLOEXEC);
	const struct log_place all = { { fd }, 1, -1 }, none = { .facility = -1 };

	log_fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (fcntl(fd, F_SETFL, O_APPEND) < 0)
		return -1;
	log_open(&all, &none);
	return log_fd < 0 ? -1 : 0;
}

static struct session
sample(void)
{
	struct session s = { .command = SOCKS5_CONNECT };

	endpoint_parse_ip(&s.client, "172.18.0.1");
	s.client.port = 51742;
	endpoint_parse_ip(&s.internal, "172.18.0.2");
	s.internal.port = 1080;
	endpoint_parse_ip(&s.external, "172.18.0.2");
	s.external.port = 51743;
	endpoint_parse_ip(&s.remote, "93.184.216.34");
	s.remote.port = 80;
	s.client_rule = (struct session_rule){ 1,
	    RULE_LOG_CONNECT | RULE_LOG_DISCONNECT | RULE_LOG_ERROR };
	s.socks_rule = (struct session_rule){ 2,
	    RULE_LOG_CONNECT | RULE_LOG_DISCONNECT | RULE_LOG_ERROR };
	return s;
}

static void
lines_are_dantes(void **state UNUSED)
{
	const struct session_bytes bytes = { 100, 20, 300, 21 };
	struct session s = sample();

	session_log_accept(&s, true);
	assert_string_equal(logged(),
	    "pass(1): tcp/accept [: 172.18.0.1.51742 172.18.0.2.1080\n");
	session_log_accept(&s, false);
	assert_string_equal(logged(),
	    "block(1): tcp/accept ]: 172.18.0.1.51742 172.18.0.2.1080\n");
	s.method = AUTH_USERNAME;
	strcpy(s.user, "bob");
	session_log_connect(&s);
	assert_string_equal(logged(), "pass(2): tcp/connect [: username%bob@172.18.0.1.51742 "
	    "172.18.0.2.1080 -> 172.18.0.2.51743 93.184.216.34.80\n");
	session_log_end(&s, &bytes, "remote peer closed", false, 4500);
	assert_string_equal(logged(),
	    "pass(2): tcp/connect ]: 100 -> username%bob@172.18.0.1.51742 172.18.0.2.1080 -> 20, "
	    "21 -> 172.18.0.2.51743 93.184.216.34.80 -> 300: remote peer closed.  "
	    "Session duration: 4s\n"
	    "pass(1): tcp/accept ]: 100 -> username%bob@172.18.0.1.51742 172.18.0.2.1080 -> 20: "
	    "remote peer closed.  Session duration: 4s\n");
}

/* What a SOCKS4 client says of itself is there, and not as if it had been proven. */
static void
a_user_id_is_no_method(void **state UNUSED)
{
	struct session s = sample();

	s.version = 4;
	strcpy(s.user, "fred");
	session_log_connect(&s);
	assert_string_equal(logged(), "pass(2): tcp/connect [: userid%fred@172.18.0.1.51742 "
	    "172.18.0.2.1080 -> 172.18.0.2.51743 93.184.216.34.80\n");
	strcpy(s.user, "x@192.0.2.1.5 192.0.2.2.1080\nblock(1)");
	session_log_negotiation(&s, "malformed request", 1);
	assert_string_equal(logged(), "block(1): tcp/accept ]: "
	    "userid%x@192.0.2.1.5\\s192.0.2.2.1080\\nblock(1)@172.18.0.1.51742 "
	    "172.18.0.2.1080: malformed request after 0.001 seconds\n");
}

static void
a_bind_begins_twice(void **state UNUSED)
{
	const struct session_bytes bytes = { 1, 2, 3, 4 };
	struct session s = sample();
	struct endpoint peer = s.remote;

	memset(&s.remote, 0, sizeof(s.remote));
	host_parse_port(&s.dst, "ftp.example:21");
	s.command = SOCKS5_BIND;
	session_log_connect(&s);
	assert_string_equal(logged(), "pass(2): tcp/bind [: 172.18.0.1.51742 172.18.0.2.1080 -> "
	    "172.18.0.2.51743 ftp.example.21\n");
	s.command = SESSION_BINDREPLY;
	s.remote = peer;
	session_log_connect(&s);
	assert_string_equal(logged(), "pass(2): tcp/bindreply [: 172.18.0.1.51742 "
	    "172.18.0.2.1080 -> 172.18.0.2.51743 93.184.216.34.80\n");
	session_log_end(&s, &bytes, "i/o timeout", false, 1000);
	assert_non_null(strstr(logged(), "pass(2): tcp/bindreply ]: 1 -> 172.18.0.1.51742 "));
}

static void
failures_name_what_was_asked_for(void **state UNUSED)
{
	struct session s = sample();

	memset(&s.remote, 0, sizeof(s.remote));
	memset(&s.external, 0, sizeof(s.external));
	host_parse_port(&s.dst, "no.such.example:80");
	session_log_failure(&s, "connect failed");
	assert_string_equal(logged(),
	    "block(2): tcp/connect ]: 172.18.0.1.51742 172.18.0.2.1080 -> 0.0.0.0.0 "
	    "no.such.example.80: connect failed\n"
	    "block(1): tcp/accept ]: 172.18.0.1.51742 172.18.0.2.1080: "
	    "request was not performed due to error: connect failed\n");
}

/* A name is the client's: it cannot end a line and begin one of its own. */
static void
names_cannot_forge_a_line(void **state UNUSED)
{
	struct session s = sample();
	const char *line;

	s.method = AUTH_USERNAME;
	strcpy(s.user, "a\nblock(1): b \x1b[2J");
	session_log_connect(&s);
	line = logged();
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	assert_null(strchr(line, '\x1b'));
	assert_null(strstr(line, "block(1): b"));

	s.method = AUTH_NONE;
	memset(&s.remote, 0, sizeof(s.remote));
	s.client_rule.log = 0;
	host_parse_port(&s.dst, "x:80");
	strcpy(s.dst.name, "x\nblock(1): b");
	session_log_failure(&s, "connect to x\nblock(1): b:80 failed");
	line = logged();
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	assert_non_null(strstr(line, ": connect to x\\nblock(1): b:80 failed\n"));
}

static void
only_the_words_of_the_rule_are_logged(void **state UNUSED)
{
	const struct session_bytes bytes = { 0, 0, 0, 0 };
	struct session s = sample();

	s.client_rule.log = RULE_LOG_ERROR;
	s.socks_rule.log = RULE_LOG_ERROR;
	session_log_accept(&s, true);
	session_log_connect(&s);
	session_log_block(&s);
	session_log_end(&s, &bytes, "local client closed", false, 0);
	assert_string_equal(logged(), "");
	session_log_end(&s, &bytes, "local client error (Connection reset by peer)", true, 0);
	assert_non_null(strstr(logged(), "local client error"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_dantes),
		cmocka_unit_test(a_bind_begins_twice),
		cmocka_unit_test(a_user_id_is_no_method),
		cmocka_unit_test(failures_name_what_was_asked_for),
		cmocka_unit_test(names_cannot_forge_a_line),
		cmocka_unit_test(only_the_words_of_the_rule_are_logged),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
