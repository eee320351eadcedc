/* SPDX-License-Identifier: ISC */
/*
 * DNS messages (RFC 1035 section 4) as far as a stub resolver needs them: queries
 * with one question, the answers that are made here, and a look at answers of
 * others. No I/O, no memory of its own.
 */
#ifndef COMMON_DNS_MESSAGE_H
#define COMMON_DNS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/addr.h"
#include "common/cursor.h"

#define DNS_HEADER_SIZE		12
#define DNS_NAME_SIZE		255	/* of a name in a message, RFC 1035 section 2.3.4 */
#define DNS_QUESTION_SIZE	(DNS_NAME_SIZE + 4)
/* Room for any query that is made here, and for the part of an answer that is looked at. */
#define DNS_QUERY_SIZE		(DNS_HEADER_SIZE + DNS_QUESTION_SIZE)
#define DNS_MESSAGE_MAX		65535

enum dns_type {
	DNS_TYPE_A = 1,
	DNS_TYPE_PTR = 12,
	DNS_TYPE_AAAA = 28,
};

enum { DNS_CLASS_IN = 1 };

/* RCODE; there are more. */
enum dns_rcode {
	DNS_NO_ERROR = 0,
	DNS_FORMAT_ERROR = 1,
	DNS_SERVER_FAILURE = 2,
	DNS_NAME_ERROR = 3,
};

struct dns_query {
	uint16_t	 id;
	uint16_t	 flags;
	uint16_t	 type;			/* enum dns_type, or another */
	uint16_t	 class;
	const uint8_t	*question;		/* in the message: its name, type and class */
	size_t		 question_len;
	char		 name[DNS_NAME_SIZE + 1];	/* labels and dots, without the last one */
};

/* What the head of an answer says. */
struct dns_reply {
	uint8_t		rcode;
	uint16_t	answers;	/* how many records it says to have */
};

/*
 * Writes a query for @name, which may end with a dot and may have the escapes of
 * RFC 1035 section 5.1, with recursion desired. What is no name: the sticky error.
 */
void	 dns_build_query(struct writer *w, uint16_t id, const char *name, uint16_t type,
	    uint16_t class);
/*
 * Parses a query with one question: 0, or -EPROTO, also for a name that cannot be
 * written in @query (with a dot or a NUL in a label). What follows the question
 * (EDNS, RFC 6891) is not looked at. @query points into @data.
 */
int	 dns_parse_query(const void *data, size_t len, struct dns_query *query);

/* An answer to @query: its header and question, then any number of records, then the end. */
void	 dns_answer_begin(struct writer *w, const struct dns_query *query, enum dns_rcode rcode);
/* An A or AAAA record of the question's name; @ttl in seconds. */
void	 dns_answer_address(struct writer *w, const struct endpoint *address, uint32_t ttl);
/* A PTR record. A @name that does not fit a message: the sticky error. */
void	 dns_answer_name(struct writer *w, const char *name, uint32_t ttl);
void	 dns_answer_end(struct writer *w, unsigned records);

/*
 * Looks at the first @len bytes of what may be an answer to @query: 0, or -EPROTO
 * for what is none. DNS_QUERY_SIZE bytes, or all that there are, are enough.
 */
int	 dns_parse_reply(const void *data, size_t len, const struct dns_query *query,
	    struct dns_reply *reply);

/*
 * The address in a name below in-addr.arpa (RFC 1035 section 3.5) or ip6.arpa (RFC
 * 3596 section 2.5): 0, or -EINVAL.
 */
int	 dns_parse_reverse(const char *name, struct endpoint *address);

#endif
