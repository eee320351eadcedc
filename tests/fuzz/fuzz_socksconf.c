/* SPDX-License-Identifier: ISC */
/*
 * A client's configuration file, NO_PROXY, and a route in a variable: each is taken
 * or refused with one line, and what is taken is as sound as shared memory must be.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "libsocksify/no_proxy.h"
#include "libsocksify/settings_add.h"
#include "libsocksify/socksconf.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct settings settings;
static char error[512];

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static void
warned(const char *message)
{
	require(message[0] != '\0' && strchr(message, '\n') == NULL);
}

static const struct settings_report report = {
	.warn = warned, .error = error, .error_size = sizeof(error),
};

static void
start(void)
{
	settings_init(&settings);
	error[0] = '\0';
}

/* Resolving is all that is missing. */
static void
check(int rc)
{
	require((rc == 0) == (error[0] == '\0') && strchr(error, '\n') == NULL);
	if (rc < 0)
		return;
	settings_sort_routes(&settings);
	for (uint32_t i = 0; i < settings.proxy_count; i++) {
		struct proxy *proxy = &settings.proxies[i];
		struct host host;

		if (proxy->path[0] != '\0')
			continue;
		require(host_parse_port(&host, settings_text(&settings, proxy->name)) == 0);
		require(host_port(&host) != 0);
		proxy->address_count = 1;
		proxy->addresses[0] = (struct endpoint){ .family = AF_INET, .port = 1 };
	}
	require(settings_are_sound(&settings));
	for (uint32_t i = 1; i < settings.route_count; i++)
		require(settings.routes[i - 1].direct >= settings.routes[i].direct);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1);

	if (text == NULL)
		return 0;
	start();
	check(socksconf_parse(&settings, "f", (const char *)data, len, &report));
	memcpy(text, data, len);
	text[len] = '\0';
	start();
	check(socksconf_parse_route(&settings, "V", text, &report));
	start();
	check(no_proxy_add(&settings, text, &report));
	free(text);
	return 0;
}
