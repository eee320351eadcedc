/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/password_file.h"

#include <crypt.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The shortest digest of the methods that are accepted: yescrypt's 256 bits. */
#define DIGEST_MIN	43

const char *
password_hash_fault(const char *hash)
{
	const char *digest = strrchr(hash, '$');

	if (hash[0] == '\0')
		return "no password is set";
	if (hash[0] == '!' || hash[0] == '*')
		return "the password is locked";
	if (strlen(hash) >= CRYPT_OUTPUT_SIZE || strpbrk(hash, ": \t") != NULL)
		return "not a crypt(3) hash";
	switch (crypt_checksalt(hash)) {
	case CRYPT_SALT_OK:
		break;
	case CRYPT_SALT_INVALID:
		return "not a crypt(3) hash";
	default:
		return "the hash is of a weak method (use yescrypt, sha512crypt or bcrypt)";
	}
	if (digest == NULL || strlen(digest + 1) < DIGEST_MIN)
		return "the hash is cut short";
	return NULL;
}

static void
file_fault(struct password_file *f, unsigned line, const char *what)
{
	if (f->fault_count < PASSWORD_FAULTS_MAX)
		f->faults[f->fault_count] = (struct password_fault){ line, what };
	f->fault_count++;
}

static int
file_add(struct password_file *f, const struct password_entry *entry)
{
	struct password_entry *entries = f->entries;

	/* Room for a power of two: full whenever the count is one. */
	if ((f->count & (f->count - 1)) == 0) {
		size_t room = f->count == 0 ? 1 : f->count * 2;

		entries = reallocarray(entries, room, sizeof(*entries));
		if (entries == NULL)
			return -ENOMEM;
		f->entries = entries;
	}
	entries[f->count++] = *entry;
	return 0;
}

/* Takes one line, @len bytes that a NUL follows; cuts it up in place. 0, or -ENOMEM. */
static int
file_line(struct password_file *f, char *line, size_t len, unsigned number)
{
	struct password_entry entry = { .name = line, .line = number };
	const char *fault;
	char *colon;

	if (memchr(line, '\0', len) != NULL) {
		file_fault(f, number, "a NUL byte");
		return 0;
	}
	while (len > 0 && strchr(" \t\r", line[len - 1]) != NULL)
		line[--len] = '\0';
	entry.name += strspn(line, " \t\r");
	if (entry.name[0] == '\0' || entry.name[0] == '#')
		return 0;
	colon = strchr(entry.name, ':');
	if (colon == NULL) {
		file_fault(f, number, "no colon between name and hash");
		return 0;
	}
	*colon = '\0';
	entry.hash = colon + 1;
	fault = password_hash_fault(entry.hash);
	if (colon == entry.name || colon - entry.name > PASSWORD_NAME_MAX)
		fault = "no name, or one of more than 255 bytes";
	if (fault == NULL)
		return file_add(f, &entry);
	file_fault(f, number, fault);
	return 0;
}

static int
entry_order(const void *a, const void *b)
{
	const struct password_entry *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

/* Orders the entries for the search and leaves the first of every name. */
static void
file_sort(struct password_file *f)
{
	size_t kept = 0;

	if (f->count == 0)
		return;
	qsort(f->entries, f->count, sizeof(*f->entries), entry_order);
	for (size_t i = 1; i < f->count; i++) {
		if (strcmp(f->entries[i].name, f->entries[kept].name) == 0)
			file_fault(f, f->entries[i].line, "the name stands on an earlier line too");
		else
			f->entries[++kept] = f->entries[i];
	}
	f->count = kept + 1;
}

int
password_file_parse(struct password_file *f, const char *text, size_t len)
{
	unsigned number = 0;
	char *line, *end;

	*f = (struct password_file){ .size = len + 1 };
	f->text = malloc(f->size);
	if (f->text == NULL)
		return -ENOMEM;
	if (len > 0)
		memcpy(f->text, text, len);
	f->text[len] = '\0';
	for (line = f->text; line < f->text + len; line = end + 1) {
		end = memchr(line, '\n', (size_t)(f->text + len - line));
		if (end == NULL)
			end = f->text + len;
		*end = '\0';
		if (file_line(f, line, (size_t)(end - line), ++number) < 0) {
			password_file_free(f);
			return -ENOMEM;
		}
	}
	file_sort(f);
	return 0;
}

const struct password_entry *
password_file_find(const struct password_file *f, const char *name)
{
	size_t low = 0, high = f->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, f->entries[middle].name);

		if (order == 0)
			return &f->entries[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

void
password_file_free(struct password_file *f)
{
	if (f->text != NULL)
		explicit_bzero(f->text, f->size);
	free(f->text);
	free(f->entries);
	*f = (struct password_file){ 0 };
}
