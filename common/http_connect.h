/* SPDX-License-Identifier: ISC */
/*
 * A tunnel through an HTTP proxy: the CONNECT request and the head of its answer
 * (RFC 9110 section 9.3.6, RFC 9112), with the Basic scheme (RFC 7617).
 *
 * What follows the answer's head is the target's, so that the caller must not
 * receive more than http_answer_missing() says, at most two bytes a time. No I/O.
 */
#ifndef COMMON_HTTP_CONNECT_H
#define COMMON_HTTP_CONNECT_H

#include <stddef.h>
#include <stdint.h>

#include "common/addr.h"
#include "common/cursor.h"

/* The host twice, user and password in base64, and the words around them. */
#define HTTP_CONNECT_MAX	(2 * HOST_TEXT_SIZE + 4 * ((511 + 2) / 3) + 96)
#define HTTP_STATUS_LINE_MIN	12	/* "HTTP/1.1 200" */

struct http_answer {
	uint16_t	length;		/* bytes so far; more than fits in here is no answer */
	uint16_t	status;		/* once there are enough bytes */
	uint8_t		newlines;	/* the last bytes are that many line ends: two end the head */
};

/*
 * @username "": no credentials. A colon in the user name, or a blank or control
 * character in the host's name, is an error of the writer.
 */
void	 http_connect_build(struct writer *w, const struct host *dst, const char *username,
	    const char *password);
/* How many bytes may be received next; 0: the head is complete. */
size_t	 http_answer_missing(const struct http_answer *a);
/*
 * Takes the next @len bytes of the answer, no more than missing. 0; -EPROTO for
 * what is no answer of HTTP/1 or has a head of more than 64 KiB.
 */
int	 http_answer_take(struct http_answer *a, const uint8_t *data, size_t len);
/* What connect(2) says for that status, a positive errno; 0 for 200 to 299. */
int	 http_status_errno(unsigned status);

#endif
