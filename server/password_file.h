/* SPDX-License-Identifier: ISC */
/*
 * The text of a password file: lines of "name:hash". Empty lines and lines that begin
 * with "#" mean nothing; white space around a line is ignored; the first line of a name
 * is the one that counts. A line that cannot be used is skipped and noted. Pure: the
 * caller reads the file, and wipes what it read.
 */
#ifndef SERVER_PASSWORD_FILE_H
#define SERVER_PASSWORD_FILE_H

#include <stddef.h>

#define PASSWORD_NAME_MAX	255	/* RFC 1929: one length byte */
#define PASSWORD_FAULTS_MAX	16

struct password_entry {
	const char	*name;
	const char	*hash;
	unsigned	 line;	/* from 1 */
};

struct password_fault {
	unsigned	 line;
	const char	*what;	/* a constant */
};

struct password_file {
	char			*text;		/* what the entries point into */
	size_t			 size;
	struct password_entry	*entries;	/* in the order of their names */
	size_t			 count;
	/* Lines that were skipped: how many, and the first of them. */
	unsigned		 fault_count;
	struct password_fault	 faults[PASSWORD_FAULTS_MAX];
};

/* 0, or -ENOMEM; @f is then empty. Keeps a copy of @text, which may be NULL if @len is 0. */
int	 password_file_parse(struct password_file *f, const char *text, size_t len);
/* NULL: no such name. */
const struct password_entry *password_file_find(const struct password_file *f, const char *name);
/* Wipes it too. */
void	 password_file_free(struct password_file *f);

/* Why @hash can never be used, as a constant text; NULL: it can. */
const char *password_hash_fault(const char *hash);

#endif
