/* SPDX-License-Identifier: ISC */
/* Any bytes as a password file: entries are sound and found again, or the line is a fault. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "server/password_file.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(int condition)
{
	if (!condition)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct password_file f;

	require(password_file_parse(&f, (const char *)data, size) == 0);
	for (size_t i = 0; i < f.count; i++) {
		const struct password_entry *entry = &f.entries[i];

		require(strlen(entry->name) <= PASSWORD_NAME_MAX && entry->name[0] != '\0');
		require(strchr(entry->name, ':') == NULL && strchr(entry->hash, ':') == NULL);
		require(entry->line > 0 && entry->line <= size);
		require(password_file_find(&f, entry->name) == entry);
	}
	for (unsigned i = 0; i < f.fault_count && i < PASSWORD_FAULTS_MAX; i++)
		require(f.faults[i].line > 0 && f.faults[i].what != NULL);
	password_file_free(&f);
	return 0;
}
