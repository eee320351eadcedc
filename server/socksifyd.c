/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/socksifyd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/compiler.h"
#include "server/log.h"
#include "server/mother.h"
#include "server/role.h"
#include "server/served.h"

#define CONF_DEFAULT	SYSCONFDIR "/socksifyd.conf"
#define PIDFILE_DEFAULT	RUNSTATEDIR "/socksifyd.pid"
#define MOTHERS_MAX	64

struct options {
	const char		*file;
	const char		*role;
	bool			 daemonise;
	bool			 verify;
	struct mother_options	 mother;
};

/* Where the process that started a daemon waits to hear that it serves. */
static int ready_fd = -1;

static void
usage(FILE *to)
{
	fputs("usage: socksifyd [-DLVhnv] [-N mothers] [-d level] [-f file] [-p pidfile]\n"
	    "  -D          run in the background, once started\n"
	    "  -L          show the licence\n"
	    "  -N mothers  serve by so many mothers, each with children of her own\n"
	    "  -V          verify the configuration and exit\n"
	    "  -d level    debug: 0, 1 or 2\n"
	    "  -f file     configuration (default: " CONF_DEFAULT ")\n"
	    "  -h          show this\n"
	    "  -n          no TCP keep-alive\n"
	    "  -p pidfile  where to write the process id (default with -D: "
	    PIDFILE_DEFAULT ")\n"
	    "  -v          show the version\n", to);
}

static void
licence(void)
{
	puts("Copyright (c) 2026 The socksify authors\n\n"
	    "Permission to use, copy, modify, and/or distribute this software for any\n"
	    "purpose with or without fee is hereby granted, provided that the above\n"
	    "copyright notice and this permission notice appear in all copies.\n\n"
	    "The software is provided \"as is\", without warranty of any kind.");
}

static unsigned long
number_option(int letter, const char *text, unsigned long low, unsigned long high)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || n < low || n > high) {
		fprintf(stderr, "socksifyd: -%c %s: expected a number from %lu to %lu\n", letter,
		    text, low, high);
		exit(1);
	}
	return n;
}

static void
parse_options(int argc, char **argv, struct options *o)
{
	int letter;

	while ((letter = getopt(argc, argv, "DLN:Vd:f:hnp:vx:")) != -1) {
		switch (letter) {
		case 'D':
			o->daemonise = true;
			break;
		case 'L':
			licence();
			exit(0);
		case 'N':
			o->mother.mothers = (uint32_t)number_option(letter, optarg, 1, MOTHERS_MAX);
			break;
		case 'V':
			o->verify = true;
			break;
		case 'd':
			o->mother.debug = (uint8_t)number_option(letter, optarg, 0, 2);
			break;
		case 'f':
			o->file = optarg;
			break;
		case 'h':
			usage(stdout);
			exit(0);
		case 'n':
			o->mother.flags |= ROLE_NO_KEEPALIVE;
			break;
		case 'p':
			o->mother.pidfile = optarg;
			break;
		case 'v':
			puts("socksifyd v" PACKAGE_VERSION);
			exit(0);
		case 'x':
			o->role = optarg;
			break;
		default:
			usage(stderr);
			exit(1);
		}
	}
	if (optind < argc) {
		fprintf(stderr, "socksifyd: unexpected argument \"%s\"\n", argv[optind]);
		exit(1);
	}
}

/* 0, 1 and 2 must be something, lest a socket or a log becomes standard error. */
static void
hold_standard_streams(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static int
role_main(const char *name)
{
	static int (*const mains[ROLES])(void) = {
		[ROLE_MOTHER] = mother_main,
		[ROLE_MONITOR] = monitor_main,
		[ROLE_NEGOTIATE] = negotiate_main,
		[ROLE_REQUEST] = request_main,
		[ROLE_IO] = io_main,
		[ROLE_AUTH] = auth_main,
	};
	enum role role = role_by_name(name);

	if (role == ROLES || fcntl(ROLE_CHANNEL_FD, F_GETFD) < 0) {
		fprintf(stderr, "socksifyd: -x is for the server's own use\n");
		return 1;
	}
	return mains[role]();
}

/* Every session costs descriptors: as many as the system lets us have. */
static void
raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		log_warn_errno("cannot raise the limit of descriptors");
}

/*
 * The log has copies of the streams that it uses. Nothing else is said on them, least
 * of all by children: who started the daemon may wait for their end.
 */
static void
leave_standard_streams(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	close(null);
}

/* The parent of a daemon exits when the daemon serves, or with 1 when it never does. */
static void
daemonise(void)
{
	int ends[2];
	char byte;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		fatal("cannot become a daemon: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		fatal("cannot become a daemon: %s", strerror(errno));
	if (pid > 0) {
		close(ends[1]);
		_exit(read(ends[0], &byte, 1) == 1 ? 0 : 1);
	}
	close(ends[0]);
	ready_fd = ends[1];
	if (setsid() < 0 || chdir("/") < 0)
		fatal("cannot become a daemon: %s", strerror(errno));
}

static void
daemon_ready(void)
{
	if (write(ready_fd, "", 1) < 0)
		log_warn_errno("who started this daemon is gone");
	close(ready_fd);
}

/* Relative paths are made absolute before a daemon leaves its directory. */
static const char *
absolute(const char *path, bool daemon)
{
	static char buf[2][256];
	static unsigned which;
	char cwd[200];
	char *to = buf[which++ % 2];

	if (!daemon || path == NULL || path[0] == '/' || getcwd(cwd, sizeof(cwd)) == NULL)
		return path;
	snprintf(to, sizeof(buf[0]), "%s/%s", cwd, path);
	return to;
}

static int
serve(struct options *o)
{
	char error[512];
	struct served *served = served_load(absolute(o->file, o->daemonise), error, sizeof(error));

	if (served == NULL) {
		fprintf(stderr, "socksifyd: %s\n", error);
		return 1;
	}
	if (o->verify) {
		served_warn(served);
		served_free(served);
		return 0;
	}
	raise_descriptor_limit();
	if (served_check(served, error, sizeof(error)) < 0 ||
	    served_listen(served, NULL, (o->mother.flags & ROLE_NO_KEEPALIVE) == 0, error,
	    sizeof(error)) < 0 || served_open_logs(served, error, sizeof(error)) < 0) {
		fprintf(stderr, "socksifyd: %s\n", error);
		served_free(served);
		return 1;
	}
	served_warn(served);
	o->mother.pidfile = absolute(o->mother.pidfile, o->daemonise);
	if (o->daemonise) {
		daemonise();
		o->mother.ready = daemon_ready;
		if (o->mother.pidfile == NULL)
			o->mother.pidfile = PIDFILE_DEFAULT;
	}
	served_use_logs(served);
	if (o->daemonise)
		leave_standard_streams();
	if (o->mother.debug == MOTHER_DEBUG_AS_CONFIGURED)
		log_set_debug(served->conf->debug);
	else
		log_set_debug(o->mother.debug);
	return mother_serve(served, &o->mother);
}

int
socksifyd_main(int argc, char **argv)
{
	struct options o = { .file = CONF_DEFAULT,
		.mother = { .index = 1, .mothers = 1, .debug = MOTHER_DEBUG_AS_CONFIGURED } };

	hold_standard_streams();
	parse_options(argc, argv, &o);
	return o.role != NULL ? role_main(o.role) : serve(&o);
}
