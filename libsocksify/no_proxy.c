/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/no_proxy.h"

#include <errno.h>
#include <string.h>

#include "libsocksify/settings_add.h"

#define SEPARATORS	", \t\r\n"

/* Takes ":PORT" off the end of @text, if there is one: 0, or -EINVAL. */
static int
take_port(char *text, struct settings_address *a)
{
	char *colon = strrchr(text, ':'), *bracket = strrchr(text, ']');
	bool only = colon != NULL && strchr(text, ':') == colon;

	if (colon == NULL || (bracket == NULL && !only) || (bracket != NULL && colon < bracket))
		return 0;
	if (port_parse(colon + 1, &a->port) < 0)
		return -EINVAL;
	a->port_op = PORT_EQ;
	*colon = '\0';
	return 0;
}

/* "ADDRESS", "[V6]" or "ADDRESS/BITS": 0; 1 for what is a name; or -EINVAL. */
static int
take_network(char *text, struct settings_address *a)
{
	char *slash = strchr(text, '/');
	size_t n;
	uint16_t bits;

	if (slash != NULL)
		*slash = '\0';
	n = strlen(text);
	if (text[0] == '[' && text[n - 1] == ']') {
		text[n - 1] = '\0';
		text++;
	}
	if (endpoint_parse_ip(&a->net, text) < 0)
		return slash == NULL && strpbrk(text, "[]:") == NULL ? 1 : -EINVAL;
	a->type = SETTINGS_NET;
	bits = (uint16_t)endpoint_bits(&a->net);
	if (slash != NULL && (port_parse(slash + 1, &bits) < 0 ||
	    bits > endpoint_bits(&a->net)))
		return -EINVAL;
	a->prefix = (uint8_t)bits;
	return 0;
}

/* The domain and all below it, however it is written: a dot before it is no part of it. */
static int
take_domain(struct settings *settings, const char *text, struct settings_address *a)
{
	char domain[HOST_NAME_MAX_LEN + 2] = ".";
	size_t n;
	int error = 0;

	if (strncmp(text, "*.", 2) == 0)
		text++;
	if (text[0] == '.')
		text++;
	n = strlen(text);
	if (n == 0 || n > HOST_NAME_MAX_LEN || strpbrk(text, "*/@<>()\"\\") != NULL)
		return -EINVAL;
	memcpy(domain + 1, text, n + 1);
	a->type = SETTINGS_DOMAIN;
	a->name = settings_add_text(settings, domain, &error);
	return error;
}

static int
take_entry(struct settings *settings, char *text, struct settings_address *a)
{
	int rc;

	*a = (struct settings_address){ .type = SETTINGS_ANY };
	if (take_port(text, a) < 0)
		return -EINVAL;
	if (strcmp(text, "*") == 0)
		return 0;
	rc = take_network(text, a);
	return rc == 1 ? take_domain(settings, text, a) : rc;
}

int
no_proxy_add(struct settings *settings, const char *list, const struct settings_report *report)
{
	char text[HOST_TEXT_SIZE + 16];
	struct settings_address a;
	size_t n;
	int rc;

	for (list += strspn(list, SEPARATORS); list[0] != '\0';
	    list += n, list += strspn(list, SEPARATORS)) {
		n = strcspn(list, SEPARATORS);
		rc = -EINVAL;
		if (n < sizeof(text)) {
			memcpy(text, list, n);
			text[n] = '\0';
			rc = take_entry(settings, text, &a);
		}
		if (rc == 0)
			rc = settings_add_direct(settings, &a);
		if (rc == -ENOSPC)
			return settings_fail(report, "NO_PROXY has too many entries");
		if (rc < 0)
			settings_warn(report, "NO_PROXY: \"%.*s\" is no address and no domain",
			    n < 64 ? (int)n : 64, list);
	}
	return 0;
}
