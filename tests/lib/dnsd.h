/* SPDX-License-Identifier: ISC */
/*
 * A DNS server (RFC 1035) inside the event loop of a test, on 127.0.0.1. What it
 * says to a question is in a table; what the table does not have, it denies.
 */
#ifndef TESTS_LIB_DNSD_H
#define TESTS_LIB_DNSD_H

#include <stddef.h>

enum dnsd_action {
	DNSD_ANSWER,
	DNSD_TRUNCATE,		/* by UDP only; by TCP an answer */
	DNSD_SERVFAIL,
	DNSD_SILENCE,
};

struct dnsd_record {
	const char		*name;		/* in lower case */
	int			 family;
	enum dnsd_action	 action;
	unsigned		 delay_ms;
	/* Separated by commas; NULL: the name exists, but has none of this family. */
	const char		*addresses;
};

/* Needs the loop. Returns where it listens, "127.0.0.1:12345"; exits on failure. */
const char	*dnsd_start(const struct dnsd_record *records, size_t count);
void		 dnsd_stop(void);
/* Questions seen since it was started. */
unsigned	 dnsd_questions(void);

#endif
