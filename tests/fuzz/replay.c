/* SPDX-License-Identifier: ISC */
/*
 * Puts every file of a corpus through a fuzz target, and every prefix of it, for
 * it is at their ends that parsers read too far. The corpus is the first argument
 * or, for a program fuzz_NAME, CORPUS/NAME.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX_BYTES	(1 << 20)
#define PREFIX_MAX	4096	/* longer files are shortened to this for their prefixes */

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Out of an exact allocation, so that the sanitizers see a read past the end. */
static void
run_one(const uint8_t *data, size_t len)
{
	uint8_t *exact = malloc(len == 0 ? 1 : len);

	if (exact == NULL)
		abort();
	memcpy(exact, data, len);
	LLVMFuzzerTestOneInput(exact, len);
	free(exact);
}

static int
replay_file(const char *path)
{
	static uint8_t data[FILE_MAX_BYTES];
	FILE *f = fopen(path, "re");
	size_t len;

	if (f == NULL) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	len = fread(data, 1, sizeof(data), f);
	fclose(f);
	for (size_t n = 0; n < len && n < PREFIX_MAX; n++)
		run_one(data, n);
	run_one(data, len);
	return 0;
}

static int
replay_directory(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	unsigned count = 0;
	char name[4096];
	int failed = 0;

	if (dir == NULL) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return 1;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		failed |= replay_file(name) < 0;
		count++;
	}
	closedir(dir);
	printf("%u inputs of %s\n", count, path);
	return failed || count == 0;
}

int
main(int argc, char **argv)
{
	const char *name = strstr(argv[0], "fuzz_");
	char path[4096];

	if (argc > 1)
		return replay_directory(argv[1]);
	/* The last one: the directory may be called so as well. */
	for (const char *next = name; next != NULL; next = strstr(next + 1, "fuzz_"))
		name = next;
	if (name == NULL) {
		fprintf(stderr, "usage: %s CORPUS\n", argv[0]);
		return 2;
	}
	snprintf(path, sizeof(path), "%s/%s", CORPUS, name + strlen("fuzz_"));
	return replay_directory(path);
}
