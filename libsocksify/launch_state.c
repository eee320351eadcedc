/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/launch_state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libsocksify/launch_janitor.h"
#include "libsocksify/launch_message.h"
#include "libsocksify/settings_environment.h"
#include "libsocksify/state.h"

#define SHARED_MEMORY	"/dev/shm"
#define ATTEMPTS	8	/* at a random name of 64 bits */

/* Whether the directory is ours and nobody else can change what it holds. */
static bool
is_private_directory(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
	    (st.st_mode & 022) == 0;
}

/*
 * The prefix of the file's path: in the user's run-time directory, else in shared
 * memory, which every user may write to and where names need the user's id.
 */
static void
choose_prefix(char *prefix, size_t size)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	if (runtime != NULL && runtime[0] == '/' && is_private_directory(runtime) &&
	    (size_t)snprintf(prefix, size, "%s/socksify", runtime) < size - 32) {
		mkdir(prefix, 0700);
		if (is_private_directory(prefix)) {
			strcat(prefix, "/");
			return;
		}
	}
	snprintf(prefix, size, SHARED_MEMORY "/socksify-%u-", (unsigned)geteuid());
}

/* A new file of a random name: its descriptor, or -errno. */
static int
create_file(char *path, size_t size)
{
	char prefix[PATH_MAX - 32];
	uint64_t random;
	int fd;

	choose_prefix(prefix, sizeof(prefix));
	launch_sweep_states(prefix);
	for (unsigned i = 0; i < ATTEMPTS; i++) {
		if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
			return -errno;
		snprintf(path, size, "%s%016" PRIx64, prefix, random);
		fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd >= 0 || errno != EEXIST)
			return fd >= 0 ? fd : -errno;
	}
	return -EEXIST;
}

/* Sparse, but for the part that nobody asks for page by page: 0, or -errno. */
static int
fill_file(int fd, const struct settings *settings)
{
	struct state *state;
	int rc;

	if (fchmod(fd, 0600) < 0 || ftruncate(fd, sizeof(*state)) < 0)
		return -errno;
	rc = posix_fallocate(fd, 0, STATE_BACKED);
	if (rc != 0)
		return -rc;
	state = mmap(NULL, STATE_BACKED, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (state == MAP_FAILED)
		return -errno;
	state_init(state);
	state->settings = *settings;
	munmap(state, STATE_BACKED);
	return 0;
}

/* 0, or -1 with errno. */
static int
set_loopback(bool on)
{
	return on ? setenv(SETTINGS_LOOPBACK_VARIABLE, "yes", 1) :
	    unsetenv(SETTINGS_LOOPBACK_VARIABLE);
}

int
launch_create_state(struct launch_state *state, const struct settings *settings)
{
	int rc;

	state->fd = create_file(state->path, sizeof(state->path));
	if (state->fd < 0)
		return launch_fail("%s: %s", state->path, strerror(-state->fd));
	rc = fill_file(state->fd, settings);
	if (rc == 0 && (setenv(STATE_VARIABLE, state->path, 1) < 0 ||
	    set_loopback(settings->proxy_loopback) < 0))
		rc = -errno;
	if (rc == 0)
		return 0;
	launch_complain("%s: %s", state->path, strerror(-rc));
	launch_remove_state(state);
	return -1;
}

void
launch_remove_state(struct launch_state *state)
{
	unlink(state->path);
	close(state->fd);
	state->fd = -1;
}
