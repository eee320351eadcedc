/* SPDX-License-Identifier: ISC */
/*
 * Proxy URLs, as RFC 3986 writes them:
 *
 *	SCHEME://[USER[:PASSWORD]@]HOST[:PORT][/]
 *	SCHEME://[USER[:PASSWORD]@]unix:/PATH	a UNIX socket; also localhost/PATH, as curl has it
 *	SCHEME://[USER[:PASSWORD]@]unix:@NAME	one of the abstract namespace
 *
 * User, password, host and path are percent-decoded; an IPv6 address stands in
 * brackets. A user "unix" is written "%75nix" where it would be taken for a socket.
 */
#ifndef COMMON_URL_H
#define COMMON_URL_H

#include "common/addr.h"

#define URL_SCHEME_SIZE		16
#define URL_CREDENTIAL_SIZE	256	/* RFC 1929: at most 255 bytes, and a NUL */
#define URL_PATH_SIZE		108	/* sun_path, unix(7) */
#define URL_SOCKS_PORT		1080	/* RFC 1928 section 3 */
#define URL_HTTP_PORT		80	/* RFC 9110 section 4.2.1 */

enum url_kind {
	URL_SOCKS5,		/* socks5, socks5h */
	URL_SOCKS4,
	URL_SOCKS4A,
	URL_HTTP,
};

struct url {
	enum url_kind	kind;
	char		scheme[URL_SCHEME_SIZE];	/* lower case */
	char		username[URL_CREDENTIAL_SIZE];	/* "": none was given */
	char		password[URL_CREDENTIAL_SIZE];	/* "": none was given */
	char		path[URL_PATH_SIZE];	/* of the socket, '@' first: abstract; "": .host */
	struct host	host;			/* its port defaults to that of the scheme */
};

/*
 * 0; -EPROTONOSUPPORT for another well-formed scheme (.scheme is then set);
 * -EINVAL for what is no proxy URL, and *why says in a few words what is wrong.
 * The caller wipes @url after use.
 */
int	 url_parse(struct url *url, const char *text, const char **why);
/*
 * Overwrites user and password in @text, so that neither a list of processes nor
 * a message shows them; rather too much than too little where it is malformed.
 */
void	 url_hide_credentials(char *text);

#endif
