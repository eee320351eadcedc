/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/target.h"

#include <string.h>

void
target_normalize(struct host *dst)
{
	struct endpoint e;

	if (dst->type == HOST_NAME && endpoint_parse_ip(&e, dst->name) == 0) {
		e.port = dst->endpoint.port;
		dst->endpoint = e;
		dst->type = HOST_IP;
	}
}

bool
target_is_sound(const struct host *dst)
{
	const unsigned char *c = (const unsigned char *)dst->name;

	if (dst->type != HOST_NAME)
		return true;
	while (*c > ' ' && *c != 0x7f && *c != '\\')
		c++;
	return *c == '\0';
}

bool
target_is_bind_extension(const struct host *dst)
{
	static const uint8_t all_ones[4] = { 255, 255, 255, 255 };

	return dst->type == HOST_IP && dst->endpoint.family == AF_INET &&
	    memcmp(dst->endpoint.ip, all_ones, sizeof(all_ones)) == 0;
}
