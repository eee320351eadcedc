/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/hosts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>

#include "libsocksify/raw.h"

enum token {
	TOKEN_WORD,
	TOKEN_LINE_END,
	TOKEN_FILE_END,
};

struct hosts_reader {
	int		fd;
	size_t		pos;		/* in .buf */
	size_t		len;		/* of what .buf holds */
	bool		in_comment;	/* up to the end of the line */
	uint8_t		buf[2048];
	/* The last TOKEN_WORD; "" if it was too long. */
	char		word[HOST_NAME_MAX_LEN + 1];
};

/* The line that has been read. */
struct hosts_line {
	bool		sound;		/* it starts with an address */
	bool		matches;	/* the name that is looked for is on it */
	struct endpoint	address;
	char		names[HOSTS_ALIASES];	/* each with its NUL, as far as there is room */
	size_t		len;
};

/* The next byte without taking it, or -1. */
static int
reader_peek(struct hosts_reader *r)
{
	if (r->pos == r->len) {
		long n;

		do
			n = RAW(SYS_read, r->fd, r->buf, sizeof(r->buf));
		while (n == -EINTR);
		r->pos = 0;
		r->len = n > 0 ? (size_t)n : 0;
	}
	return r->pos < r->len ? r->buf[r->pos] : -1;
}

static void
reader_word(struct hosts_reader *r)
{
	size_t n = 0;
	int c;

	while ((c = reader_peek(r)) > ' ' && c != '#') {
		if (n < sizeof(r->word))
			r->word[n++] = (char)c;
		r->pos++;
	}
	r->word[n < sizeof(r->word) ? n : 0] = '\0';
}

static enum token
reader_next(struct hosts_reader *r)
{
	for (;;) {
		int c = reader_peek(r);

		if (c == -1)
			return TOKEN_FILE_END;
		if (c == '\n') {
			r->pos++;
			r->in_comment = false;
			return TOKEN_LINE_END;
		}
		r->in_comment |= c == '#';
		if (!r->in_comment && c > ' ') {
			reader_word(r);
			return TOKEN_WORD;
		}
		r->pos++;
	}
}

static void
line_add(struct hosts_line *line, const char *word, const char *name)
{
	size_t size = strlen(word) + 1;

	if (size == 1)
		return;
	line->matches |= name != NULL && strcasecmp(word, name) == 0;
	if (size > sizeof(line->names) - line->len)
		return;
	memcpy(line->names + line->len, word, size);
	line->len += size;
}

/* Reads the next line, looking for @name if it is not NULL: false at the end. */
static bool
line_read(struct hosts_reader *r, struct hosts_line *line, const char *name)
{
	enum token t;
	unsigned words = 0;

	line->sound = line->matches = false;
	line->len = 0;
	while ((t = reader_next(r)) == TOKEN_WORD) {
		if (words++ == 0)
			line->sound = endpoint_parse_ip(&line->address, r->word) == 0;
		else
			line_add(line, r->word, name);
	}
	line->sound = line->sound && line->len > 0;
	return words > 0 || t == TOKEN_LINE_END;
}

static bool
reader_open(struct hosts_reader *r, const char *file)
{
	r->fd = (int)RAW(SYS_openat, AT_FDCWD, file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	r->pos = r->len = 0;
	r->in_comment = false;
	return r->fd >= 0;
}

static void
answer_init(struct hosts_answer *answer)
{
	answer->count = 0;
	answer->canonical[0] = '\0';
	answer->aliases_len = 0;
}

static bool
has_alias(const struct hosts_answer *answer, uint8_t family, const char *name)
{
	for (size_t i = 0; i < answer->aliases_len; i += strlen(answer->aliases + i) + 1) {
		if ((uint8_t)answer->aliases[i] == family &&
		    strcasecmp(answer->aliases + i + 1, name) == 0)
			return true;
	}
	return false;
}

static void
add_alias(struct hosts_answer *answer, uint8_t family, const char *name)
{
	size_t size = strlen(name) + 1;

	if (strcasecmp(name, answer->canonical) == 0 || has_alias(answer, family, name) ||
	    size + 1 > sizeof(answer->aliases) - answer->aliases_len)
		return;
	answer->aliases[answer->aliases_len] = (char)family;
	memcpy(answer->aliases + answer->aliases_len + 1, name, size);
	answer->aliases_len += size + 1;
}

static void
answer_add(struct hosts_answer *answer, const struct hosts_line *line)
{
	bool known = false;

	for (unsigned i = 0; i < answer->count; i++)
		known |= endpoint_same_ip(&answer->addresses[i], &line->address);
	if (!known && answer->count == HOSTS_MAX)
		return;
	if (answer->count == 0)
		memcpy(answer->canonical, line->names, strlen(line->names) + 1);
	if (!known)
		answer->addresses[answer->count++] = line->address;
	for (size_t i = 0; i < line->len; i += strlen(line->names + i) + 1)
		add_alias(answer, line->address.family, line->names + i);
}

void
hosts_find_name(const char *file, const char *name, struct hosts_answer *answer)
{
	struct hosts_reader r;
	struct hosts_line line;

	answer_init(answer);
	if (!reader_open(&r, file))
		return;
	while (line_read(&r, &line, name)) {
		if (line.sound && line.matches)
			answer_add(answer, &line);
	}
	RAW(SYS_close, r.fd);
}

void
hosts_find_address(const char *file, const struct endpoint *address, struct hosts_answer *answer)
{
	struct hosts_reader r;
	struct hosts_line line;

	answer_init(answer);
	if (!reader_open(&r, file))
		return;
	while (answer->count == 0 && line_read(&r, &line, NULL)) {
		if (line.sound && endpoint_same_ip(&line.address, address))
			answer_add(answer, &line);
	}
	RAW(SYS_close, r.fd);
}
