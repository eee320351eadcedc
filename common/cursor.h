/* SPDX-License-Identifier: ISC */
/*
 * Bounded readers and writers over a caller's buffer.
 *
 * Both keep a sticky error: after the first read past the end (or write past
 * the room) every further call does nothing, so that ten calls need one check
 * at the end. Neither allocates nor owns the memory it walks. Numbers of more
 * than one byte are in network order.
 */
#ifndef COMMON_CURSOR_H
#define COMMON_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reader {
	const uint8_t	*data;	/* the caller's bytes */
	size_t		 len;	/* how many there are */
	size_t		 pos;	/* how many were taken */
	bool		 bad;	/* a read went past the end */
};

struct writer {
	uint8_t	*data;		/* the caller's room */
	size_t	 size;		/* its size in bytes */
	size_t	 len;		/* how many were written */
	bool	 bad;		/* a write did not fit */
};

void		 reader_init(struct reader *r, const void *data, size_t len);
uint8_t		 reader_u8(struct reader *r);
uint16_t	 reader_u16(struct reader *r);
uint32_t	 reader_u32(struct reader *r);
uint64_t	 reader_u64(struct reader *r);

/* The next @n bytes in place, or NULL (and the sticky error) if there are fewer. */
const uint8_t	*reader_take(struct reader *r, size_t n);
/* Copies the next @n bytes to @to; @to is zeroed if there are fewer. */
void		 reader_bytes(struct reader *r, void *to, size_t n);
/*
 * A string of one length byte and that many bytes, copied to @to and ended with
 * NUL. Longer than @size - 1, or with a NUL inside: the sticky error.
 */
void		 reader_string(struct reader *r, char *to, size_t size);
size_t		 reader_left(const struct reader *r);
/* True when nothing went wrong and nothing is left. */
bool		 reader_finished(const struct reader *r);

void		 writer_init(struct writer *w, void *data, size_t size);
void		 writer_u8(struct writer *w, uint8_t v);
void		 writer_u16(struct writer *w, uint16_t v);
void		 writer_u32(struct writer *w, uint32_t v);
void		 writer_u64(struct writer *w, uint64_t v);
void		 writer_bytes(struct writer *w, const void *from, size_t n);
/* A length byte and the string without its NUL; longer than 255: the sticky error. */
void		 writer_string(struct writer *w, const char *s);

#endif
