/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/options.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>

#include "common/compiler.h"
#include "libsocksify/raw.h"

static const struct {
	int	level, option;
	int	neutral;	/* the value that stalls nothing */
	size_t	offset;		/* in struct options */
} held[] = {
	{ SOL_SOCKET, SO_RCVLOWAT, 1, offsetof(struct options, lowat) },
	{ IPPROTO_TCP, TCP_CORK, 0, offsetof(struct options, cork) },
};

static int *
value_of(struct options *o, size_t i)
{
	return (int *)(void *)((char *)o + held[i].offset);
}

void
options_set_aside(struct options *o, int fd)
{
	for (size_t i = 0; i < ARRAY_SIZE(held); i++) {
		int value = held[i].neutral;
		socklen_t len = sizeof(value);

		RAW(SYS_getsockopt, fd, held[i].level, held[i].option, &value, &len);
		*value_of(o, i) = value;
		if (value != held[i].neutral)
			RAW(SYS_setsockopt, fd, held[i].level, held[i].option, &held[i].neutral,
			    sizeof(value));
	}
}

void
options_restore(const struct options *o, int fd)
{
	struct options copy = *o;

	for (size_t i = 0; i < ARRAY_SIZE(held); i++) {
		const int *value = value_of(&copy, i);

		if (*value != held[i].neutral && *value != 0)
			RAW(SYS_setsockopt, fd, held[i].level, held[i].option, value,
			    sizeof(*value));
	}
}

bool
options_hold(struct options *o, int level, int option, const void *value, socklen_t len)
{
	if (value == NULL || len < sizeof(int))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(held); i++)
		if (held[i].level == level && held[i].option == option) {
			memcpy(value_of(o, i), value, sizeof(int));
			return true;
		}
	return false;
}
