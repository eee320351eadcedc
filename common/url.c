/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "common/url.h"

#include <errno.h>
#include <string.h>

#include "common/compiler.h"

#define LETTERS		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define SCHEME_CHARS	LETTERS "0123456789+-."	/* RFC 3986 section 3.1 */

/* A piece of the URL's text, not ended by NUL. */
struct span {
	const char	*at;
	size_t		 len;
};

static int
fail(const char **why, const char *text)
{
	*why = text;
	return -EINVAL;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Percent-decodes @from into @to, ended by NUL: 0, or -EINVAL (no room, bad escape, control). */
static int
span_decode(struct span from, char *to, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < from.len; i++) {
		int c = (unsigned char)from.at[i];

		if (c == '%') {
			int high = i + 2 < from.len ? hex_digit(from.at[i + 1]) : -1;
			int low = i + 2 < from.len ? hex_digit(from.at[i + 2]) : -1;

			if (high < 0 || low < 0)
				return -EINVAL;
			c = high << 4 | low;
			i += 2;
		}
		if (c == '\0' || n + 1 >= size)
			return -EINVAL;
		to[n++] = (char)c;
	}
	to[n] = '\0';
	return 0;
}

/* The last @c in @s, or NULL. */
static const char *
span_last(struct span s, char c)
{
	return s.len == 0 ? NULL : memrchr(s.at, c, s.len);
}

static const char *
span_first(struct span s, char c)
{
	return s.len == 0 ? NULL : memchr(s.at, c, s.len);
}

static const struct {
	const char	*name;
	enum url_kind	 kind;
	uint16_t	 port;
} schemes[] = {
	{ "socks5", URL_SOCKS5, URL_SOCKS_PORT },
	{ "socks5h", URL_SOCKS5, URL_SOCKS_PORT },
	{ "socks4", URL_SOCKS4, URL_SOCKS_PORT },
	{ "socks4a", URL_SOCKS4A, URL_SOCKS_PORT },
	{ "http", URL_HTTP, URL_HTTP_PORT },
};

static int
take_scheme(struct url *url)
{
	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
		if (strcmp(schemes[i].name, url->scheme) == 0) {
			url->kind = schemes[i].kind;
			url->host.endpoint.port = schemes[i].port;
			return 0;
		}
	}
	return -EPROTONOSUPPORT;
}

static int
parse_scheme(struct url *url, const char **text, const char **why)
{
	size_t n = strspn(*text, SCHEME_CHARS);

	if (n == 0 || strchr(LETTERS, **text) == NULL || strncmp(*text + n, "://", 3) != 0)
		return fail(why, "it does not start with socks5://");
	if (n >= sizeof(url->scheme))
		return fail(why, "the scheme is unknown");
	for (size_t i = 0; i < n; i++) {
		char c = (*text)[i];

		url->scheme[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	url->scheme[n] = '\0';
	*text += n + 3;
	return take_scheme(url);
}

static int
parse_userinfo(struct url *url, struct span info, const char **why)
{
	const char *colon = span_first(info, ':');
	struct span user = info, password = { "", 0 };

	if (colon != NULL) {
		user.len = (size_t)(colon - info.at);
		password.at = colon + 1;
		password.len = info.len - user.len - 1;
	}
	if (span_decode(user, url->username, sizeof(url->username)) < 0)
		return fail(why, "the user name is malformed or longer than 255 bytes");
	if (span_decode(password, url->password, sizeof(url->password)) < 0)
		return fail(why, "the password is malformed or longer than 255 bytes");
	if (url->username[0] == '\0')
		return fail(why, "the user name is empty");
	return 0;
}

/* Letters, digits and what else a host name or a local alias is made of. */
static bool
host_is_sound(const char *name)
{
	for (const unsigned char *p = (const unsigned char *)name; *p != '\0'; p++) {
		if (*p <= ' ' || *p == 0x7f || strchr(":/@[]\\%?#", *p) != NULL)
			return false;
	}
	return true;
}

static int
parse_host(struct url *url, struct span host, bool bracketed, const char **why)
{
	char name[HOST_NAME_MAX_LEN + 1];
	uint16_t port = url->host.endpoint.port;

	if (host.len == 0)
		return fail(why, "it names no host");
	if (span_decode(host, name, sizeof(name)) < 0 || host_parse(&url->host, name) < 0)
		return fail(why, "the host is malformed or too long");
	url->host.endpoint.port = port;
	if (bracketed) {
		if (url->host.type != HOST_IP || strchr(name, ':') == NULL)
			return fail(why, "what stands in brackets is no IPv6 address");
	} else if (!host_is_sound(name)) {
		return fail(why, strchr(name, ':') != NULL ?
		    "an IPv6 address needs brackets" : "the host is malformed");
	}
	return 0;
}

static int
parse_port(struct url *url, struct span port, const char **why)
{
	char text[6];

	if (port.len == 0)
		return 0;
	if (port.len >= sizeof(text))
		return fail(why, "the port is not 1 to 65535");
	memcpy(text, port.at, port.len);
	text[port.len] = '\0';
	if (port_parse(text, &url->host.endpoint.port) < 0 || url->host.endpoint.port == 0)
		return fail(why, "the port is not 1 to 65535");
	return 0;
}

static int
parse_host_port(struct url *url, struct span s, const char **why)
{
	bool bracketed = s.len > 0 && s.at[0] == '[';
	struct span host = s, port = { "", 0 };
	const char *end;

	if (bracketed) {
		end = span_first(s, ']');
		if (end == NULL)
			return fail(why, "a bracket is not closed");
		host = (struct span){ s.at + 1, (size_t)(end - s.at) - 1 };
		end++;
		if (end < s.at + s.len && *end != ':')
			return fail(why, "something stands between the address and its port");
	} else {
		end = span_last(s, ':');
		if (end == NULL)
			end = s.at + s.len;
		host.len = (size_t)(end - s.at);
	}
	if (end < s.at + s.len)
		port = (struct span){ end + 1, (size_t)(s.at + s.len - end) - 1 };
	if (parse_host(url, host, bracketed, why) < 0)
		return -EINVAL;
	return parse_port(url, port, why);
}

/* Whether a UNIX socket stands here; a user "unix" has a password that starts otherwise. */
static bool
is_unix(const char *text)
{
	return strncmp(text, "unix:/", 6) == 0 || strncmp(text, "unix:@", 6) == 0;
}

/* The '@' behind user and password in what follows "://", or NULL. */
static const char *
userinfo_end(const char *text)
{
	size_t authority = strcspn(text, "/?#");

	if (is_unix(text))
		return NULL;
	for (size_t i = authority; i-- > 0;) {
		if (text[i] == '@' && is_unix(text + i + 1))
			return text + i;
	}
	/* A password may hold an unencoded '@', a host never does. */
	return span_last((struct span){ text, authority }, '@');
}

static int
parse_path(struct url *url, const char *path, const char **why)
{
	struct span s = { path, strlen(path) };

	if (strpbrk(path, "?#") != NULL)
		return fail(why, "something follows the path");
	if (s.len < 2)
		return fail(why, "it names no socket");
	if (span_decode(s, url->path, sizeof(url->path)) < 0)
		return fail(why, "the path is malformed or longer than 107 bytes");
	return 0;
}

/* What follows user and password. */
static int
parse_place(struct url *url, const char *text, const char **why)
{
	static const char local[] = "localhost/";
	struct span authority = { text, strcspn(text, "/?#") };
	const char *rest = text + authority.len;

	if (is_unix(text))
		return parse_path(url, text + strlen("unix:"), why);
	if (strncmp(text, local, sizeof(local) - 1) == 0 && text[sizeof(local) - 1] != '\0')
		return parse_path(url, rest, why);
	if (rest[0] != '\0' && strcmp(rest, "/") != 0)
		return fail(why, "something follows the host and port");
	return parse_host_port(url, authority, why);
}

int
url_parse(struct url *url, const char *text, const char **why)
{
	const char *at;
	int rc;

	memset(url, 0, sizeof(*url));
	*why = NULL;
	rc = parse_scheme(url, &text, why);
	if (rc < 0)
		return rc;
	at = userinfo_end(text);
	if (at != NULL) {
		struct span info = { text, (size_t)(at - text) };

		if (parse_userinfo(url, info, why) < 0)
			return -EINVAL;
		text = at + 1;
	}
	return parse_place(url, text, why);
}

void
url_hide_credentials(char *text)
{
	char *start = strstr(text, "://");
	const char *end;

	if (start == NULL)
		return;
	start += 3;
	end = userinfo_end(start);
	if (end == NULL && !is_unix(start))
		end = strrchr(start, '@');
	if (end != NULL)
		memset(start, '*', (size_t)(end - start));
}
