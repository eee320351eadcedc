/* SPDX-License-Identifier: ISC */
/*
 * Proxy URLs: SCHEME://[USER[:PASSWORD]@]HOST[:PORT][/], as RFC 3986 writes them.
 * User, password and host are percent-decoded; an IPv6 address stands in brackets.
 */
#ifndef COMMON_URL_H
#define COMMON_URL_H

#include "common/addr.h"

#define URL_SCHEME_SIZE		16
#define URL_CREDENTIAL_SIZE	256	/* RFC 1929: at most 255 bytes, and a NUL */
#define URL_SOCKS_PORT		1080	/* RFC 1928 section 3 */

struct url {
	char		scheme[URL_SCHEME_SIZE];	/* lower case */
	char		username[URL_CREDENTIAL_SIZE];	/* "": none was given */
	char		password[URL_CREDENTIAL_SIZE];	/* "": none was given */
	struct host	host;				/* the port defaults to URL_SOCKS_PORT */
};

/*
 * 0; -EPROTONOSUPPORT for a well-formed scheme other than socks5 and socks5h
 * (.scheme is then set); -EINVAL for what is no proxy URL, and *why says in a
 * few words what is wrong. The caller wipes @url after use.
 */
int	 url_parse(struct url *url, const char *text, const char **why);
/* Overwrites user and password in @text, so that no list of processes shows them. */
void	 url_hide_credentials(char *text);

#endif
