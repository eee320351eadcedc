/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/session.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "common/socks4.h"
#include "common/socks5.h"

#define SOCKS4_SECONDS	120

static void
pack_endpoint(struct writer *w, const struct endpoint *e)
{
	writer_u8(w, e->family);
	writer_u16(w, e->port);
	writer_bytes(w, e->ip, sizeof(e->ip));
}

static void
unpack_endpoint(struct reader *r, struct endpoint *e)
{
	memset(e, 0, sizeof(*e));
	e->family = reader_u8(r);
	e->port = reader_u16(r);
	reader_bytes(r, e->ip, sizeof(e->ip));
	if (e->family != AF_INET && e->family != AF_INET6 && e->family != AF_UNSPEC)
		r->bad = true;
}

static void
pack_host(struct writer *w, const struct host *h)
{
	writer_u8(w, (uint8_t)h->type);
	pack_endpoint(w, &h->endpoint);
	writer_string(w, h->type == HOST_NAME ? h->name : "");
}

static void
unpack_host(struct reader *r, struct host *h)
{
	uint8_t type = reader_u8(r);

	unpack_endpoint(r, &h->endpoint);
	reader_string(r, h->name, sizeof(h->name));
	if (type > HOST_NAME || (type == HOST_NAME) != (h->name[0] != '\0'))
		r->bad = true;
	h->type = r->bad ? HOST_NONE : (enum host_type)type;
}

static void
pack_rule(struct writer *w, const struct session_rule *rule)
{
	writer_u16(w, rule->number);
	writer_u8(w, rule->log);
}

static void
unpack_rule(struct reader *r, struct session_rule *rule)
{
	rule->number = reader_u16(r);
	rule->log = reader_u8(r);
}

/* SOCKS4 knows no authentication. */
static bool
speaks(uint8_t version, uint8_t method)
{
	return version == SOCKS4_VERSION ? method == AUTH_NONE :
	    version == SOCKS5_VERSION && method < AUTH_METHODS;
}

void
session_pack(struct writer *w, const struct session *s)
{
	writer_u64(w, s->accepted_ms);
	pack_endpoint(w, &s->client);
	pack_endpoint(w, &s->internal);
	pack_endpoint(w, &s->external);
	pack_endpoint(w, &s->remote);
	pack_rule(w, &s->client_rule);
	pack_rule(w, &s->socks_rule);
	writer_u32(w, s->io_timeout);
	writer_u32(w, s->fin_timeout);
	writer_u8(w, s->version);
	writer_u8(w, s->method);
	writer_u8(w, s->command);
	writer_string(w, s->user);
	pack_host(w, &s->dst);
	writer_u16(w, s->early_len);
	writer_bytes(w, s->early, s->early_len);
}

int
session_unpack(struct reader *r, struct session *s)
{
	s->accepted_ms = reader_u64(r);
	unpack_endpoint(r, &s->client);
	unpack_endpoint(r, &s->internal);
	unpack_endpoint(r, &s->external);
	unpack_endpoint(r, &s->remote);
	unpack_rule(r, &s->client_rule);
	unpack_rule(r, &s->socks_rule);
	s->io_timeout = reader_u32(r);
	s->fin_timeout = reader_u32(r);
	s->version = reader_u8(r);
	s->method = reader_u8(r);
	s->command = reader_u8(r);
	reader_string(r, s->user, sizeof(s->user));
	unpack_host(r, &s->dst);
	s->early_len = reader_u16(r);
	if (s->early_len > sizeof(s->early) || !speaks(s->version, s->method))
		return -EPROTO;
	reader_bytes(r, s->early, s->early_len);
	return reader_finished(r) ? 0 : -EPROTO;
}

uint32_t
session_time_limit(const struct session *s, uint32_t seconds)
{
	if (s->version == SOCKS4_VERSION && (seconds == 0 || seconds > SOCKS4_SECONDS))
		return SOCKS4_SECONDS;
	return seconds;
}
