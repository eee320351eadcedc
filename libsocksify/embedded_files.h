/* SPDX-License-Identifier: ISC */
/* What the private server of embedded.h lives on: its program, its directory, its words. */
#ifndef LIBSOCKSIFY_EMBEDDED_FILES_H
#define LIBSOCKSIFY_EMBEDDED_FILES_H

#include <limits.h>
#include <stdint.h>

#include "libsocksify/settings.h"

#define EMBEDDED_CONFIG		"socksifyd.conf"
#define EMBEDDED_PASSWORDS	"passwords"
#define EMBEDDED_LOG		"log"
#define EMBEDDED_PID		"pid"

struct embedded_files {
	char	directory[PATH_MAX];	/* "": none was made */
	char	log[PATH_MAX];		/* absolute */
};

/*
 * Where socksifyd is, into @program of PATH_MAX: SOCKSIFY_SOCKSIFYD, else in the
 * tree that this program was built in, else installed. 0, or -1 with a complaint.
 */
int	 embedded_find_server(char *program);
/*
 * Makes the directory and in it the password file, for a user and a password that
 * go to @proxy. 0, or -1 with a complaint; embedded_remove_files() in any case.
 */
int	 embedded_make_files(struct embedded_files *e, struct proxy *proxy, const char *log);
/* Writes the configuration for @port: 0, or -1 with a complaint. */
int	 embedded_write_config(const struct embedded_files *e, uint16_t port);
/* The last line of text in @file, into @line; "" if there is none. */
void	 embedded_last_line(const char *file, char *line, size_t size);
void	 embedded_remove_files(struct embedded_files *e);

#endif
