/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "common/dns_message.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define LABEL_MAX	63

/* Bits of the header's second word. */
#define FLAG_RESPONSE		0x8000
#define FLAG_OPCODE		0x7800
#define FLAG_RECURSION_DESIRED	0x0100
#define FLAG_RECURSION		0x0080	/* available */
#define FLAG_CHECKING_DISABLED	0x0010
#define FLAG_RCODE		0x000f

#define ANSWER_COUNT_AT		6	/* in the header */
#define POINTER_TO_QUESTION	(0xc000 | DNS_HEADER_SIZE)

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * The byte that @text starts with, and in *used how many characters it is written
 * in (RFC 1035 section 5.1); 0 for what is malformed.
 */
static uint8_t
unescape(const char *text, size_t *used)
{
	unsigned value;

	*used = 1;
	if (text[0] != '\\')
		return (uint8_t)text[0];
	*used = 2;
	if (!is_digit(text[1]) || text[1] == '\0')
		return (uint8_t)text[1];
	*used = 0;
	if (!is_digit(text[2]) || !is_digit(text[3]))
		return 0;
	value = (unsigned)(text[1] - '0') * 100 + (unsigned)(text[2] - '0') * 10 +
	    (unsigned)(text[3] - '0');
	*used = value <= UINT8_MAX ? 4 : 0;
	return (uint8_t)value;
}

/* Collects the label that @text starts with: how many characters it is written in, or 0. */
static size_t
read_label(const char *text, uint8_t *label, size_t *len)
{
	size_t at = 0, used;

	*len = 0;
	while (text[at] != '\0' && text[at] != '.') {
		uint8_t c = unescape(text + at, &used);

		if (used == 0 || (c == 0 && used == 2) || *len == LABEL_MAX)
			return 0;
		label[(*len)++] = c;
		at += used;
	}
	return *len > 0 ? at : 0;
}

static void
write_name(struct writer *w, const char *name)
{
	uint8_t label[LABEL_MAX];
	size_t before = w->len, len, used;

	if (strcmp(name, ".") == 0)
		name = "";
	while (*name != '\0') {
		used = read_label(name, label, &len);
		if (used == 0) {
			w->bad = true;
			return;
		}
		writer_u8(w, (uint8_t)len);
		writer_bytes(w, label, len);
		name += used;
		if (*name == '.')
			name++;
	}
	writer_u8(w, 0);
	if (w->len - before > DNS_NAME_SIZE)
		w->bad = true;
}

static void
write_header(struct writer *w, uint16_t id, uint16_t flags)
{
	writer_u16(w, id);
	writer_u16(w, flags);
	writer_u16(w, 1);
	writer_u16(w, 0);
	writer_u16(w, 0);
	writer_u16(w, 0);
}

void
dns_build_query(struct writer *w, uint16_t id, const char *name, uint16_t type, uint16_t class)
{
	write_header(w, id, FLAG_RECURSION_DESIRED);
	write_name(w, name);
	writer_u16(w, type);
	writer_u16(w, class);
}

/* The question's name as text; a pointer (RFC 1035 section 4.1.4) cannot be sound in it. */
static void
read_name(struct reader *r, char *name)
{
	size_t at = 0, len;
	const uint8_t *label;

	while ((len = reader_u8(r)) != 0 && !r->bad) {
		label = len <= LABEL_MAX ? reader_take(r, len) : NULL;
		/* Of the 255 bytes the last one is the root's. */
		if (label == NULL || at + len + 2 > DNS_NAME_SIZE ||
		    memchr(label, '.', len) != NULL || memchr(label, '\0', len) != NULL) {
			r->bad = true;
			break;
		}
		memcpy(name + at, label, len);
		at += len;
		name[at++] = '.';
	}
	name[at > 0 ? at - 1 : 0] = '\0';
}

int
dns_parse_query(const void *data, size_t len, struct dns_query *query)
{
	struct reader r;
	unsigned questions;

	reader_init(&r, data, len);
	query->id = reader_u16(&r);
	query->flags = reader_u16(&r);
	questions = reader_u16(&r);
	reader_take(&r, DNS_HEADER_SIZE - r.pos);
	if (r.bad || (query->flags & (FLAG_RESPONSE | FLAG_OPCODE)) != 0 || questions != 1)
		return -EPROTO;
	query->question = r.data + r.pos;
	read_name(&r, query->name);
	query->type = reader_u16(&r);
	query->class = reader_u16(&r);
	query->question_len = r.pos - DNS_HEADER_SIZE;
	return r.bad ? -EPROTO : 0;
}

void
dns_answer_begin(struct writer *w, const struct dns_query *query, enum dns_rcode rcode)
{
	unsigned kept = query->flags & (FLAG_RECURSION_DESIRED | FLAG_CHECKING_DISABLED);

	write_header(w, query->id, (uint16_t)(FLAG_RESPONSE | FLAG_RECURSION | kept | rcode));
	writer_bytes(w, query->question, query->question_len);
}

/* A record's start, up to and with its length. */
static void
write_record(struct writer *w, uint16_t type, uint32_t ttl, uint16_t len)
{
	writer_u16(w, POINTER_TO_QUESTION);
	writer_u16(w, type);
	writer_u16(w, DNS_CLASS_IN);
	writer_u32(w, ttl);
	writer_u16(w, len);
}

void
dns_answer_address(struct writer *w, const struct endpoint *address, uint32_t ttl)
{
	uint16_t len = (uint16_t)(endpoint_bits(address) / 8);

	write_record(w, address->family == AF_INET ? DNS_TYPE_A : DNS_TYPE_AAAA, ttl, len);
	writer_bytes(w, address->ip, len);
}

void
dns_answer_name(struct writer *w, const char *name, uint32_t ttl)
{
	uint8_t buf[DNS_NAME_SIZE];
	struct writer wire;

	writer_init(&wire, buf, sizeof(buf));
	write_name(&wire, name);
	w->bad |= wire.bad;
	write_record(w, DNS_TYPE_PTR, ttl, (uint16_t)wire.len);
	writer_bytes(w, buf, wire.len);
}

void
dns_answer_end(struct writer *w, unsigned records)
{
	if (w->len < DNS_HEADER_SIZE)
		return;
	w->data[ANSWER_COUNT_AT] = (uint8_t)(records >> 8);
	w->data[ANSWER_COUNT_AT + 1] = (uint8_t)records;
}

/* Names are the same in either case (RFC 4343); no byte of a type or class is a letter's case. */
static bool
same_question(const uint8_t *a, const uint8_t *b, size_t len)
{
	if (memcmp(a + len - 4, b + len - 4, 4) != 0)
		return false;
	for (size_t i = 0; i < len - 4; i++) {
		uint8_t x = a[i], y = b[i];

		if (x != y && ((x ^ y) != 0x20 || (x | 0x20) < 'a' || (x | 0x20) > 'z'))
			return false;
	}
	return true;
}

int
dns_parse_reply(const void *data, size_t len, const struct dns_query *query,
    struct dns_reply *reply)
{
	struct reader r;
	uint16_t id, flags, questions;
	const uint8_t *question;

	reader_init(&r, data, len);
	id = reader_u16(&r);
	flags = reader_u16(&r);
	questions = reader_u16(&r);
	reply->answers = reader_u16(&r);
	reader_take(&r, 4);
	reply->rcode = flags & FLAG_RCODE;
	if (r.bad || id != query->id || (flags & FLAG_RESPONSE) == 0 || (flags & FLAG_OPCODE) != 0)
		return -EPROTO;
	/* Who refuses need not say what. */
	if (questions == 0)
		return reply->rcode != DNS_NO_ERROR ? 0 : -EPROTO;
	question = reader_take(&r, query->question_len);
	if (questions != 1 || question == NULL ||
	    !same_question(question, query->question, query->question_len))
		return -EPROTO;
	return 0;
}

/* Takes a label that is a number below @limit in @base off @name. */
static bool
take_number(const char **name, unsigned base, unsigned limit, unsigned *value)
{
	static const char digits[] = "0123456789abcdef";
	const char *at, *p = *name;

	*value = 0;
	while (*p != '.' && *p != '\0') {
		at = memchr(digits, *p >= 'A' && *p <= 'F' ? *p + 'a' - 'A' : *p, base);
		if (at == NULL)
			return false;
		*value = *value * base + (unsigned)(at - digits);
		if (*value >= limit)
			return false;
		p++;
	}
	if (p == *name || *p == '\0')
		return false;
	*name = p + 1;
	return true;
}

static int
parse_reverse4(const char *name, struct endpoint *address)
{
	unsigned value;

	*address = (struct endpoint){ .family = AF_INET };
	for (int i = 3; i >= 0; i--) {
		if (!take_number(&name, 10, 256, &value))
			return -EINVAL;
		address->ip[i] = (uint8_t)value;
	}
	return strcasecmp(name, "in-addr.arpa") == 0 ? 0 : -EINVAL;
}

int
dns_parse_reverse(const char *name, struct endpoint *address)
{
	unsigned low, high;

	if (parse_reverse4(name, address) == 0)
		return 0;
	*address = (struct endpoint){ .family = AF_INET6 };
	for (int i = 15; i >= 0; i--) {
		if (!take_number(&name, 16, 16, &low) || !take_number(&name, 16, 16, &high))
			return -EINVAL;
		address->ip[i] = (uint8_t)(high << 4 | low);
	}
	return strcasecmp(name, "ip6.arpa") == 0 ? 0 : -EINVAL;
}
