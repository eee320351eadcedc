/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/settings_environment.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/url.h"
#include "libsocksify/no_proxy.h"
#include "libsocksify/settings_add.h"
#include "libsocksify/socksconf.h"

#define ROUTE_VARIABLE	"SOCKS_ROUTE_"

static const char *const username_variables[] = {
	"SOCKS_USERNAME", "SOCKS_USER", "SOCKS5_USER", NULL,
};

static const char *const password_variables[] = {
	"SOCKS_PASSWORD", "SOCKS_PASSWD", "SOCKS5_PASSWD", NULL,
};

/* Besides the passwords, what may hold a URL with one. */
static const char *const url_variables[] = {
	"HTTP_CONNECT_PROXY", "ALL_PROXY", "all_proxy", NULL,
};

/* In the order of Dante's choice: SOCKS_SERVER speaks 4 and 5, of which 5 can do more. */
static const struct {
	const char		*name;
	enum proxy_protocol	 protocol;
} server_variables[] = {
	{ "SOCKS4_SERVER", PROXY_SOCKS4 },
	{ "SOCKS5_SERVER", PROXY_SOCKS5 },
	{ "SOCKS_SERVER", PROXY_SOCKS5 },
};

/* The value of a variable that is set and not empty, or NULL. */
static const char *
variable(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

static const char *
first_variable(const char *const *names)
{
	const char *value = NULL;

	for (; *names != NULL && value == NULL; names++)
		value = variable(*names);
	return value;
}

static bool
is_yes(const char *value)
{
	return strcasecmp(value, "yes") == 0 || strcasecmp(value, "on") == 0 ||
	    strcmp(value, "1") == 0;
}

static bool
is_no(const char *value)
{
	return strcasecmp(value, "no") == 0 || strcasecmp(value, "off") == 0 ||
	    strcmp(value, "0") == 0;
}

bool
settings_proxy_loopback(void)
{
	return variable(SETTINGS_LOOPBACK_VARIABLE) != NULL;
}

bool
settings_wants_lan_routes(bool otherwise)
{
	const char *value = variable("SOCKS_AUTOADD_LANROUTES");

	if (value == NULL)
		return otherwise;
	return otherwise ? !is_no(value) : is_yes(value);
}

bool
settings_wants_fallback(void)
{
	const char *value = variable("SOCKS_DIRECTROUTE_FALLBACK");

	return value != NULL && is_yes(value);
}

const char *
settings_file_variable(void)
{
	return variable("SOCKS_CONF");
}

const char *
settings_username_variable(void)
{
	return first_variable(username_variables);
}

const char *
settings_password_variable(void)
{
	return first_variable(password_variables);
}

/* A proxy for everything. */
static int
add_proxy(struct settings *settings, struct proxy *proxy, const struct host *host)
{
	unsigned index;
	int error = settings_add_proxy(settings, proxy, host, &index);

	return error < 0 ? error : settings_route_all(settings, index);
}

static int
add_server(struct settings *settings, const char *name, const char *value,
    enum proxy_protocol protocol, const struct settings_report *report)
{
	struct proxy proxy = { .protocol = (uint8_t)protocol };
	struct host host = { .type = HOST_NONE };

	if (strncmp(value, "unix:", 5) == 0) {
		if (proxy_take_path(&proxy, value) < 0)
			return settings_fail(report, "%s is not unix:/PATH or unix:@NAME", name);
		return add_proxy(settings, &proxy, &host) < 0 ?
		    settings_fail(report, "%s is one proxy too many", name) : 0;
	}
	if (host_parse_port(&host, value) < 0 || strpbrk(host.name, "/@: \t\r\n") != NULL)
		return settings_fail(report, "%s is not HOST:PORT", name);
	if (host.endpoint.port == 0)
		host.endpoint.port = URL_SOCKS_PORT;
	if (add_proxy(settings, &proxy, &host) < 0)
		return settings_fail(report, "%s is one proxy too many", name);
	return 0;
}

static int
add_url(struct settings *settings, const char *name, const char *value, bool http,
    const struct settings_report *report)
{
	struct proxy proxy;
	struct url url;
	const char *why;
	int error = url_parse(&url, value, &why);

	if (error == -EPROTONOSUPPORT)
		error = settings_fail(report, "%s: %s proxies are not supported", name,
		    url.scheme);
	else if (error < 0)
		error = settings_fail(report, "%s is no proxy URL: %s", name, why);
	else if (http && url.kind != URL_HTTP)
		error = settings_fail(report, "%s does not start with http://", name);
	if (error == 0) {
		proxy_from_url(&proxy, &url);
		if (add_proxy(settings, &proxy, &url.host) < 0)
			error = settings_fail(report, "%s is one proxy too many", name);
		explicit_bzero(&proxy, sizeof(proxy));
	}
	explicit_bzero(&url, sizeof(url));
	return error;
}

static int
add_routes(struct settings *settings, const struct settings_report *report)
{
	char name[sizeof(ROUTE_VARIABLE) + 10];
	const char *value;

	for (unsigned i = 1;; i++) {
		snprintf(name, sizeof(name), ROUTE_VARIABLE "%u", i);
		value = variable(name);
		if (value == NULL)
			return 0;
		if (socksconf_parse_route(settings, name, value, report) < 0)
			return -EINVAL;
	}
}

int
settings_from_servers(struct settings *settings, const struct settings_report *report)
{
	const char *value;

	for (size_t i = 0; i < ARRAY_SIZE(server_variables); i++) {
		value = variable(server_variables[i].name);
		if (value != NULL && add_server(settings, server_variables[i].name, value,
		    server_variables[i].protocol, report) < 0)
			return -EINVAL;
	}
	value = variable("HTTP_CONNECT_PROXY");
	if (value != NULL && add_url(settings, "HTTP_CONNECT_PROXY", value, true, report) < 0)
		return -EINVAL;
	if (add_routes(settings, report) < 0)
		return -EINVAL;
	if (variable("UPNP_IGD") != NULL)
		settings_warn(report, "UPNP_IGD has no effect: UPnP is not supported");
	return settings->route_count == 0 ? -ENOENT : 0;
}

int
settings_from_all_proxy(struct settings *settings, const struct settings_report *report)
{
	static const char *const all[] = { "all_proxy", "ALL_PROXY", NULL };
	static const char *const none[] = { "no_proxy", "NO_PROXY", NULL };
	const char *value = first_variable(all);

	if (value == NULL)
		return -ENOENT;
	if (add_url(settings, "ALL_PROXY", value, false, report) < 0)
		return -EINVAL;
	value = first_variable(none);
	return value == NULL ? 0 : no_proxy_add(settings, value, report);
}

int
settings_from_logs(struct settings *settings, const struct settings_report *report)
{
	static const char *const options[][2] = {
		{ "SOCKS_DEBUG", "debug" },
		{ "SOCKS_LOGOUTPUT", "logoutput" },
		{ "SOCKS_ERRLOGOUTPUT", "errorlog" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		const char *value = variable(options[i][0]);

		if (value != NULL && socksconf_parse_option(settings, options[i][0],
		    options[i][1], value, report) < 0)
			return -EINVAL;
	}
	return 0;
}

/* What /proc/PID/environ shows goes, too: the janitor lives as long as the command. */
static void
wipe_variable(const char *name)
{
	char *value = getenv(name);

	if (value != NULL)
		explicit_bzero(value, strlen(value));
	unsetenv(name);
}

void
settings_clear_environment(void)
{
	char name[sizeof(ROUTE_VARIABLE) + 10];

	for (const char *const *v = password_variables; *v != NULL; v++)
		wipe_variable(*v);
	for (const char *const *v = url_variables; *v != NULL; v++) {
		if (getenv(*v) != NULL && strchr(getenv(*v), '@') != NULL)
			wipe_variable(*v);
	}
	for (unsigned i = 1;; i++) {
		snprintf(name, sizeof(name), ROUTE_VARIABLE "%u", i);
		if (getenv(name) == NULL)
			return;
		wipe_variable(name);
	}
}
