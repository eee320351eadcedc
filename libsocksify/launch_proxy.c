/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/launch_proxy.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>

#include "common/url.h"
#include "libsocksify/launch_message.h"
#include "libsocksify/settings_environment.h"

/* The first address of a proxy that is given by name: 0, or -1 with a complaint. */
static int
resolve_host(const struct host *host, struct endpoint *endpoint)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG };
	struct addrinfo *found;
	int rc;

	*endpoint = host->endpoint;
	if (host->type == HOST_IP)
		return 0;
	rc = getaddrinfo(host->name, NULL, &hints, &found);
	if (rc == 0) {
		rc = endpoint_from_sockaddr(endpoint, found->ai_addr, found->ai_addrlen);
		freeaddrinfo(found);
		rc = rc < 0 ? EAI_NONAME : 0;
	}
	if (rc != 0)
		return launch_fail("proxy %s: %s", host->name, gai_strerror(rc));
	endpoint->port = host_port(host);
	return 0;
}

static int
take_url(struct settings *settings, struct host *host, char *text)
{
	struct url url;
	const char *why;
	int rc = url_parse(&url, text, &why);

	url_hide_credentials(text);
	if (rc == -EPROTONOSUPPORT) {
		launch_complain("%s: %s proxies are not supported, only socks5 and socks5h",
		    text, url.scheme);
	} else if (rc == 0 && (url.kind != URL_SOCKS5 || url.path[0] != '\0')) {
		rc = launch_fail("%s: %s proxies are not supported", text, url.scheme);
	} else if (rc < 0) {
		launch_complain("%s is no proxy URL: %s", text, why);
	} else {
		struct proxy *proxy = &settings->proxies[0];

		*host = url.host;
		memcpy(proxy->username, url.username, sizeof(url.username));
		memcpy(proxy->password, url.password, sizeof(url.password));
		proxy->address_count = 1;
		settings->proxy_count = 1;
		settings_route_all(settings, 0);
		rc = settings_credentials(proxy, &why);
		if (rc < 0)
			launch_complain("%s: %s", text, why);
	}
	explicit_bzero(&url, sizeof(url));
	return rc < 0 ? -1 : 0;
}

void
launch_request_init(struct launch_request *request)
{
	*request = (struct launch_request){ .password_fd = -1 };
}

int
launch_apply_options(struct settings *settings, const struct launch_request *request)
{
	settings->proxy_loopback = request->proxy_loopback;
	settings->verbose = request->verbose < UINT8_MAX ? (uint8_t)request->verbose : UINT8_MAX;
	return 0;
}

int
launch_find_settings(struct settings *settings, struct launch_request *request)
{
	struct host host;
	const char *why;
	int rc;

	settings_init(settings);
	if (request->url_count > 1)
		return launch_fail("one -p only: a chain of proxies is not supported");
	if (request->url_count == 1) {
		if (take_url(settings, &host, request->urls[0]) < 0)
			return -1;
	} else {
		rc = settings_from_environment(settings, &host, &why);
		if (rc == -ENOENT)
			return launch_fail("no proxy is configured: "
			    "use -p socks5://HOST:PORT or set SOCKS5_SERVER");
		if (rc < 0)
			return launch_fail("%s", why);
	}
	settings_clear_environment();
	if (launch_apply_options(settings, request) < 0)
		return -1;
	return resolve_host(&host, &settings->proxies[0].addresses[0]);
}
