/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/launch_hint.h"

#include <errno.h>
#include <string.h>

#include "common/compiler.h"

const char *
launch_hint_connect(int error)
{
	switch (error) {
	case ECONNREFUSED:
		return "nothing listens there: is the port right, and does the proxy run?";
	case ETIMEDOUT:
		return "no answer at all: a firewall drops it, or the host is down";
	case EHOSTUNREACH:
	case ENETUNREACH:
		return "this machine has no way to that address";
	case EACCES:
	case EPERM:
		return "this machine's own firewall or sandbox forbids it";
	case ENOENT:
		return "there is no such socket: does the proxy run?";
	default:
		return NULL;
	}
}

/* What else answers where a proxy should, by its first bytes. */
static const char *
other_protocol(const uint8_t *received, size_t len)
{
	static const struct {
		const char	*bytes;
		size_t		 len;
		const char	*hint;
	} known[] = {
		{ "HTTP/", 5, "the bytes are an HTTP server's: this may be an HTTP proxy, http://" },
		{ "SSH-", 4, "the bytes are an SSH server's; ssh -D makes a proxy on a port of its own" },
		{ "\x15\x03", 2, "the bytes are of TLS: the proxy wants encryption, or is no proxy" },
		{ "\x16\x03", 2, "the bytes are of TLS: the proxy wants encryption, or is no proxy" },
		{ "220", 3, "the bytes are a mail or FTP server's" },
		{ "\0\x5b", 2, "the bytes are a SOCKS4 server's: try socks4a://" },
		{ "\x05", 1, "a SOCKS5 server, but not one that keeps to RFC 1928" },
		{ "\x04", 1, "the bytes may be a SOCKS4 server's: try socks4a://" },
		{ "<", 1, "the bytes are a web page's" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (len >= known[i].len && memcmp(received, known[i].bytes, known[i].len) == 0)
			return known[i].hint;
	}
	return "what answers there speaks another protocol";
}

static const char *
hint_hangup(const struct handshake *h)
{
	switch (h->last) {
	case HANDSHAKE_METHOD:
		return "the proxy does not serve this address, or speaks another protocol";
	case HANDSHAKE_LOGIN:
		return "the proxy does not like user or password";
	default:
		return "the proxy does not allow this request, and does not say so";
	}
}

static const char *
hint_silence(enum handshake_phase phase)
{
	switch (phase) {
	case HANDSHAKE_METHOD:
		return "what listens there waits for something else: it may be no SOCKS server";
	case HANDSHAKE_ANSWER:
		return "the proxy works; it waits for the target, or for a name server";
	default:
		return NULL;
	}
}

static const char *
hint_refused(uint8_t reply)
{
	switch (reply) {
	case SOCKS5_GENERAL_FAILURE:
		return "the proxy says no more; its log may";
	case SOCKS5_NOT_ALLOWED:
		return "a rule of the proxy forbids it";
	case SOCKS5_NETWORK_UNREACHABLE:
	case SOCKS5_HOST_UNREACHABLE:
	case SOCKS5_TTL_EXPIRED:
		return "the proxy works, but has no way to the target, or cannot resolve its name";
	case SOCKS5_CONNECTION_REFUSED:
		return "the proxy works; nothing listens at the target";
	case SOCKS5_COMMAND_NOT_SUPPORTED:
		return "the proxy makes no outgoing TCP connections";
	case SOCKS5_ADDRESS_TYPE_NOT_SUPPORTED:
		return "the proxy takes no target of this kind: try its address, or its name";
	default:
		return NULL;
	}
}

const char *
launch_hint_handshake(const struct handshake *h, const uint8_t *received, size_t len)
{
	switch (h->cause) {
	case HANDSHAKE_TRANSPORT:
		return h->detail == ETIMEDOUT ? hint_silence(h->last) : NULL;
	case HANDSHAKE_HANGUP:
		return len == 0 ? hint_hangup(h) : other_protocol(received, len);
	case HANDSHAKE_MALFORMED:
		return other_protocol(received, len);
	case HANDSHAKE_NO_METHOD:
		return h->server.username[0] == '\0' ?
		    "the proxy wants a user and a password, or a method that is not known here" :
		    "the proxy takes no user and password: it wants none, or Kerberos";
	case HANDSHAKE_LOGIN_REFUSED:
		return "user or password are wrong";
	case HANDSHAKE_REFUSED:
		return hint_refused(h->reply);
	default:
		return NULL;
	}
}
