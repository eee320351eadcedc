/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/launch_proxy.h"

#include <errno.h>
#include <netdb.h>
#include <pwd.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/url.h"
#include "libsocksify/launch_message.h"
#include "libsocksify/launch_password.h"
#include "libsocksify/settings_add.h"
#include "libsocksify/settings_environment.h"
#include "libsocksify/settings_find.h"
#include "libsocksify/state.h"

static void
warn(const char *message)
{
	launch_complain("%s", message);
}

void
launch_request_init(struct launch_request *request)
{
	*request = (struct launch_request){ .password_fd = -1 };
}

/* The addresses of a name, of both families, in the order that the resolver prefers. */
static int
resolve(const char *name, struct endpoint *list, unsigned max,
    const struct settings_report *report)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG };
	struct addrinfo *found;
	unsigned n = 0;
	int rc = getaddrinfo(name, NULL, &hints, &found);

	if (rc != 0)
		return settings_fail(report, "proxy %s: %s", name, gai_strerror(rc));
	for (const struct addrinfo *a = found; a != NULL && n < max; a = a->ai_next) {
		if (endpoint_from_sockaddr(&list[n], a->ai_addr, a->ai_addrlen) == 0)
			n++;
	}
	freeaddrinfo(found);
	return (int)n;
}

/* Also of what is no URL for the lack of a scheme. */
static void
hide_credentials(char *text)
{
	char *at = strrchr(text, '@');

	if (strstr(text, "://") != NULL)
		url_hide_credentials(text);
	else if (at != NULL)
		memset(text, '*', (size_t)(at - text));
}

static int
take_url(struct settings *settings, char *text, const struct settings_report *report)
{
	struct proxy proxy;
	struct url url;
	const char *why;
	unsigned index;
	int error = url_parse(&url, text, &why);

	hide_credentials(text);
	if (error == -EPROTONOSUPPORT)
		error = settings_fail(report, "%s: %s proxies are not supported, only socks5, "
		    "socks5h, socks4, socks4a and http", text, url.scheme);
	else if (error < 0)
		error = settings_fail(report, "%s is no proxy URL: %s", text, why);
	if (error == 0) {
		proxy_from_url(&proxy, &url);
		error = settings_add_proxy(settings, &proxy, &url.host, &index);
		explicit_bzero(&proxy, sizeof(proxy));
	}
	if (error == 0)
		error = settings_route_all(settings, index);
	explicit_bzero(&url, sizeof(url));
	return error;
}

/* All but what needs a resolver or a password. */
static int
gather(struct settings *settings, const struct launch_request *request,
    const struct settings_report *report)
{
	int error;

	if (request->url_count > 1)
		return settings_fail(report, "one -p only: a chain of proxies is not supported");
	if (request->url_count == 1 && request->config != NULL)
		return settings_fail(report, "-p and -c exclude each other");
	if (request->url_count == 1)
		return take_url(settings, request->urls[0], report);
	error = settings_find(settings, request->config, true, report);
	if (error == -ENOENT)
		error = settings_fail(report, "no proxy is configured: use -p socks5://HOST:PORT "
		    "or -c FILE, or set SOCKS5_SERVER; see socksify(1)");
	return error;
}

static int
finish(struct settings *settings, const struct launch_request *request,
    const struct settings_report *report)
{
	char password[LAUNCH_PASSWORD_SIZE] = "";
	const struct passwd *user = getpwuid(getuid());
	struct settings_credentials credentials = {
		.login = user != NULL ? user->pw_name : NULL, .ask = launch_ask_password,
	};
	int error = 0;

	if (request->password_file != NULL || request->password_fd >= 0) {
		credentials.password = password;
		error = launch_read_password(request->password_file, request->password_fd,
		    password);
	}
	if (error == 0) {
		error = settings_finish(settings, &credentials, resolve, report);
		if (error < 0)
			launch_complain("%s", report->error);
	}
	explicit_bzero(password, sizeof(password));
	return error < 0 ? -1 : 0;
}

int
launch_apply_options(struct settings *settings, const struct launch_request *request)
{
	unsigned verbose = request->verbose < UINT8_MAX ? request->verbose : UINT8_MAX;
	const char *why;

	if (request->proxy_loopback)
		settings->proxy_loopback = 1;
	if (verbose > settings->verbose)
		settings->verbose = (uint8_t)verbose;
	if (verbose > 0 && settings_add_log(settings, "", false) < 0)
		return launch_fail("-v is one place too many for logs");
	for (unsigned i = 0; i < request->range_count; i++) {
		if (i == 0) {
			settings->reserved4_prefix = 0;
			settings->reserved6_prefix = 0;
		}
		if (settings_add_range(settings, request->ranges[i], &why) < 0)
			return launch_fail("--reserved %s: expected %s", request->ranges[i], why);
	}
	return 0;
}

int
launch_find_settings(struct settings *settings, struct launch_request *request)
{
	char error[512] = "";
	const struct settings_report report = {
		.warn = warn, .error = error, .error_size = sizeof(error),
	};
	int rc;

	settings_init(settings);
	if (gather(settings, request, &report) < 0)
		rc = launch_fail("%s", error);
	else if (launch_apply_options(settings, request) < 0)
		rc = -1;
	else
		rc = finish(settings, request, &report);
	settings_clear_environment();
	if (request->password_fd > STDERR_FILENO)
		close(request->password_fd);
	request->password_fd = -1;
	return rc;
}

int
launch_outer_settings(struct settings *settings, const struct launch_request *request,
    const char *path)
{
	struct state *state;
	int error = state_attach(path, &state);

	if (error < 0)
		return launch_fail("%s: %s", path, strerror(-error));
	*settings = state->settings;
	munmap(state, sizeof(*state));
	if (!settings_are_sound(settings))
		return launch_fail("%s: damaged", path);
	return launch_apply_options(settings, request);
}
