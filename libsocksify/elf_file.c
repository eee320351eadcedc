/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/elf_file.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#include "common/compiler.h"

/* The kernel reads no more of program headers, and refuses a program that has more. */
#define PROGRAM_HEADERS_MAX	65536

#define NOTE_GO_BUILD_ID	4	/* type of the note whose owner is "Go" */

/* Where a member lies in this file's form of a structure, and its size: for number(). */
#define MEMBER(file, structure, member) \
	((file)->wide ? offsetof(Elf64_##structure, member) : offsetof(Elf32_##structure, member)), \
	((file)->wide ? sizeof(((Elf64_##structure *)NULL)->member) : \
	    sizeof(((Elf32_##structure *)NULL)->member))
#define SIZE(file, structure) \
	((file)->wide ? sizeof(Elf64_##structure) : sizeof(Elf32_##structure))

struct range {
	uint64_t	at, len;	/* bytes of the file */
};

static bool
is_within(const struct elf_file *file, uint64_t at, uint64_t len)
{
	return at <= file->len && len <= file->len - at;
}

/* The number of @size bytes at @offset of what starts at @base; 0 past the end. */
static uint64_t
number(const struct elf_file *file, uint64_t base, size_t offset, size_t size)
{
	uint64_t value = 0;

	if (!is_within(file, base, offset + size))
		return 0;
	for (size_t i = 0; i < size; i++) {
		size_t byte = file->big_endian ? i : size - 1 - i;

		value = value << 8 | file->data[base + offset + byte];
	}
	return value;
}

static bool
range_is(const struct elf_file *file, uint64_t at, const char *text)
{
	size_t len = strlen(text) + 1;

	return is_within(file, at, len) && memcmp(file->data + at, text, len) == 0;
}

/* Notes: sizes of owner and description, type, and the two, padded to four bytes. */
static bool
has_go_note(const struct elf_file *file, struct range notes)
{
	uint64_t at = notes.at, end = notes.at + notes.len;

	while (end - at >= SIZE(file, Nhdr)) {
		uint64_t owner = number(file, at, MEMBER(file, Nhdr, n_namesz));
		uint64_t description = number(file, at, MEMBER(file, Nhdr, n_descsz));
		uint64_t size = SIZE(file, Nhdr) + ((owner + 3) & ~3ULL) + ((description + 3) & ~3ULL);

		if (number(file, at, MEMBER(file, Nhdr, n_type)) == NOTE_GO_BUILD_ID && owner == 3 + 1 &&
		    range_is(file, at + SIZE(file, Nhdr), "Go\0"))
			return true;
		if (size > end - at)
			return false;
		at += size;
	}
	return false;
}

static unsigned
count_needed(const struct elf_file *file, struct range entries)
{
	unsigned count = 0;

	for (uint64_t i = 0; i < entries.len / SIZE(file, Dyn); i++) {
		uint64_t tag = number(file, entries.at + i * SIZE(file, Dyn), MEMBER(file, Dyn, d_tag));

		if (tag == DT_NULL)
			break;
		count += tag == DT_NEEDED;
	}
	return count;
}

/* Notes one part that the file is loaded from: 0, or -EBADMSG. */
static int
take_segment(struct elf_file *file, uint64_t header)
{
	struct range range = {
		.at = number(file, header, MEMBER(file, Phdr, p_offset)),
		.len = number(file, header, MEMBER(file, Phdr, p_filesz)),
	};
	uint64_t type = number(file, header, MEMBER(file, Phdr, p_type));

	if (type != PT_INTERP && type != PT_NOTE && type != PT_DYNAMIC)
		return 0;
	if (!is_within(file, range.at, range.len)) {
		/* What a debugger's copy of a program lacks only these have. */
		return type == PT_INTERP ? -EBADMSG : 0;
	}
	if (type == PT_NOTE) {
		file->go = file->go || has_go_note(file, range);
	} else if (type == PT_DYNAMIC) {
		file->needed += count_needed(file, range);
	} else if (file->interpreter == NULL) {
		/* The kernel takes the first. */
		if (range.len < 2 || file->data[range.at + range.len - 1] != '\0')
			return -EBADMSG;
		file->interpreter = (const char *)file->data + range.at;
	}
	return 0;
}

static int
take_segments(struct elf_file *file)
{
	uint64_t at = number(file, 0, MEMBER(file, Ehdr, e_phoff));
	uint64_t count = number(file, 0, MEMBER(file, Ehdr, e_phnum));
	uint64_t size = SIZE(file, Phdr);

	if (count == 0 || count * size > PROGRAM_HEADERS_MAX || !is_within(file, at, count * size) ||
	    number(file, 0, MEMBER(file, Ehdr, e_phentsize)) != size)
		return -EBADMSG;
	for (uint64_t i = 0; i < count; i++) {
		if (take_segment(file, at + i * size) < 0)
			return -EBADMSG;
	}
	return 0;
}

/* Whether the section whose header is there has a name that only Go's linker gives. */
static bool
is_go_section(const struct elf_file *file, uint64_t names, uint64_t header)
{
	static const char *const known[] = { ".go.buildinfo", ".note.go.buildid", ".gopclntab" };
	uint64_t name = number(file, header, MEMBER(file, Shdr, sh_name));

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (name != 0 && range_is(file, names + name, known[i]))
			return true;
	}
	return false;
}

/* Nobody needs sections to start a program: any of them may be missing or wrong. */
static bool
has_go_section(const struct elf_file *file)
{
	uint64_t at = number(file, 0, MEMBER(file, Ehdr, e_shoff));
	uint64_t count = number(file, 0, MEMBER(file, Ehdr, e_shnum));
	uint64_t index = number(file, 0, MEMBER(file, Ehdr, e_shstrndx));
	uint64_t size = SIZE(file, Shdr), names;

	if (index >= count || !is_within(file, at, count * size) ||
	    number(file, 0, MEMBER(file, Ehdr, e_shentsize)) != size)
		return false;
	names = number(file, at + index * size, MEMBER(file, Shdr, sh_offset));
	if (names > file->len)
		return false;
	for (uint64_t i = 0; i < count; i++) {
		if (is_go_section(file, names, at + i * size))
			return true;
	}
	return false;
}

int
elf_parse(struct elf_file *file, const void *data, size_t len)
{
	memset(file, 0, sizeof(*file));
	file->data = data;
	file->len = len;
	if (len < SELFMAG || memcmp(data, ELFMAG, SELFMAG) != 0)
		return -ENOEXEC;
	if (len < EI_NIDENT)
		return -EBADMSG;
	file->wide = file->data[EI_CLASS] == ELFCLASS64;
	file->big_endian = file->data[EI_DATA] == ELFDATA2MSB;
	if ((!file->wide && file->data[EI_CLASS] != ELFCLASS32) ||
	    (!file->big_endian && file->data[EI_DATA] != ELFDATA2LSB) || len < SIZE(file, Ehdr))
		return -EBADMSG;
	/* Both types of AppImage have it where other files have zeros. */
	file->appimage = memcmp(file->data + EI_ABIVERSION, "AI", 2) == 0;
	file->type = (uint16_t)number(file, 0, MEMBER(file, Ehdr, e_type));
	file->machine = (uint16_t)number(file, 0, MEMBER(file, Ehdr, e_machine));
	if (file->type != ET_EXEC && file->type != ET_DYN)
		return -EBADMSG;
	if (take_segments(file) < 0)
		return -EBADMSG;
	file->go = file->go || has_go_section(file);
	return 0;
}
