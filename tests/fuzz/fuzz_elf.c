/* SPDX-License-Identifier: ISC */
/* A file that says to be a program, which may say anything else as well. */
#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "libsocksify/elf_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct elf_file file;
	int rc = elf_parse(&file, data, len);
	size_t room;

	assert(rc == 0 || rc == -ENOEXEC || rc == -EBADMSG);
	if (rc == 0 && file.interpreter != NULL) {
		room = len - (size_t)((const uint8_t *)file.interpreter - data);
		assert(room <= len);
		assert(memchr(file.interpreter, '\0', room) != NULL);
	}
	return 0;
}
