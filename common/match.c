/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "common/match.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

bool
match_port(enum match_port_op op, uint16_t port, uint16_t last, uint16_t value)
{
	switch (op) {
	case PORT_ANY:
		return true;
	case PORT_EQ:
		return value == port;
	case PORT_NE:
		return value != port;
	case PORT_LT:
		return value < port;
	case PORT_LE:
		return value <= port;
	case PORT_GT:
		return value > port;
	case PORT_GE:
		return value >= port;
	case PORT_RANGE:
		return value >= port && value <= last;
	}
	return false;
}

/* The length of @name without the dot that may end a fully qualified one. */
static size_t
name_length(const char *name)
{
	size_t n = strlen(name);

	return n > 1 && name[n - 1] == '.' ? n - 1 : n;
}

static bool
same_name(const char *a, size_t a_len, const char *b, size_t b_len)
{
	return a_len == b_len && strncasecmp(a, b, a_len) == 0;
}

bool
match_name(const char *a, const char *b)
{
	return same_name(a, name_length(a), b, name_length(b));
}

bool
match_domain(const char *name, const char *suffix)
{
	size_t n = name_length(name), s = name_length(suffix);

	if (strcmp(suffix, ".") == 0)
		return true;
	if (n > s && same_name(name + n - s, s, suffix, s))
		return true;
	return same_name(name, n, suffix + 1, s - 1);
}
