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
	char		word[HOST_NAME_MAX_LEN + 1];	/* the last TOKEN_WORD; "" if it was too long */
};

/* The line that is being read. */
struct hosts_line {
	unsigned	words;
	bool		sound;		/* it starts with an address */
	struct endpoint	address;
	char		canonical[HOST_NAME_MAX_LEN + 1];
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

/* Goes on to the next name of the file and tells its line: false at the end. */
static bool
hosts_next(struct hosts_reader *r, struct hosts_line *line)
{
	enum token t;

	while ((t = reader_next(r)) != TOKEN_FILE_END) {
		if (t == TOKEN_LINE_END) {
			line->words = 0;
			continue;
		}
		if (line->words++ == 0) {
			line->sound = endpoint_parse_ip(&line->address, r->word) == 0;
			line->canonical[0] = '\0';
			continue;
		}
		if (!line->sound || r->word[0] == '\0')
			continue;
		if (line->canonical[0] == '\0')
			memcpy(line->canonical, r->word, sizeof(line->canonical));
		return true;
	}
	return false;
}

static bool
hosts_open(struct hosts_reader *r, struct hosts_line *line, const char *file)
{
	r->fd = (int)RAW(SYS_openat, AT_FDCWD, file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	r->pos = r->len = 0;
	r->in_comment = false;
	line->words = 0;
	line->canonical[0] = '\0';
	return r->fd >= 0;
}

static void
answer_add(struct hosts_answer *answer, const struct hosts_line *line)
{
	for (unsigned i = 0; i < answer->count; i++) {
		if (endpoint_same_ip(&answer->addresses[i], &line->address))
			return;
	}
	if (answer->count == HOSTS_MAX)
		return;
	if (answer->count == 0)
		memcpy(answer->canonical, line->canonical, sizeof(answer->canonical));
	answer->addresses[answer->count++] = line->address;
}

void
hosts_find_name(const char *file, const char *name, struct hosts_answer *answer)
{
	struct hosts_reader r;
	struct hosts_line line;

	answer->count = 0;
	answer->canonical[0] = '\0';
	if (!hosts_open(&r, &line, file))
		return;
	while (hosts_next(&r, &line)) {
		if (strcasecmp(r.word, name) == 0)
			answer_add(answer, &line);
	}
	RAW(SYS_close, r.fd);
}

int
hosts_find_address(const char *file, const struct endpoint *address, char *name)
{
	struct hosts_reader r;
	struct hosts_line line;
	bool found = false;

	if (!hosts_open(&r, &line, file))
		return -ENOENT;
	while (!found && hosts_next(&r, &line))
		found = endpoint_same_ip(&line.address, address);
	RAW(SYS_close, r.fd);
	if (!found)
		return -ENOENT;
	memcpy(name, line.canonical, sizeof(line.canonical));
	return 0;
}
