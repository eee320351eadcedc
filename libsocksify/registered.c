/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/registered.h"

#include <dirent.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>

#include "libsocksify/raw.h"

#define OWN		"/proc/thread-self/"
#define PATH_ROOM	48
#define ENTRIES_ROOM	2048	/* bytes of directory entries read at a time */
#define LINE_ROOM	256	/* of fdinfo: far more than one has */

/* Of getdents64(2). */
struct entry {
	uint64_t	number;
	int64_t		offset;
	uint16_t	size;
	uint8_t		type;
	char		name[];
};

/* "/proc/thread-self/@directory/@number". */
static void
write_path(char *path, const char *directory, int number)
{
	char digits[12], *d = digits + sizeof(digits) - 1;

	*d = '\0';
	do
		*--d = (char)('0' + number % 10);
	while ((number /= 10) != 0);
	path = stpcpy(stpcpy(path, OWN), directory);
	strcpy(path, d);
}

static bool
is_epoll(int fd)
{
	static const char what[] = "anon_inode:[eventpoll]";
	char path[PATH_ROOM], target[sizeof(what)];

	write_path(path, "fd/", fd);
	return RAW(SYS_readlinkat, AT_FDCWD, path, target, sizeof(target)) == sizeof(what) - 1 &&
	    memcmp(target, what, sizeof(what) - 1) == 0;
}

/* The number that @name is, or -1. */
static int
number_of(const char *name)
{
	int n = 0;

	if (*name < '0' || *name > '9')
		return -1;
	for (; *name >= '0' && *name <= '9' && n < INT32_MAX / 10 - 1; name++)
		n = n * 10 + *name - '0';
	return n;
}

int
registered_epolls(int *epolls, int max)
{
	_Alignas(struct entry) char room[ENTRIES_ROOM];
	long directory = RAW(SYS_openat, AT_FDCWD, OWN "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC), n;
	int count = 0;

	if (directory < 0)
		return 0;
	while ((n = RAW(SYS_getdents64, directory, room, sizeof(room))) > 0)
		for (long at = 0; at < n;) {
			const struct entry *e = (const void *)(room + at);
			int fd = number_of(e->name);

			if (fd >= 0 && count < max && is_epoll(fd))
				epolls[count++] = fd;
			at += e->size;
		}
	RAW(SYS_close, directory);
	return count;
}

/* Keeps of @epolls those in which the file @probe is registered: how many of @count. */
static int
keep_those_with(int probe, int *epolls, int count)
{
	struct epoll_event nothing = { 0 };
	int kept = 0;

	for (int i = 0; i < count; i++)
		if (RAW(SYS_epoll_ctl, epolls[i], EPOLL_CTL_MOD, probe, &nothing) == 0)
			epolls[kept++] = epolls[i];
	return kept;
}

int
registered_others(int epoll, int *others, int max)
{
	struct epoll_event nothing = { 0 };
	int count = registered_epolls(others, max), kept = 0;
	/* A file that never has an event. */
	int probe = (int)RAW(SYS_eventfd2, 0, EFD_CLOEXEC);

	if (probe < 0)
		return 0;
	if (RAW(SYS_epoll_ctl, epoll, EPOLL_CTL_ADD, probe, &nothing) == 0)
		kept = keep_those_with(probe, others, count);
	RAW(SYS_epoll_ctl, epoll, EPOLL_CTL_DEL, probe, NULL);
	RAW(SYS_close, probe);
	for (int i = 0; i < kept; i++)
		if (others[i] == epoll)
			others[i--] = others[--kept];
	return kept;
}

/* The number behind @label in @line, by @base; false: there is no such label. */
static bool
field(const char *line, const char *label, unsigned base, uint64_t *value)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = strstr(line, label), *digit;

	if (at == NULL)
		return false;
	at += strlen(label);
	at += strspn(at, " \t");
	*value = 0;
	for (; *at != '\0' && (digit = memchr(digits, *at, base)) != NULL; at++)
		*value = *value * base + (uint64_t)(digit - digits);
	return true;
}

/* Whether @line, "tfd: 5 events: 1d data: 5 ...", is about @fd. */
static bool
is_about(const char *line, int fd, struct epoll_event *event)
{
	uint64_t number, events, data;

	if (strncmp(line, "tfd:", 4) != 0 || !field(line, "tfd:", 10, &number) ||
	    number != (uint64_t)fd || !field(line, "events:", 16, &events) ||
	    !field(line, "data:", 16, &data))
		return false;
	event->events = (uint32_t)events;
	event->data.u64 = data;
	return true;
}

bool
registered_event(int epoll, int fd, struct epoll_event *event)
{
	char path[PATH_ROOM], text[4 * LINE_ROOM + 1], *line, *end;
	size_t have = 0;
	bool found = false;
	long file, n;

	write_path(path, "fdinfo/", epoll);
	file = RAW(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return false;
	while (!found && (n = RAW(SYS_read, file, text + have, sizeof(text) - 1 - have)) > 0) {
		have += (size_t)n;
		text[have] = '\0';
		for (line = text; !found && (end = strchr(line, '\n')) != NULL; line = end + 1) {
			*end = '\0';
			found = is_about(line, fd, event);
		}
		/* The beginning of the next line; one that fills the room is none of ours. */
		have = line == text && have == sizeof(text) - 1 ? 0 : strlen(line);
		memmove(text, line, have);
	}
	RAW(SYS_close, file);
	return found;
}
