/* SPDX-License-Identifier: ISC */
/* Proxy URLs out of a command line or an environment that anybody may have written. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1);
	struct url url;
	const char *why;

	if (text == NULL)
		return 0;
	memcpy(text, data, len);
	text[len] = '\0';
	if (url_parse(&url, text, &why) == 0) {
		assert(why == NULL);
		assert((url.host.type == HOST_NONE) == (url.path[0] != '\0'));
		assert(host_port(&url.host) != 0);
		assert(memchr(url.path, '\0', sizeof(url.path)) != NULL);
		assert(memchr(url.username, '\0', sizeof(url.username)) != NULL);
		assert(memchr(url.password, '\0', sizeof(url.password)) != NULL);
		assert(url.password[0] == '\0' || url.username[0] != '\0');
	}
	url_hide_credentials(text);
	assert(strlen(text) <= len);
	free(text);
	return 0;
}
