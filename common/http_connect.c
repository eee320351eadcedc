/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "common/http_connect.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static void
build_text(struct writer *w, const char *text)
{
	writer_bytes(w, text, strlen(text));
}

/* The byte at @i of "username:password". */
static uint8_t
credential_byte(const char *username, size_t username_len, const char *password, size_t i)
{
	if (i < username_len)
		return (uint8_t)username[i];
	return i == username_len ? ':' : (uint8_t)password[i - username_len - 1];
}

/* "username:password" in base64 (RFC 4648 section 4), without a copy of it in the clear. */
static void
build_credentials(struct writer *w, const char *username, const char *password)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t username_len = strlen(username), len = username_len + 1 + strlen(password);

	for (size_t i = 0; i < len; i += 3) {
		uint32_t bits = 0;

		for (size_t j = 0; j < 3; j++)
			bits = bits << 8 | (i + j < len ?
			    credential_byte(username, username_len, password, i + j) : 0u);
		for (size_t j = 0; j < 4; j++)
			writer_u8(w, i + j <= len ? (uint8_t)digits[bits >> (18 - 6 * j) & 63] : '=');
	}
}

/* A blank or a line end in a name would be the end of it, and a header of the name's choice. */
static bool
is_plain(const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
		if (*p <= ' ' || *p == 0x7f)
			return false;
	}
	return true;
}

void
http_connect_build(struct writer *w, const struct host *dst, const char *username,
    const char *password)
{
	char host[HOST_TEXT_SIZE];

	host_format(dst, host);
	build_text(w, "CONNECT ");
	build_text(w, host);
	build_text(w, " HTTP/1.1\r\nHost: ");
	build_text(w, host);
	if (username[0] != '\0') {
		build_text(w, "\r\nProxy-Authorization: Basic ");
		build_credentials(w, username, password);
	}
	build_text(w, "\r\n\r\n");
	if (strchr(username, ':') != NULL || !is_plain(host))
		w->bad = true;
}

size_t
http_answer_missing(const struct http_answer *a)
{
	if (a->length < HTTP_STATUS_LINE_MIN)
		return 2;
	return a->newlines < 2 ? 2 - (size_t)a->newlines : 0;
}

/* Whether @byte may stand at @at of "HTTP/1.x nnn". */
static bool
fits_status_line(size_t at, uint8_t byte)
{
	static const char pattern[HTTP_STATUS_LINE_MIN + 1] = "HTTP/1.d ddd";

	if (pattern[at] == 'd')
		return byte >= '0' && byte <= '9';
	return byte == (uint8_t)pattern[at];
}

static int
take_byte(struct http_answer *a, uint8_t byte)
{
	if (a->length == UINT16_MAX)
		return -EPROTO;
	if (a->length < HTTP_STATUS_LINE_MIN) {
		if (!fits_status_line(a->length, byte))
			return -EPROTO;
		if (a->length >= HTTP_STATUS_LINE_MIN - 3)
			a->status = (uint16_t)(a->status * 10 + (byte - '0'));
	}
	a->length++;
	/* A lone line feed is taken for a line end, too (RFC 9112 section 2.2). */
	if (byte == '\n')
		a->newlines++;
	else if (byte != '\r')
		a->newlines = 0;
	return 0;
}

int
http_answer_take(struct http_answer *a, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (take_byte(a, data[i]) < 0)
			return -EPROTO;
	}
	return 0;
}

int
http_status_errno(unsigned status)
{
	if (status >= 200 && status <= 299)
		return 0;
	switch (status) {
	case 401:
	case 403:
	case 407:
		return EACCES;
	case 408:
	case 504:
		return ETIMEDOUT;
	case 404:
	case 503:
		return EHOSTUNREACH;
	default:
		return ECONNREFUSED;
	}
}
