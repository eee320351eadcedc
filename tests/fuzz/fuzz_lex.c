/* SPDX-License-Identifier: ISC */
/* The tokeniser: it always goes forward and ends, whatever is expected of it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/conf_lex.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

/* One token, looked at both ways before it is taken. */
static bool
step(struct conf_lex *l, enum conf_expect expect)
{
	struct conf_token seen, t;
	size_t pos = l->pos;
	int result = conf_lex_peek(l, &seen, expect);

	require(l->pos == pos && !l->failed);
	require(conf_lex_next(l, &t, expect) == result);
	if (result < 0)
		return false;
	require(seen.type == t.type && seen.line == t.line && seen.first == t.first);
	require(strcmp(seen.text, t.text) == 0);
	require(t.line <= l->line && l->pos <= l->len);
	require(t.type == CONF_END || l->pos > pos);
	return t.type != CONF_END;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char error[256];

	/* Names, values, and a mix that depends on the position. */
	for (int way = 0; way < 3; way++) {
		struct conf_lex l;

		if (conf_lex_init(&l, "f", (const char *)data, len, error, sizeof(error)) < 0)
			return 0;
		while (step(&l, way < 2 ? (enum conf_expect)way : (enum conf_expect)(l.pos % 2)))
			continue;
		require(l.failed || l.pos == len);
	}
	return 0;
}
