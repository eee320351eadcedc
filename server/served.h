/* SPDX-License-Identifier: ISC */
/*
 * What a mother serves by: one configuration with all that it made her open, so
 * that a reload can make a second one beside the first and swap them, or throw
 * the second away whole.
 */
#ifndef SERVER_SERVED_H
#define SERVER_SERVED_H

#include <stdbool.h>

#include "common/addr.h"
#include "common/cursor.h"
#include "server/conf.h"
#include "server/log.h"

#define SERVED_FILE_SIZE	256
#define SERVED_LISTENERS_MAX	60	/* they travel in one packet */

struct listener {
	struct endpoint	 address;
	int		 fd;
};

struct served {
	char		 file[SERVED_FILE_SIZE];	/* as named by the user; for messages, and to read it again */
	struct conf	*conf;
	int		 text_fd;		/* the sealed bytes that every child parses */
	struct log_place logs;			/* logoutput */
	struct log_place error_logs;		/* errorlog */
	struct listener	 listeners[SERVED_LISTENERS_MAX];
	unsigned	 listener_count;
};

/*
 * Reads and parses @file; opens nothing else. NULL with a message of one line,
 * or a new one for served_free().
 */
struct served	*served_load(const char *file, char *error, size_t size);
/* The configuration alone, from the sealed text: for conf_free(), or NULL with a message. */
struct conf	*served_parse(const char *file, int text_fd, char *error, size_t size);
/* As served_load(), from the sealed text of another mother; takes @text_fd. */
struct served	*served_adopt(const char *file, int text_fd, char *error, size_t size);
/*
 * Whether children can serve by it: that its users and external addresses exist. May
 * block for names. 0, or -errno with a message.
 */
int		 served_check(const struct served *s, char *error, size_t size);
/* Opens the logs: 0, or -errno with a message. */
int		 served_open_logs(struct served *s, char *error, size_t size);
/* This process logs to them from now on. */
void		 served_use_logs(const struct served *s);
/*
 * Binds the listeners that @old (may be NULL) has not bound already, and shares
 * those it has. 0, or -errno with a message; nothing of @old is changed.
 */
int		 served_listen(struct served *s, const struct served *old, bool keepalive,
		    char *error, size_t size);
/* Logs what is no error but should be known: an open relay, no method, and so on. */
void		 served_warn(const struct served *s);
void		 served_free(struct served *s);

/*
 * ROLE_CONFIG: the file's name, and of each log place the facility and how many
 * files it has; descriptors: the sealed text, then the files of both places.
 * served_pack() fills @fds, which stay owned by @s, and returns their number.
 */
unsigned	 served_pack(const struct served *s, struct writer *w, int *fds);
/*
 * The other end: 0 or -EPROTO. The places own their descriptors from here on, and
 * these are -1 in @fds; fds[0] is left as it is. @file has SERVED_FILE_SIZE.
 */
int		 served_unpack(struct reader *r, int *fds, unsigned count, char *file,
		    struct log_place *logs, struct log_place *error_logs);

#endif
