/* SPDX-License-Identifier: ISC */
/*
 * Writes a file of settings as the launcher does, for tests of what the settings
 * can say and no command line says yet.
 *
 * makestate FILE WORD...
 *
 * proxy=NAME,HOST:PORT[,HOST:PORT...]   a proxy; proxy=NAME,unix:PATH another
 * login=USER:PASSWORD                   of the last proxy
 * protocol=NUMBER, methods=BITS         likewise
 * route=TO,N or route=TO,direct         TO is "any", NET/PREFIX[:PORT], .DOMAIN[:PORT] or
 *                                       NAME[:PORT]; N a proxy's number, from 0
 * timeout=S maxfail=N badexpire=S verbose=N loopback=N fallback=N   likewise called there
 * stderr                                the standard error of this program is a log
 * log=FILE errorlog=FILE                so is FILE; one for failures alone
 */
#define _GNU_SOURCE
#include <config.h>

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libsocksify/state.h"

static uint32_t
text(struct settings *s, const char *from)
{
	int error = 0;
	uint32_t at = settings_add_text(s, from, &error);

	if (error < 0)
		errx(1, "too much text");
	return at;
}

static struct endpoint
endpoint(const char *from)
{
	struct host host;

	if (host_parse_port(&host, from) < 0 || host.type != HOST_IP)
		errx(1, "%s is no address", from);
	return host.endpoint;
}

static void
add_proxy(struct settings *s, char *value)
{
	struct proxy *p = &s->proxies[s->proxy_count++];

	p->name = text(s, strsep(&value, ","));
	if (strncmp(value, "unix:", 5) == 0) {
		snprintf(p->path, sizeof(p->path), "%s", value + 5);
		return;
	}
	while (value != NULL)
		p->addresses[p->address_count++] = endpoint(strsep(&value, ","));
}

static void
add_login(struct settings *s, char *value)
{
	struct proxy *p = &s->proxies[s->proxy_count - 1];

	snprintf(p->username, sizeof(p->username), "%s", strsep(&value, ":"));
	snprintf(p->password, sizeof(p->password), "%s", value);
}

static void
add_route(struct settings *s, char *value)
{
	struct settings_route *r;
	char *to = strsep(&value, ","), *port = strrchr(to, ':'), *prefix = strchr(to, '/');

	settings_route_all(s, 0);
	r = &s->routes[s->route_count - 1];
	r->direct = strcmp(value, "direct") == 0;
	r->proxy = r->direct ? 0 : (uint16_t)atoi(value);
	if (port != NULL && (prefix == NULL || port > prefix)) {
		*port = '\0';
		r->to.port_op = PORT_EQ;
		r->to.port = (uint16_t)atoi(port + 1);
	}
	if (prefix != NULL) {
		*prefix = '\0';
		r->to.type = SETTINGS_NET;
		r->to.prefix = (uint8_t)atoi(prefix + 1);
		if (endpoint_parse_ip(&r->to.net, to) < 0)
			errx(1, "%s is no address", to);
	} else if (strcmp(to, "any") != 0) {
		r->to.type = to[0] == '.' ? SETTINGS_DOMAIN : SETTINGS_NAME;
		r->to.name = text(s, to);
	}
}

static void
add_log(struct settings *s, const char *file, bool errors)
{
	struct settings_log *log = &s->logs[s->log_count++];
	struct stat st;

	log->path = text(s, file);
	log->errors = errors;
	if (log->path != 0)
		return;
	if (fstat(STDERR_FILENO, &st) < 0)
		err(1, "standard error");
	log->device = st.st_dev;
	log->inode = st.st_ino;
}

static void
add_number(struct settings *s, const char *name, const char *value)
{
	struct proxy *p = &s->proxies[s->proxy_count > 0 ? s->proxy_count - 1 : 0];
	unsigned n = (unsigned)atoi(value);

	if (strcmp(name, "timeout") == 0)
		s->connect_timeout = n;
	else if (strcmp(name, "maxfail") == 0)
		s->route_maxfail = n;
	else if (strcmp(name, "badexpire") == 0)
		s->route_badexpire = n;
	else if (strcmp(name, "verbose") == 0)
		s->verbose = (uint8_t)n;
	else if (strcmp(name, "loopback") == 0)
		s->proxy_loopback = (uint8_t)n;
	else if (strcmp(name, "fallback") == 0)
		s->direct_fallback = (uint8_t)n;
	else if (strcmp(name, "protocol") == 0)
		p->protocol = (uint8_t)n;
	else if (strcmp(name, "methods") == 0)
		p->methods = (uint8_t)n;
	else
		errx(1, "%s is not known", name);
}

static void
add(struct settings *s, char *value)
{
	const char *name = strsep(&value, "=");

	if (strcmp(name, "stderr") == 0)
		add_log(s, "", false);
	else if (value == NULL)
		errx(1, "%s has no value", name);
	else if (strcmp(name, "proxy") == 0)
		add_proxy(s, value);
	else if (strcmp(name, "login") == 0)
		add_login(s, value);
	else if (strcmp(name, "route") == 0)
		add_route(s, value);
	else if (strcmp(name, "log") == 0)
		add_log(s, value, false);
	else if (strcmp(name, "errorlog") == 0)
		add_log(s, value, true);
	else
		add_number(s, name, value);
}

int
main(int argc, char **argv)
{
	struct state *state;
	int fd;

	if (argc < 2)
		return 2;
	fd = open(argv[1], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, sizeof(*state)) < 0)
		err(1, "%s", argv[1]);
	state = mmap(NULL, sizeof(*state), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (state == MAP_FAILED)
		err(1, "%s", argv[1]);
	state_init(state);
	settings_init(&state->settings);
	for (int i = 2; i < argc; i++)
		add(&state->settings, argv[i]);
	if (!settings_are_sound(&state->settings))
		errx(1, "the settings are not sound");
	return 0;
}
