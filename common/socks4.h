/* SPDX-License-Identifier: ISC */
/*
 * SOCKS version 4, and 4A with its names (Ying-Da Lee's two memoranda), both
 * sides: one request, one answer of eight bytes.
 *
 * Parsers do no I/O and return as those of socks5.h do.
 */
#ifndef COMMON_SOCKS4_H
#define COMMON_SOCKS4_H

#include <stdint.h>
#include <sys/types.h>

#include "common/addr.h"
#include "common/cursor.h"

#define SOCKS4_VERSION		0x04
#define SOCKS4_ANSWER_SIZE	8
/* VN, CD, DSTPORT, DSTIP, USERID and NUL, name and NUL. */
#define SOCKS4_REQUEST_MAX	(8 + 256 + 256)

enum socks4_command {
	SOCKS4_CONNECT = 1,
	SOCKS4_BIND = 2,
};

/* CD of an answer. */
enum socks4_code {
	SOCKS4_GRANTED = 90,
	SOCKS4_REJECTED = 91,		/* or failed, for whatever reason */
	SOCKS4_NO_IDENTD = 92,
	SOCKS4_OTHER_USER = 93,		/* identd tells of another user than the request */
};

struct socks4_request {
	uint8_t		command;	/* enum socks4_command, or one that we do not know */
	struct host	dst;		/* an IPv4 address, or a name of version 4A */
	char		user[256];	/* what the client says of itself; "": nothing */
};

struct socks4_answer {
	uint8_t		code;
	struct endpoint	endpoint;	/* DSTIP and DSTPORT: mean something for BIND */
};

/*
 * @user may be "". A name makes it a request of version 4A. An IPv6 address is
 * beyond both, and an error of the writer; and so is a user or a name of more
 * than 255 bytes.
 */
void	 socks4_build_request(struct writer *w, uint8_t command, const struct host *dst,
	    const char *user);
/*
 * -EPROTO: VN is not 4, the user or the name is longer than 255 bytes, or the
 * name is empty.
 */
ssize_t	 socks4_parse_request(const void *data, size_t len, struct socks4_request *request);
/* An @bound that is no IPv4 address is sent as 0.0.0.0, with its port. */
void	 socks4_build_answer(struct writer *w, uint8_t code, const struct endpoint *bound);
/* -EPROTO: VN is not 0, as the memorandum has it, nor 4, as some servers do. */
ssize_t	 socks4_parse_answer(const void *data, size_t len, struct socks4_answer *answer);
/* What connect(2) says for that code, a positive errno; 0 for SOCKS4_GRANTED. */
int	 socks4_code_errno(uint8_t code);
/* For people. */
const char *socks4_code_text(uint8_t code);

#endif
