/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/state.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libsocksify/raw.h"

static const uint8_t state_magic[8] = { 's', 'o', 'c', 'k', 's', 'i', 'f', 'y' };

static_assert((NAME_BUCKETS & (NAME_BUCKETS - 1)) == 0, "buckets are found by masking");
static_assert(sizeof(struct state) < UINT32_MAX, ".size holds it");

void
state_init(struct state *state)
{
	memcpy(state->magic, state_magic, sizeof(state->magic));
	state->version = STATE_VERSION;
	state->size = sizeof(*state);
	/* Without randomness the hash is merely predictable. */
	if (getrandom(&state->names.seed, sizeof(state->names.seed), GRND_NONBLOCK) < 0)
		state->names.seed = 0;
}

/* Whether the open file may be trusted at all: 0, or -errno. */
static int
state_check_file(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 077) != 0)
		return -EPERM;
	return st.st_size == (off_t)sizeof(struct state) ? 0 : -EBADMSG;
}

static int
state_map(int fd, struct state **state)
{
	struct state *s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (s == MAP_FAILED)
		return -errno;
	if (memcmp(s->magic, state_magic, sizeof(s->magic)) != 0 ||
	    s->version != STATE_VERSION || s->size != sizeof(*s)) {
		munmap(s, sizeof(*s));
		return -EBADMSG;
	}
	*state = s;
	return 0;
}

int
state_attach(const char *path, struct state **state)
{
	int fd = (int)RAW(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	int rc;

	if (fd < 0)
		return fd;
	rc = state_check_file(fd);
	if (rc == 0)
		rc = state_map(fd, state);
	RAW(SYS_close, fd);
	return rc;
}

int
state_make_private(struct state **state)
{
	struct state *s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (s == MAP_FAILED)
		return -ENOMEM;
	state_init(s);
	*state = s;
	return 0;
}
