/* SPDX-License-Identifier: ISC */
/* What the bytes of a program tell, in every word size and byte order, cut off anywhere. */
#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/compiler.h"
#include "libsocksify/elf_file.h"

#define IMAGE_SIZE	2048
#define SEGMENTS_MAX	4

/* A program under construction: headers at the start, then what they point to. */
struct image {
	uint8_t		bytes[IMAGE_SIZE];
	size_t		used;
	unsigned	segments;
	bool		wide, big_endian;
};

static void
put(struct image *image, size_t at, size_t size, uint64_t value)
{
	assert_true(at + size <= IMAGE_SIZE);
	for (size_t i = 0; i < size; i++) {
		size_t byte = image->big_endian ? size - 1 - i : i;

		image->bytes[at + byte] = (uint8_t)(value >> 8 * i);
	}
}

#define PUT(image, base, structure, member, value) \
	((image)->wide ? \
	put(image, (base) + offsetof(Elf64_##structure, member), \
	    sizeof(((Elf64_##structure *)NULL)->member), value) : \
	put(image, (base) + offsetof(Elf32_##structure, member), \
	    sizeof(((Elf32_##structure *)NULL)->member), value))
#define SIZE(image, structure) \
	((image)->wide ? sizeof(Elf64_##structure) : sizeof(Elf32_##structure))

static void
image_init(struct image *image, bool wide, bool big_endian)
{
	memset(image, 0, sizeof(*image));
	image->wide = wide;
	image->big_endian = big_endian;
	memcpy(image->bytes, ELFMAG, SELFMAG);
	image->bytes[EI_CLASS] = wide ? ELFCLASS64 : ELFCLASS32;
	image->bytes[EI_DATA] = big_endian ? ELFDATA2MSB : ELFDATA2LSB;
	PUT(image, 0, Ehdr, e_type, ET_DYN);
	PUT(image, 0, Ehdr, e_machine, EM_AARCH64);
	PUT(image, 0, Ehdr, e_phoff, SIZE(image, Ehdr));
	PUT(image, 0, Ehdr, e_phentsize, SIZE(image, Phdr));
	image->used = SIZE(image, Ehdr) + SEGMENTS_MAX * SIZE(image, Phdr);
}

/* Room for @size bytes behind what is there: where. */
static size_t
reserve(struct image *image, size_t size)
{
	size_t at = (image->used + 7) & ~(size_t)7;

	image->used = at + size;
	assert_true(image->used <= IMAGE_SIZE);
	return at;
}

static void
add_segment(struct image *image, uint32_t type, size_t at, size_t len)
{
	size_t header = SIZE(image, Ehdr) + image->segments++ * SIZE(image, Phdr);

	PUT(image, header, Phdr, p_type, type);
	PUT(image, header, Phdr, p_offset, at);
	PUT(image, header, Phdr, p_filesz, len);
	PUT(image, 0, Ehdr, e_phnum, image->segments);
}

static void
add_interpreter(struct image *image, const char *path)
{
	size_t at = reserve(image, strlen(path) + 1);

	memcpy(image->bytes + at, path, strlen(path) + 1);
	add_segment(image, PT_INTERP, at, strlen(path) + 1);
}

static void
add_dynamic(struct image *image, unsigned needed)
{
	size_t at = reserve(image, (needed + 2) * SIZE(image, Dyn));

	PUT(image, at, Dyn, d_tag, DT_SONAME);
	for (unsigned i = 1; i <= needed; i++)
		PUT(image, at + i * SIZE(image, Dyn), Dyn, d_tag, DT_NEEDED);
	add_segment(image, PT_DYNAMIC, at, (needed + 2) * SIZE(image, Dyn));
}

/* A note of another owner, then one of @owner, of three letters. */
static void
add_notes(struct image *image, const char *owner, uint32_t type)
{
	size_t head = SIZE(image, Nhdr), at = reserve(image, 2 * head + 8 + 4 + 8);
	size_t second = at + head + 8 + 4;

	PUT(image, at, Nhdr, n_namesz, 5);
	PUT(image, at, Nhdr, n_descsz, 3);
	PUT(image, at, Nhdr, n_type, NT_GNU_BUILD_ID);
	memcpy(image->bytes + at + head, "LLVM", 5);
	PUT(image, second, Nhdr, n_namesz, strlen(owner) + 1);
	PUT(image, second, Nhdr, n_descsz, 4);
	PUT(image, second, Nhdr, n_type, type);
	memcpy(image->bytes + second + head, owner, strlen(owner) + 1);
	add_segment(image, PT_NOTE, at, image->used - at);
}

/* Two sections: the names, and one of that name. */
static void
add_section(struct image *image, const char *name)
{
	size_t names = reserve(image, strlen(name) + 2);
	size_t at = reserve(image, 2 * SIZE(image, Shdr));

	memcpy(image->bytes + names + 1, name, strlen(name) + 1);
	PUT(image, at, Shdr, sh_offset, names);
	PUT(image, at + SIZE(image, Shdr), Shdr, sh_name, 1);
	PUT(image, 0, Ehdr, e_shoff, at);
	PUT(image, 0, Ehdr, e_shnum, 2);
	PUT(image, 0, Ehdr, e_shentsize, SIZE(image, Shdr));
}

/* Parses it out of an exact allocation, so that a read past the end is seen. */
static int
parse(struct elf_file *file, const struct image *image, size_t len, uint8_t **copy)
{
	*copy = malloc(len > 0 ? len : 1);
	assert_non_null(*copy);
	memcpy(*copy, image->bytes, len);
	return elf_parse(file, *copy, len);
}

static void
a_dynamic_program_names_its_linker(void **state UNUSED)
{
	for (unsigned i = 0; i < 4; i++) {
		struct elf_file file;
		struct image image;
		uint8_t *copy;

		image_init(&image, i & 1, i & 2);
		add_interpreter(&image, "/lib/ld.so.1");
		add_dynamic(&image, 3);
		assert_int_equal(parse(&file, &image, image.used, &copy), 0);
		assert_string_equal(file.interpreter, "/lib/ld.so.1");
		assert_int_equal(file.wide, i & 1);
		assert_int_equal(file.big_endian, (i & 2) != 0);
		assert_int_equal(file.type, ET_DYN);
		assert_int_equal(file.machine, EM_AARCH64);
		assert_int_equal(file.needed, 3);
		assert_false(file.go);
		assert_false(file.appimage);
		free(copy);
	}
}

static void
a_static_one_names_none(void **state UNUSED)
{
	struct elf_file file;
	struct image image;
	uint8_t *copy;

	image_init(&image, true, false);
	image.bytes[8] = 'A';
	image.bytes[9] = 'I';
	image.bytes[10] = 2;
	add_segment(&image, PT_LOAD, 0, 1 << 20);
	assert_int_equal(parse(&file, &image, image.used, &copy), 0);
	assert_null(file.interpreter);
	assert_int_equal(file.needed, 0);
	assert_true(file.appimage);
	free(copy);
}

static void
go_is_known_by_note_or_section(void **state UNUSED)
{
	static const struct {
		const char	*owner;
		uint32_t	 type;
		const char	*section;
		bool		 go;
	} cases[] = {
		{ "Go\0", 4, ".text", true },
		{ "Go\0", 3, ".text", false },
		{ "GNU", 4, ".text", false },
		{ "GNU", 3, ".go.buildinfo", true },
		{ "GNU", 3, ".note.go.buildid", true },
		{ "GNU", 3, ".gopclntab", true },
		{ "GNU", 3, ".go.buildinfos", false },
		{ "GNU", 3, ".gosymtab", false },
	};

	for (size_t i = 0; i < 4 * ARRAY_SIZE(cases); i++) {
		size_t c = i / 4;
		struct elf_file file;
		struct image image;
		uint8_t *copy;

		image_init(&image, i & 1, i & 2);
		add_interpreter(&image, "/lib/ld.so.1");
		add_notes(&image, cases[c].owner, cases[c].type);
		if (cases[c].owner[2] == '\0') {
			/* "Go", its NUL, and one more that pads it. */
			size_t note = image.used - 8 - SIZE(&image, Nhdr);

			PUT(&image, note, Nhdr, n_namesz, 4);
		}
		add_section(&image, cases[c].section);
		assert_int_equal(parse(&file, &image, image.used, &copy), 0);
		assert_int_equal(file.go, cases[c].go);
		free(copy);
	}
}

static void
what_is_cut_off_is_not_believed(void **state UNUSED)
{
	for (unsigned i = 0; i < 4; i++) {
		struct image image;
		size_t whole;

		image_init(&image, i & 1, i & 2);
		add_notes(&image, "GNU", 4);
		add_dynamic(&image, 2);
		add_interpreter(&image, "/lib/ld.so.1");
		whole = image.used;
		add_section(&image, ".go.buildinfo");
		for (size_t len = 0; len <= image.used; len++) {
			struct elf_file file;
			uint8_t *copy;
			int rc = parse(&file, &image, len, &copy);

			assert_int_equal(rc, len < SELFMAG ? -ENOEXEC : len < whole ? -EBADMSG : 0);
			/* Without its sections a program still starts. */
			if (rc == 0)
				assert_int_equal(file.go, len == image.used);
			free(copy);
		}
	}
}

static void
what_contradicts_itself_is_refused(void **state UNUSED)
{
	static const struct {
		size_t		at, size;
		uint64_t	value;
	} cases[] = {
		{ EI_CLASS, 1, 3 },
		{ EI_DATA, 1, 0 },
		{ offsetof(Elf64_Ehdr, e_type), 2, ET_CORE },
		{ offsetof(Elf64_Ehdr, e_phnum), 2, 0 },
		{ offsetof(Elf64_Ehdr, e_phnum), 2, 0xffff },
		{ offsetof(Elf64_Ehdr, e_phentsize), 2, 1 },
		{ offsetof(Elf64_Ehdr, e_phoff), 8, UINT64_MAX },
		{ offsetof(Elf64_Ehdr, e_phoff), 8, UINT64_MAX - 10 },
		/* The interpreter: past the end, wrapped around it, empty, without an end. */
		{ sizeof(Elf64_Ehdr) + offsetof(Elf64_Phdr, p_offset), 8, 1 << 20 },
		{ sizeof(Elf64_Ehdr) + offsetof(Elf64_Phdr, p_offset), 8, UINT64_MAX },
		{ sizeof(Elf64_Ehdr) + offsetof(Elf64_Phdr, p_filesz), 8, UINT64_MAX },
		{ sizeof(Elf64_Ehdr) + offsetof(Elf64_Phdr, p_filesz), 8, 0 },
		{ sizeof(Elf64_Ehdr) + offsetof(Elf64_Phdr, p_filesz), 8, 5 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct elf_file file;
		struct image image;
		uint8_t *copy;

		image_init(&image, true, false);
		add_interpreter(&image, "/lib/ld.so.1");
		put(&image, cases[i].at, cases[i].size, cases[i].value);
		assert_int_equal(parse(&file, &image, image.used, &copy), -EBADMSG);
		free(copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dynamic_program_names_its_linker),
		cmocka_unit_test(a_static_one_names_none),
		cmocka_unit_test(go_is_known_by_note_or_section),
		cmocka_unit_test(what_is_cut_off_is_not_believed),
		cmocka_unit_test(what_contradicts_itself_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
