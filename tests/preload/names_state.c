/* SPDX-License-Identifier: ISC */
/*
 * Makes the shared file that the launcher would make, for tests of what it tells
 * the library:
 *
 * names_state FILE PROXY-PORT [reserved4 NET/BITS] [reserved6 NET/BITS]
 *	[nameserver HOST:PORT] [resolved -] [direct .DOMAIN]
 *
 * The proxy is at 127.0.0.1.
 */
#include <config.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "libsocksify/state.h"

static void
fail(const char *what)
{
	fprintf(stderr, "names_state: %s\n", what);
	exit(1);
}

static uint32_t
add_text(struct settings *s, const char *text)
{
	int error = 0;
	uint32_t at = settings_add_text(s, text, &error);

	if (error != 0)
		fail(text);
	return at;
}

static void
parse_range(const char *text, struct endpoint *net, uint8_t *prefix)
{
	char address[ENDPOINT_TEXT_SIZE];
	unsigned bits;

	if (sscanf(text, "%55[^/]/%u", address, &bits) != 2 || endpoint_parse_ip(net, address) < 0)
		fail(text);
	*prefix = (uint8_t)bits;
}

static void
apply(struct settings *s, const char *what, const char *value)
{
	if (strcmp(what, "reserved4") == 0) {
		parse_range(value, &s->reserved4, &s->reserved4_prefix);
	} else if (strcmp(what, "reserved6") == 0) {
		parse_range(value, &s->reserved6, &s->reserved6_prefix);
	} else if (strcmp(what, "nameserver") == 0) {
		s->nameserver = add_text(s, value);
	} else if (strcmp(what, "resolved") == 0) {
		s->names = NAMES_RESOLVED;
	} else if (strcmp(what, "direct") == 0) {
		struct settings_route *r = &s->routes[s->route_count++];

		*r = (struct settings_route){
			.direct = 1, .commands = ROUTE_COMMAND_ANY, .protocols = ROUTE_PROTOCOL_ANY,
		};
		r->to.type = SETTINGS_DOMAIN;
		r->to.name = add_text(s, value);
	} else {
		fail(what);
	}
}

int
main(int argc, char **argv)
{
	struct state *state;
	struct settings *s;
	int fd;

	if (argc < 3 || argc % 2 == 0)
		fail("usage");
	fd = open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || ftruncate(fd, sizeof(*state)) < 0)
		fail(argv[1]);
	state = mmap(NULL, sizeof(*state), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (state == MAP_FAILED)
		fail("mmap");
	state_init(state);
	s = &state->settings;
	settings_init(s);
	s->proxy_count = 1;
	s->proxies[0].protocol = PROXY_SOCKS5;
	s->proxies[0].address_count = 1;
	s->proxies[0].addresses[0] = (struct endpoint){
		.family = AF_INET, .ip = { 127, [3] = 1 }, .port = (uint16_t)atoi(argv[2]),
	};
	for (int i = 3; i < argc; i += 2)
		apply(s, argv[i], argv[i + 1]);
	if (settings_route_all(s, 0) < 0 || !settings_are_sound(s))
		fail("the settings are not sound");
	return 0;
}
