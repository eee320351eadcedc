/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "common/cursor.h"

#include <string.h>

void
reader_init(struct reader *r, const void *data, size_t len)
{
	*r = (struct reader){ .data = data, .len = len };
}

const uint8_t *
reader_take(struct reader *r, size_t n)
{
	const uint8_t *p;

	if (r->bad || n > r->len - r->pos) {
		r->bad = true;
		return NULL;
	}
	p = r->data + r->pos;
	r->pos += n;
	return p;
}

static uint64_t
reader_number(struct reader *r, size_t bytes)
{
	const uint8_t *p = reader_take(r, bytes);
	uint64_t v = 0;

	for (size_t i = 0; p != NULL && i < bytes; i++)
		v = v << 8 | p[i];
	return v;
}

uint8_t
reader_u8(struct reader *r)
{
	return (uint8_t)reader_number(r, 1);
}

uint16_t
reader_u16(struct reader *r)
{
	return (uint16_t)reader_number(r, 2);
}

uint32_t
reader_u32(struct reader *r)
{
	return (uint32_t)reader_number(r, 4);
}

uint64_t
reader_u64(struct reader *r)
{
	return reader_number(r, 8);
}

void
reader_bytes(struct reader *r, void *to, size_t n)
{
	const uint8_t *p = reader_take(r, n);

	if (p != NULL)
		memcpy(to, p, n);
	else
		memset(to, 0, n);
}

void
reader_string(struct reader *r, char *to, size_t size)
{
	size_t n = reader_u8(r);
	const uint8_t *p = reader_take(r, n);

	to[0] = '\0';
	if (p == NULL)
		return;
	if (n >= size || memchr(p, '\0', n) != NULL) {
		r->bad = true;
		return;
	}
	memcpy(to, p, n);
	to[n] = '\0';
}

size_t
reader_left(const struct reader *r)
{
	return r->bad ? 0 : r->len - r->pos;
}

bool
reader_finished(const struct reader *r)
{
	return !r->bad && r->pos == r->len;
}

void
writer_init(struct writer *w, void *data, size_t size)
{
	*w = (struct writer){ .data = data, .size = size };
}

void
writer_bytes(struct writer *w, const void *from, size_t n)
{
	if (w->bad || n > w->size - w->len) {
		w->bad = true;
		return;
	}
	if (n > 0)
		memcpy(w->data + w->len, from, n);
	w->len += n;
}

static void
writer_number(struct writer *w, uint64_t v, size_t bytes)
{
	uint8_t b[8];

	for (size_t i = 0; i < bytes; i++)
		b[i] = (uint8_t)(v >> 8 * (bytes - 1 - i));
	writer_bytes(w, b, bytes);
}

void
writer_u8(struct writer *w, uint8_t v)
{
	writer_number(w, v, 1);
}

void
writer_u16(struct writer *w, uint16_t v)
{
	writer_number(w, v, 2);
}

void
writer_u32(struct writer *w, uint32_t v)
{
	writer_number(w, v, 4);
}

void
writer_u64(struct writer *w, uint64_t v)
{
	writer_number(w, v, 8);
}

void
writer_string(struct writer *w, const char *s)
{
	size_t n = strlen(s);

	if (n > UINT8_MAX) {
		w->bad = true;
		return;
	}
	writer_u8(w, (uint8_t)n);
	writer_bytes(w, s, n);
}
