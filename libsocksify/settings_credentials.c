/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/settings_credentials.h"

#include <errno.h>
#include <string.h>

#include "libsocksify/settings_environment.h"

/* Copies @from, which may be NULL, where nothing is yet: 0, or -EINVAL and an error. */
static int
copy_missing(char to[256], const char *from, const char *what,
    const struct settings_report *report)
{
	size_t n = from == NULL ? 0 : strlen(from);

	if (to[0] != '\0' || n == 0)
		return 0;
	if (n > 255)
		return settings_fail(report, "the %s is longer than 255 bytes", what);
	memcpy(to, from, n + 1);
	return 0;
}

static bool
takes_password(const struct proxy *proxy)
{
	if (proxy->protocol == PROXY_SOCKS5)
		return proxy->methods == 0 || (proxy->methods & PROXY_METHOD_USERNAME) != 0;
	return proxy->protocol == PROXY_HTTP;
}

/* Whose password the environment has is not said: the user's own, then. */
static int
complete_username(struct proxy *proxy, const char *password, const char *login,
    const struct settings_report *report)
{
	if (proxy->protocol == PROXY_HTTP)
		return 0;
	if (copy_missing(proxy->username, settings_username_variable(), "user name", report) < 0)
		return -EINVAL;
	if (proxy->protocol != PROXY_SOCKS5 ||
	    (password == NULL && proxy->methods != PROXY_METHOD_USERNAME))
		return 0;
	return copy_missing(proxy->username, login, "login name", report);
}

static int
complete(struct settings *settings, struct proxy *proxy,
    const struct settings_credentials *credentials, const struct settings_report *report)
{
	const char *password = credentials->password != NULL ? credentials->password :
	    settings_password_variable();
	const char *name = settings_text(settings, proxy->name);

	if (proxy->protocol == PROXY_SOCKS5 && !takes_password(proxy)) {
		explicit_bzero(proxy->username, sizeof(proxy->username));
		explicit_bzero(proxy->password, sizeof(proxy->password));
		return 0;
	}
	if (complete_username(proxy, password, credentials->login, report) < 0)
		return -EINVAL;
	if (!takes_password(proxy) || (proxy->username[0] == '\0' &&
	    proxy->methods != PROXY_METHOD_USERNAME))
		return 0;
	if (proxy->username[0] == '\0')
		return settings_fail(report, "%s: there is no user name", name);
	if (copy_missing(proxy->password, password, "password", report) < 0)
		return -EINVAL;
	if (proxy->password[0] == '\0' && (credentials->ask == NULL ||
	    credentials->ask(settings, proxy) < 0))
		return settings_fail(report, "%s: there is a user name but no password", name);
	return 0;
}

int
settings_complete_credentials(struct settings *settings,
    const struct settings_credentials *credentials, const struct settings_report *report)
{
	for (uint32_t i = 0; i < settings->proxy_count; i++) {
		if (complete(settings, &settings->proxies[i], credentials, report) < 0)
			return -EINVAL;
	}
	return 0;
}
