/* SPDX-License-Identifier: ISC */
/*
 * What the bytes of a program's file tell of how it is started: of either word
 * size and byte order. No I/O, and no number in the file is believed.
 */
#ifndef LIBSOCKSIFY_ELF_FILE_H
#define LIBSOCKSIFY_ELF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_file {
	const uint8_t	*data;		/* the caller's bytes */
	size_t		 len;
	bool		 wide;		/* of 64 bits */
	bool		 big_endian;
	uint16_t	 type;		/* ET_EXEC, ET_DYN and so on */
	uint16_t	 machine;	/* EM_X86_64 and so on */
	const char	*interpreter;	/* the dynamic linker, within .data; NULL: none */
	unsigned	 needed;	/* how many libraries it is linked to */
	bool		 go;		/* the Go toolchain made it, with or without cgo */
	bool		 appimage;	/* it starts a file system image behind it */
};

/*
 * 0, and @file is filled in, for a program or library; -ENOEXEC if it is no ELF
 * file; -EBADMSG if it is cut off or contradicts itself.
 */
int	 elf_parse(struct elf_file *file, const void *data, size_t len);

#endif
