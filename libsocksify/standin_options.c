/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/standin_options.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "common/compiler.h"
#include "libsocksify/raw.h"

#ifndef SO_BUF_LOCK
#define SO_BUF_LOCK	72
#endif
#define SNDBUF_LOCK	1	/* SOCK_SNDBUF_LOCK of <linux/socket.h> */
#define RCVBUF_LOCK	2
#ifndef TCP_NOTSENT_LOWAT
#define TCP_NOTSENT_LOWAT	25
#endif
#ifndef IPV6_AUTOFLOWLABEL
#define IPV6_AUTOFLOWLABEL	70
#endif

/*
 * In the order in which they are given: IP_TOS sets a priority, too. An option of
 * one version of IP has its counterpart in the other beside it.
 */
static const struct known {
	int	level, option;
	int	other_level, other_option;	/* option 0: none */
} table[] = {
	{ SOL_SOCKET, SO_REUSEADDR, 0, 0 },
	{ SOL_SOCKET, SO_REUSEPORT, 0, 0 },
	{ SOL_SOCKET, SO_KEEPALIVE, 0, 0 },
	{ SOL_SOCKET, SO_DONTROUTE, 0, 0 },
	{ SOL_SOCKET, SO_OOBINLINE, 0, 0 },
	{ SOL_SOCKET, SO_LINGER, 0, 0 },
	{ SOL_SOCKET, SO_RCVTIMEO, 0, 0 },
	{ SOL_SOCKET, SO_SNDTIMEO, 0, 0 },
	{ SOL_SOCKET, SO_RCVBUF, 0, 0 },
	{ SOL_SOCKET, SO_SNDBUF, 0, 0 },
	{ SOL_SOCKET, SO_RCVLOWAT, 0, 0 },
	{ SOL_SOCKET, SO_MARK, 0, 0 },
	{ SOL_SOCKET, SO_BINDTODEVICE, 0, 0 },
	{ SOL_SOCKET, SO_BUSY_POLL, 0, 0 },
	{ SOL_SOCKET, SO_MAX_PACING_RATE, 0, 0 },
	{ SOL_SOCKET, SO_TIMESTAMP, 0, 0 },
	{ SOL_SOCKET, SO_TIMESTAMPNS, 0, 0 },
	{ IPPROTO_TCP, TCP_NODELAY, 0, 0 },
	{ IPPROTO_TCP, TCP_CORK, 0, 0 },
	{ IPPROTO_TCP, TCP_MAXSEG, 0, 0 },
	{ IPPROTO_TCP, TCP_KEEPIDLE, 0, 0 },
	{ IPPROTO_TCP, TCP_KEEPINTVL, 0, 0 },
	{ IPPROTO_TCP, TCP_KEEPCNT, 0, 0 },
	{ IPPROTO_TCP, TCP_SYNCNT, 0, 0 },
	{ IPPROTO_TCP, TCP_LINGER2, 0, 0 },
	{ IPPROTO_TCP, TCP_WINDOW_CLAMP, 0, 0 },
	{ IPPROTO_TCP, TCP_QUICKACK, 0, 0 },
	{ IPPROTO_TCP, TCP_CONGESTION, 0, 0 },
	{ IPPROTO_TCP, TCP_USER_TIMEOUT, 0, 0 },
	{ IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, 0, 0 },
	{ IPPROTO_TCP, TCP_NOTSENT_LOWAT, 0, 0 },
	{ IPPROTO_IP, IP_TOS, IPPROTO_IPV6, IPV6_TCLASS },
	{ IPPROTO_IP, IP_TTL, IPPROTO_IPV6, IPV6_UNICAST_HOPS },
	{ IPPROTO_IP, IP_MTU_DISCOVER, IPPROTO_IPV6, IPV6_MTU_DISCOVER },
	{ IPPROTO_IP, IP_RECVERR, IPPROTO_IPV6, IPV6_RECVERR },
	{ IPPROTO_IP, IP_FREEBIND, 0, 0 },
	{ IPPROTO_IP, IP_TRANSPARENT, 0, 0 },
	{ IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 0, 0 },
	{ IPPROTO_IPV6, IPV6_V6ONLY, 0, 0 },
	{ IPPROTO_IPV6, IPV6_TCLASS, IPPROTO_IP, IP_TOS },
	{ IPPROTO_IPV6, IPV6_UNICAST_HOPS, IPPROTO_IP, IP_TTL },
	{ IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPPROTO_IP, IP_MTU_DISCOVER },
	{ IPPROTO_IPV6, IPV6_RECVERR, IPPROTO_IP, IP_RECVERR },
	{ IPPROTO_IPV6, IPV6_AUTOFLOWLABEL, 0, 0 },
	{ SOL_SOCKET, SO_PRIORITY, 0, 0 },
};

static_assert(ARRAY_SIZE(table) <= STANDIN_OPTIONS, "every option has its place");

/* The place of an option in the table, or -1. */
static int
place_of(int level, int option)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].level == level && table[i].option == option)
			return (int)i;
	return -1;
}

/* The one that stands in is for both versions of IP, whatever the program's own is for. */
static bool
is_told_only(int level, int option)
{
	return level == IPPROTO_IPV6 && option == IPV6_V6ONLY;
}

static bool
is_buffer(const struct known *k)
{
	return k->level == SOL_SOCKET && (k->option == SO_RCVBUF || k->option == SO_SNDBUF);
}

/*
 * Whether the program has chosen the size itself: another socket's default is
 * another one, and a size that has been set no longer follows the traffic. A
 * kernel before 5.15 does not tell.
 */
static bool
is_chosen(int fd, const struct known *k)
{
	int locked = 0;
	socklen_t len = sizeof(locked);

	RAW(SYS_getsockopt, fd, SOL_SOCKET, SO_BUF_LOCK, &locked, &len);
	return (locked & (k->option == SO_RCVBUF ? RCVBUF_LOCK : SNDBUF_LOCK)) != 0;
}

static void
take(struct standin_options *o, size_t i, int fd)
{
	socklen_t len = STANDIN_VALUE_SIZE;

	o->of[i].len = 0;
	if (is_buffer(&table[i]) && !is_chosen(fd, &table[i]))
		return;
	if (RAW(SYS_getsockopt, fd, table[i].level, table[i].option, o->of[i].value, &len) == 0 &&
	    len <= STANDIN_VALUE_SIZE)
		o->of[i].len = (uint8_t)len;
}

void
standin_options_take(struct standin_options *o, int fd)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		take(o, i, fd);
}

/* Sets an option to what getsockopt(2) has said elsewhere, unless it says so here. */
static void
give(int fd, int level, int option, const void *value, socklen_t len)
{
	uint8_t now[STANDIN_VALUE_SIZE];
	socklen_t now_len = sizeof(now);

	if (RAW(SYS_getsockopt, fd, level, option, now, &now_len) == 0 &&
	    (now_len != len || memcmp(now, value, len) != 0))
		RAW(SYS_setsockopt, fd, level, option, value, len);
}

void
standin_options_give(const struct standin_options *o, int fd, bool own)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		const struct known *k = &table[i];
		socklen_t len = o->of[i].len;
		int size;

		if (len == 0 || (!own && is_told_only(k->level, k->option)))
			continue;
		if (is_buffer(k) && len == sizeof(size)) {
			/* The kernel tells twice what was asked for. */
			memcpy(&size, o->of[i].value, sizeof(size));
			size /= 2;
			RAW(SYS_setsockopt, fd, k->level, k->option, &size, sizeof(size));
			continue;
		}
		give(fd, k->level, k->option, o->of[i].value, len);
		if (k->other_option != 0)
			give(fd, k->other_level, k->other_option, o->of[i].value, len);
	}
}

/* Whether a socket of @domain would know options of @level. */
static bool
has_level(int domain, int level)
{
	return level == SOL_SOCKET || level == IPPROTO_TCP || level == IPPROTO_IP ||
	    (level == IPPROTO_IPV6 && domain == AF_INET6);
}

static bool
is_lacking(long error)
{
	return error == -ENOPROTOOPT || error == -EOPNOTSUPP;
}

/* Of an option that the socket lacks: an int, as nearly all of them are, or a name. */
static int
remember(struct standin_options *o, int i, const void *value, socklen_t len)
{
	bool name = table[i].level == IPPROTO_TCP && table[i].option == TCP_CONGESTION;

	if (value == NULL)
		return -EFAULT;
	if (!name && len < sizeof(int))
		return -EINVAL;
	if (!name)
		len = sizeof(int);
	if (len == 0 || len > STANDIN_VALUE_SIZE)
		return -EINVAL;
	memset(o->of[i].value, 0, STANDIN_VALUE_SIZE);
	memcpy(o->of[i].value, value, len);
	o->of[i].len = (uint8_t)(name ? STANDIN_VALUE_SIZE : len);
	return 0;
}

int
standin_options_set(struct standin_options *o, int fd, int domain, int level, int option,
    const void *value, socklen_t len)
{
	int i = place_of(level, option);
	long result;

	if (!has_level(domain, level))
		return -ENOPROTOOPT;
	result = is_told_only(level, option) ? -ENOPROTOOPT :
	    RAW(SYS_setsockopt, fd, level, option, value, len);
	if (result == 0 && i >= 0) {
		take(o, (size_t)i, fd);
		if (table[i].other_option != 0)
			RAW(SYS_setsockopt, fd, table[i].other_level, table[i].other_option,
			    value, len);
	}
	if (!is_lacking(result))
		return (int)result;
	if (i < 0)
		return -ENOPROTOOPT;
	result = remember(o, i, value, len);
	if (result == 0 && table[i].other_option != 0)
		give(fd, table[i].other_level, table[i].other_option, o->of[i].value,
		    o->of[i].len);
	return (int)result;
}

int
standin_options_get(const struct standin_options *o, int fd, int domain, int level, int option,
    void *value, socklen_t *len)
{
	int i = place_of(level, option);
	long result;

	if (!has_level(domain, level))
		return -ENOPROTOOPT;
	result = is_told_only(level, option) ? -ENOPROTOOPT :
	    RAW(SYS_getsockopt, fd, level, option, value, len);
	if (!is_lacking(result))
		return (int)result;
	if (i < 0 || o->of[i].len == 0)
		return -ENOPROTOOPT;
	if (value == NULL || len == NULL)
		return -EFAULT;
	if (*len > o->of[i].len)
		*len = o->of[i].len;
	memcpy(value, o->of[i].value, *len);
	return 0;
}
