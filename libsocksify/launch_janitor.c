/* SPDX-License-Identifier: ISC */
/*
 * Theory of operation
 *
 * The launcher becomes the command, so that its process id, its place in job
 * control and its exit status are the command's own. Somebody else must then
 * remove the shared file, and only when nobody can need it any more: the
 * command's descendants may outlive it. That is the janitor, a process of its
 * own session with no descriptors of the user's, which the init process adopts
 * at once; it is no child of the command.
 *
 * It waits for the end of the command's first process, then looks now and then
 * whether the file is in use. It is as long as
 * - some process has it mapped. A read lease (fcntl(2)) is granted only when no
 *   open file description may write to the file, and a mapping holds its
 *   description although the descriptor is long closed; the kernel drops both
 *   whatever way a process ends; or
 * - some process of the user was started with the file's path in its
 *   environment. It may be a static program that starts others, or be just now
 *   between exec() and the library's start.
 *
 * The launcher keeps the file open until it becomes the command, so that one or the
 * other holds at every moment. Where leases are not to be had the second alone
 * decides. SIGTERM, as a service manager sends it to all processes of a group that
 * it stops, makes the janitor remove the file at once: who has it mapped keeps it.
 * A janitor that was killed leaves the file, which the next launcher removes when
 * it finds it in nobody's use. A living janitor holds a lock on its file, and nobody
 * else touches that: who uses it may be in a process namespace that only the
 * janitor sees into.
 */
#include <config.h>

#include "libsocksify/launch_janitor.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libsocksify/launch_message.h"
#include "libsocksify/state.h"

/* The janitor's descriptors, beside 0 to 2. */
#define PROCESS_FD	3
#define LOCK_FD		4
#define FIRST_FREE_FD	5

#define INTERVAL_FIRST	250	/* milliseconds between looks, doubled each time */
#define INTERVAL_LAST	30000

/* Whether the bytes of the open file hold @text; a file that cannot be read does not. */
static bool
file_holds(int fd, const char *text)
{
	char buf[8192];
	size_t want = strlen(text), kept = 0;
	ssize_t n;

	while ((n = read(fd, buf + kept, sizeof(buf) - kept)) > 0) {
		size_t len = kept + (size_t)n;

		if (memmem(buf, len, text, want) != NULL)
			return true;
		/* The text may lie across two reads. */
		kept = len < want ? len : want - 1;
		memmove(buf, buf + len - kept, kept);
	}
	return false;
}

/* Whether any process other than this one was started with "SOCKSIFY_STATE=@path". */
static bool
is_in_an_environment(const char *path)
{
	char text[PATH_MAX + 32], name[sizeof("/proc//environ") + NAME_MAX];
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	bool found = false;
	int fd;

	snprintf(text, sizeof(text), STATE_VARIABLE "=%s", path);
	while (proc != NULL && !found && (entry = readdir(proc)) != NULL) {
		if (!isdigit((unsigned char)entry->d_name[0]) || atoi(entry->d_name) == getpid())
			continue;
		snprintf(name, sizeof(name), "/proc/%s/environ", entry->d_name);
		fd = open(name, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		found = file_holds(fd, text);
		close(fd);
	}
	if (proc != NULL)
		closedir(proc);
	return found;
}

/* Whether anybody has the file open, or mapped, for writing; false too where leases are unknown. */
static bool
has_writers(int fd)
{
	/* Whoever opens the file just now makes the kernel tell us; the usual SIGIO would kill. */
	fcntl(fd, F_SETSIG, SIGURG);
	if (fcntl(fd, F_SETLEASE, F_RDLCK) < 0)
		return errno == EAGAIN;
	fcntl(fd, F_SETLEASE, F_UNLCK);
	return false;
}

static bool
is_in_use(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	bool used;

	if (fd < 0)
		return false;
	/* The last look is for a program that went from its exec() to its mapping meanwhile. */
	used = has_writers(fd) || is_in_an_environment(path) || has_writers(fd);
	close(fd);
	return used;
}

/* Whether a janitor, or a launcher that has none yet, looks after the file. */
static bool
is_looked_after(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	bool locked;

	if (fd < 0)
		return true;
	locked = flock(fd, LOCK_EX | LOCK_NB) < 0;
	close(fd);
	return locked;
}

void
launch_sweep_states(const char *prefix)
{
	char directory[PATH_MAX], path[PATH_MAX + NAME_MAX + 2];
	size_t n = (size_t)(strrchr(prefix, '/') - prefix);
	struct dirent *entry;
	struct stat st;
	DIR *dir;

	snprintf(directory, sizeof(directory), "%.*s", (int)n, prefix);
	dir = opendir(directory);
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
		if (strncmp(path, prefix, strlen(prefix)) == 0 && lstat(path, &st) == 0 &&
		    S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
		    !is_looked_after(path) && !is_in_use(path))
			unlink(path);
	}
	if (dir != NULL)
		closedir(dir);
}

static void
close_from(int first)
{
	if (syscall(SYS_close_range, first, ~0U, 0) == 0)
		return;
	for (long fd = sysconf(_SC_OPEN_MAX) - 1; fd >= first; fd--)
		close((int)fd);
}

/*
 * Leaves nothing of the user's behind: directory, terminal, descriptors. The lock is
 * kept, as LOCK_FD, and the pidfd, as PROCESS_FD if there is one.
 */
static void
detach(int lock, int process)
{
	setsid();
	if (chdir("/") < 0)
		_exit(1);
	prctl(PR_SET_NAME, "socksify-tidy");
	/* Out of the way of each other first. */
	lock = fcntl(lock, F_DUPFD, FIRST_FREE_FD);
	process = process >= 0 ? fcntl(process, F_DUPFD, FIRST_FREE_FD) : -1;
	for (int fd = 0; fd < FIRST_FREE_FD; fd++)
		close(fd);
	dup2(lock, LOCK_FD);
	if (process >= 0)
		dup2(process, PROCESS_FD);
	close_from(FIRST_FREE_FD);
	if (open("/dev/null", O_RDWR) != 0 || dup(0) != 1 || dup(0) != 2)
		_exit(1);
}

/* @lock is the file, locked; @process is a pidfd, or -1 where the kernel has none. */
static void NORETURN
janitor(const char *path, int lock, int process)
{
	struct pollfd waits[2];
	sigset_t all, term;
	int interval = -1;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	detach(lock, process);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	waits[0] = (struct pollfd){ .fd = signalfd(-1, &term, SFD_CLOEXEC), .events = POLLIN };
	waits[1] = (struct pollfd){ .fd = process >= 0 ? PROCESS_FD : -1, .events = POLLIN };
	if (process < 0)
		interval = INTERVAL_LAST;
	do {
		poll(waits, ARRAY_SIZE(waits), interval);
		if (waits[0].revents != 0)
			break;
		if (waits[1].revents != 0) {
			waits[1].fd = -1;
			interval = INTERVAL_FIRST / 2;
		}
		if (interval > 0 && interval < INTERVAL_LAST)
			interval *= 2;
	} while (is_in_use(path));
	unlink(path);
	_exit(0);
}

int
launch_start_janitor(const char *path)
{
	int process = (int)syscall(SYS_pidfd_open, getpid(), 0);
	int lock = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	pid_t child;

	if (lock < 0 || flock(lock, LOCK_EX | LOCK_NB) < 0)
		return launch_fail("%s: %s", path, strerror(errno));
	child = fork();
	if (child == 0) {
		/* Its parent ends, so that the command has no child that it did not start. */
		pid_t grandchild = fork();

		if (grandchild == 0)
			janitor(path, lock, process);
		_exit(grandchild < 0);
	}
	if (process >= 0)
		close(process);
	close(lock);
	if (child < 0)
		return launch_fail("fork: %s", strerror(errno));
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	return 0;
}
