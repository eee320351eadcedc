/* SPDX-License-Identifier: ISC */
/*
 * Theory of operation
 *
 * A and AAAA of a name, and PTR of an address, are answered with what
 * getaddrinfo() and getnameinfo() would say. Other types have no answer that could
 * be made up: they go to the name server of the settings. Without one the look-up
 * fails for the time being (TRY_AGAIN, not NO_DATA): nobody knows whether there is
 * such a record, and a program must not take an MX or a TLSA record for absent
 * because it could not be asked for. Programs that look for SRV, SSHFP or HTTPS
 * records go on without them either way.
 *
 * Names that the hosts file has, or that are this host's, are not told to anybody.
 */
#include <config.h>

#include "libsocksify/dns.h"

#include <errno.h>
#include <string.h>

#include "common/dns_message.h"
#include "libsocksify/names.h"
#include "libsocksify/nameserver.h"
#include "libsocksify/resolve.h"

/* Seconds: a name keeps its address, but what is kept of it need not outlive the program. */
#define ANSWER_TTL	1
/* A question, and as many AAAA records as the hosts file may have. */
#define ANSWER_SIZE	(DNS_QUERY_SIZE + HOSTS_MAX * 28 + DNS_QUESTION_SIZE)

/* An answer in the making. */
struct answer {
	struct writer	writer;
	unsigned	records;
	uint8_t		buf[ANSWER_SIZE];
};

static void
answer_begin(struct answer *a, const struct dns_query *query, enum dns_rcode rcode)
{
	a->records = 0;
	writer_init(&a->writer, a->buf, sizeof(a->buf));
	dns_answer_begin(&a->writer, query, rcode);
}

/* Of @query no more than the name's type is looked at: its address, or nothing. */
static int
answer_addresses(struct answer *a, const struct dns_query *query)
{
	int family = query->type == DNS_TYPE_AAAA ? AF_INET6 : AF_INET;
	struct hosts_answer found;
	int rc = resolve_name(query->name, family, &found);

	if (rc == RESOLVE_REAL)
		return DNS_REAL;
	if (rc == -ENOSPC)
		return ENOSPC;
	answer_begin(a, query, rc < 0 ? DNS_NAME_ERROR : DNS_NO_ERROR);
	for (unsigned i = 0; rc == 0 && i < found.count; i++) {
		if (found.addresses[i].family != family)
			continue;
		dns_answer_address(&a->writer, &found.addresses[i], ANSWER_TTL);
		a->records++;
	}
	return 0;
}

/* ENOENT: the name server may know. */
static int
answer_pointer(struct answer *a, const struct dns_query *query)
{
	struct hosts_answer found;
	struct endpoint address;
	int rc;

	if (dns_parse_reverse(query->name, &address) < 0)
		return ENOENT;
	rc = resolve_address(&address, &found);
	if (rc == RESOLVE_REAL)
		return DNS_REAL;
	if (rc < 0 && !names_is_reserved(&address) && !endpoint_is_loopback(&address) &&
	    !endpoint_is_any(&address))
		return ENOENT;
	answer_begin(a, query, rc < 0 ? DNS_NAME_ERROR : DNS_NO_ERROR);
	if (rc == 0) {
		dns_answer_name(&a->writer, found.canonical, ANSWER_TTL);
		a->records++;
	}
	return 0;
}

static int
answer_copy(const struct answer *a, uint8_t *to, size_t size, size_t *whole)
{
	if (a->writer.bad)
		return EMSGSIZE;
	*whole = a->writer.len;
	memcpy(to, a->buf, *whole < size ? *whole : size);
	return 0;
}

/* Fills @a with what is known here: 0, DNS_REAL, or ENOENT: a name server must be asked. */
static int
answer_here(struct answer *a, const struct dns_query *query)
{
	if (query->class == DNS_CLASS_IN) {
		switch (query->type) {
		case DNS_TYPE_A:
		case DNS_TYPE_AAAA:
			return answer_addresses(a, query);
		case DNS_TYPE_PTR:
			return answer_pointer(a, query);
		}
	}
	if (resolve_is_real(query->name))
		return DNS_REAL;
	if (!resolve_is_listed(query->name))
		return ENOENT;
	answer_begin(a, query, DNS_NO_ERROR);
	return 0;
}

int
dns_answer(const uint8_t *query, size_t len, uint8_t *answer, size_t size, size_t *whole)
{
	struct dns_query q;
	struct answer a;
	int rc;

	if (resolve_is_inert())
		return DNS_REAL;
	if (dns_parse_query(query, len, &q) < 0)
		return EINVAL;
	rc = answer_here(&a, &q);
	if (rc == ENOENT)
		return nameserver_ask(query, len, answer, size, whole);
	if (rc != 0)
		return rc;
	dns_answer_end(&a.writer, a.records);
	return answer_copy(&a, answer, size, whole);
}
