/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/settings_environment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/url.h"

static const char *const username_variables[] = {
	"SOCKS_USERNAME", "SOCKS_USER", "SOCKS5_USER", NULL,
};

static const char *const password_variables[] = {
	"SOCKS_PASSWORD", "SOCKS_PASSWD", "SOCKS5_PASSWD", NULL,
};

/* Copies the first variable that is set and not empty into @to, else "": 0, or -EINVAL. */
static int
copy_first(const char *const *variables, char *to, size_t size)
{
	to[0] = '\0';
	for (; *variables != NULL; variables++) {
		const char *value = getenv(*variables);
		size_t n = value != NULL ? strlen(value) : 0;

		if (n == 0)
			continue;
		if (n >= size)
			return -EINVAL;
		memcpy(to, value, n + 1);
		return 0;
	}
	return 0;
}

int
settings_credentials(struct proxy *proxy, const char **why)
{
	if (proxy->username[0] == '\0' && copy_first(username_variables, proxy->username,
	    sizeof(proxy->username)) < 0) {
		*why = "the user name is longer than 255 bytes";
		return -EINVAL;
	}
	if (proxy->username[0] == '\0' || proxy->password[0] != '\0')
		return 0;
	if (copy_first(password_variables, proxy->password, sizeof(proxy->password)) < 0) {
		*why = "the password is longer than 255 bytes";
		return -EINVAL;
	}
	if (proxy->password[0] == '\0') {
		*why = "there is a user name but no password";
		return -EINVAL;
	}
	return 0;
}

bool
settings_proxy_loopback(void)
{
	const char *value = getenv(SETTINGS_LOOPBACK_VARIABLE);

	return value != NULL && value[0] != '\0';
}

/* A proxy behind a UNIX socket. */
static int
unix_server(struct settings *settings, struct host *server, const char *path, const char **why)
{
	size_t n = strlen(path);

	if ((path[0] != '/' && path[0] != '@') || n >= PROXY_PATH_SIZE) {
		*why = "SOCKS5_SERVER is not unix: and an absolute path of at most 107 bytes";
		return -EINVAL;
	}
	*server = (struct host){ .type = HOST_IP };
	settings->proxy_count = 1;
	memcpy(settings->proxies[0].path, path, n + 1);
	settings_route_all(settings, 0);
	return settings_credentials(&settings->proxies[0], why);
}

int
settings_from_environment(struct settings *settings, struct host *server, const char **why)
{
	const char *value = getenv("SOCKS5_SERVER");

	settings_init(settings);
	settings->proxy_loopback = settings_proxy_loopback();
	if (value == NULL || value[0] == '\0')
		return -ENOENT;
	if (strncmp(value, "unix:", 5) == 0)
		return unix_server(settings, server, value + 5, why);
	if (host_parse_port(server, value) < 0 || strpbrk(server->name, "/@: \t") != NULL) {
		*why = "SOCKS5_SERVER is not HOST:PORT";
		return -EINVAL;
	}
	if (server->endpoint.port == 0)
		server->endpoint.port = URL_SOCKS_PORT;
	settings->proxy_count = 1;
	settings->proxies[0].address_count = 1;
	settings_route_all(settings, 0);
	return settings_credentials(&settings->proxies[0], why);
}

void
settings_clear_environment(void)
{
	for (const char *const *v = password_variables; *v != NULL; v++)
		unsetenv(*v);
}
