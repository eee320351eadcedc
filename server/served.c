/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/served.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/conf_parse.h"
#include "server/external.h"
#include "server/interface.h"
#include "server/internal.h"

#define CONF_FILE_MAX	(4 << 20)	/* bytes */

/* The whole of @file, ended with NUL, for free(); NULL with errno. */
static char *
read_file(const char *file, size_t *len)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC), error = 0;
	char *text = NULL;
	size_t size = 0;
	ssize_t n = 1;

	if (fd < 0)
		return NULL;
	for (*len = 0; n > 0; *len += (size_t)n) {
		if (*len == size) {
			char *grown = size > CONF_FILE_MAX ? NULL : realloc(text, size + 65536 + 1);

			if (grown == NULL) {
				error = size > CONF_FILE_MAX ? EFBIG : ENOMEM;
				break;
			}
			text = grown;
			size += 65536;
		}
		n = read(fd, text + *len, size - *len);
		if (n < 0) {
			error = errno;
			break;
		}
	}
	close(fd);
	if (error != 0) {
		free(text);
		errno = error;
		return NULL;
	}
	text[*len] = '\0';
	return text;
}

/* A sealed copy of the text: what the children parse can change no more. -1 with errno. */
static int
seal_text(const char *text, size_t len)
{
	int fd = memfd_create("socksifyd-conf", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return -1;
	if (write(fd, text, len) != (ssize_t)len ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static struct served *
served_new(const char *file)
{
	struct served *s = calloc(1, sizeof(*s));

	if (s != NULL) {
		snprintf(s->file, sizeof(s->file), "%s", file);
		s->text_fd = -1;
		s->logs.facility = s->error_logs.facility = -1;
	}
	return s;
}

struct served *
served_load(const char *file, char *error, size_t size)
{
	struct served *s = served_new(file);
	size_t len = 0;
	char *text = read_file(file, &len);

	if (s == NULL || text == NULL) {
		snprintf(error, size, "%s: %s", file, strerror(s == NULL ? ENOMEM : errno));
		free(text);
		served_free(s);
		return NULL;
	}
	s->conf = conf_parse(file, text, len, error, size);
	if (s->conf != NULL) {
		interface_bind_rules(s->conf);
		s->text_fd = seal_text(text, len);
		if (s->text_fd < 0)
			snprintf(error, size, "%s: cannot be copied: %s", file, strerror(errno));
	}
	free(text);
	if (s->text_fd < 0) {
		served_free(s);
		return NULL;
	}
	return s;
}

struct conf *
served_parse(const char *file, int text_fd, char *error, size_t size)
{
	struct conf *conf;
	struct stat st;
	void *text = MAP_FAILED;

	if (fstat(text_fd, &st) == 0 && st.st_size > 0)
		text = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, text_fd, 0);
	if (text == MAP_FAILED) {
		snprintf(error, size, "%s: its text cannot be mapped", file);
		return NULL;
	}
	conf = conf_parse(file, text, (size_t)st.st_size, error, size);
	munmap(text, (size_t)st.st_size);
	return conf;
}

struct served *
served_adopt(const char *file, int text_fd, char *error, size_t size)
{
	struct served *s = served_new(file);

	if (s == NULL) {
		close(text_fd);
		snprintf(error, size, "%s", strerror(ENOMEM));
		return NULL;
	}
	s->text_fd = text_fd;
	s->conf = served_parse(file, text_fd, error, size);
	if (s->conf == NULL) {
		served_free(s);
		return NULL;
	}
	return s;
}

int
served_check(const struct served *s, char *error, size_t size)
{
	const char *const users[] = { s->conf->user_privileged, s->conf->user_unprivileged };
	struct connector_sources sources;
	char why[256];
	int failed = external_resolve(s->conf, &sources, why, sizeof(why));

	if (failed < 0) {
		snprintf(error, size, "%s: %s", s->file, why);
		return failed;
	}
	for (size_t i = 0; i < ARRAY_SIZE(users); i++) {
		if (users[i][0] == '\0' || getpwnam(users[i]) != NULL)
			continue;
		snprintf(error, size, "%s: no user \"%s\"", s->file, users[i]);
		return -ENOENT;
	}
	return 0;
}

static int
open_log(const struct conf_log *log)
{
	switch (log->type) {
	case CONF_LOG_STDOUT:
		return fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	case CONF_LOG_STDERR:
		return fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	default:
		return open(log->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
	}
}

static int
open_place(const struct served *s, const struct conf_log *logs, unsigned count,
    struct log_place *place, char *error, size_t size)
{
	for (unsigned i = 0; i < count; i++) {
		int fd;

		if (logs[i].type == CONF_LOG_SYSLOG) {
			place->facility = logs[i].facility;
			continue;
		}
		fd = open_log(&logs[i]);
		if (fd < 0) {
			int saved = errno;

			snprintf(error, size, "%s: cannot log to %s: %s", s->file,
			    logs[i].type == CONF_LOG_FILE ? logs[i].path : "a standard stream",
			    strerror(saved));
			return -saved;
		}
		place->fds[place->count++] = fd;
	}
	return 0;
}

int
served_open_logs(struct served *s, char *error, size_t size)
{
	int failed = open_place(s, s->conf->logoutput, s->conf->logoutput_count, &s->logs, error,
	    size);

	return failed < 0 ? failed : open_place(s, s->conf->errorlog, s->conf->errorlog_count,
	    &s->error_logs, error, size);
}

static struct log_place
copy_place(const struct log_place *place)
{
	struct log_place copy = { .facility = place->facility };

	for (unsigned i = 0; i < place->count; i++) {
		int fd = fcntl(place->fds[i], F_DUPFD_CLOEXEC, 3);

		if (fd >= 0)
			copy.fds[copy.count++] = fd;
	}
	return copy;
}

void
served_use_logs(const struct served *s)
{
	struct log_place all = copy_place(&s->logs), errors = copy_place(&s->error_logs);

	log_open(&all, &errors);
}

static const struct listener *
find_listener(const struct served *s, const struct endpoint *address)
{
	for (unsigned i = 0; s != NULL && i < s->listener_count; i++) {
		if (endpoint_equal(&s->listeners[i].address, address))
			return &s->listeners[i];
	}
	return NULL;
}

static int
add_listener(struct served *s, const struct served *old, const struct endpoint *address,
    bool keepalive)
{
	const struct listener *known = find_listener(old, address);
	int fd;

	if (find_listener(s, address) != NULL)
		return 0;
	if (s->listener_count == SERVED_LISTENERS_MAX)
		return -E2BIG;
	fd = known != NULL ? fcntl(known->fd, F_DUPFD_CLOEXEC, 3) :
	    internal_listen(address, keepalive);
	if (fd < 0)
		return known != NULL ? -errno : fd;
	s->listeners[s->listener_count++] = (struct listener){ *address, fd };
	return 0;
}

int
served_listen(struct served *s, const struct served *old, bool keepalive, char *error,
    size_t size)
{
	struct endpoint found[SERVED_LISTENERS_MAX];
	char text[HOST_TEXT_SIZE];

	for (unsigned i = 0; i < s->conf->internal_count; i++) {
		const struct conf_address *internal = &s->conf->internal[i];
		int count = internal_resolve(&internal->host, found, SERVED_LISTENERS_MAX);

		if (count < 0) {
			snprintf(error, size, "%s:%u: internal %s: %s", s->file, internal->line,
			    host_format(&internal->host, text), strerror(-count));
			return count;
		}
		for (int k = 0; k < count; k++) {
			int failed;

			/* internal.protocol chooses among what an interface or a name has. */
			if (internal->host.type != HOST_IP &&
			    !conf_has_protocol(s->conf->internal_protocols, &found[k]))
				continue;
			failed = add_listener(s, old, &found[k], keepalive);

			if (failed == 0)
				continue;
			snprintf(error, size, "%s:%u: cannot listen on %s: %s", s->file,
			    internal->line, endpoint_format(&found[k], text), strerror(-failed));
			return failed;
		}
	}
	return 0;
}

void
served_warn(const struct served *s)
{
	for (unsigned i = 0; i < s->conf->warning_count; i++)
		log_warn("%s", s->conf->warnings[i]);
}

static void
close_place(const struct log_place *place)
{
	for (unsigned i = 0; i < place->count; i++)
		close(place->fds[i]);
}

void
served_free(struct served *s)
{
	if (s == NULL)
		return;
	conf_free(s->conf);
	if (s->text_fd >= 0)
		close(s->text_fd);
	close_place(&s->logs);
	close_place(&s->error_logs);
	for (unsigned i = 0; i < s->listener_count; i++)
		close(s->listeners[i].fd);
	free(s);
}

static unsigned
pack_place(struct writer *w, const struct log_place *place, int *fds)
{
	writer_u32(w, (uint32_t)place->facility);
	writer_u8(w, (uint8_t)place->count);
	memcpy(fds, place->fds, place->count * sizeof(*fds));
	return place->count;
}

unsigned
served_pack(const struct served *s, struct writer *w, int *fds)
{
	unsigned count = 0;

	writer_string(w, s->file);
	fds[count++] = s->text_fd;
	count += pack_place(w, &s->logs, fds + count);
	return count + pack_place(w, &s->error_logs, fds + count);
}

static void
unpack_place(struct reader *r, struct log_place *place)
{
	place->facility = (int)reader_u32(r);
	place->count = reader_u8(r);
	if (place->count > LOG_FDS_MAX) {
		r->bad = true;
		place->count = 0;
	}
}

static void
take_fds(struct log_place *place, int *fds)
{
	for (unsigned i = 0; i < place->count; i++) {
		place->fds[i] = fds[i];
		fds[i] = -1;
	}
}

int
served_unpack(struct reader *r, int *fds, unsigned count, char *file, struct log_place *logs,
    struct log_place *error_logs)
{
	reader_string(r, file, SERVED_FILE_SIZE);
	unpack_place(r, logs);
	unpack_place(r, error_logs);
	if (!reader_finished(r) || count != 1 + logs->count + error_logs->count)
		return -EPROTO;
	take_fds(logs, fds + 1);
	take_fds(error_logs, fds + 1 + logs->count);
	return 0;
}
