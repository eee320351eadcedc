/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/launch_options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libsocksify/launch_command.h"
#include "libsocksify/launch_message.h"

enum {
	OPTION_CHECK = 256,
	OPTION_EMBEDDED,
	OPTION_FORCE,
	OPTION_LOG,
	OPTION_PASSWORD_FD,
	OPTION_PASSWORD_FILE,
	OPTION_PROXY_LOOPBACK,
	OPTION_RESERVED,
	OPTION_TEST,
};

static const struct option long_options[] = {
	{ "check", no_argument, NULL, OPTION_CHECK },
	{ "config", required_argument, NULL, 'c' },
	{ "embedded", no_argument, NULL, OPTION_EMBEDDED },
	{ "force", no_argument, NULL, OPTION_FORCE },
	{ "help", no_argument, NULL, 'h' },
	{ "log", required_argument, NULL, OPTION_LOG },
	{ "password-fd", required_argument, NULL, OPTION_PASSWORD_FD },
	{ "password-file", required_argument, NULL, OPTION_PASSWORD_FILE },
	{ "proxy", required_argument, NULL, 'p' },
	{ "proxy-loopback", no_argument, NULL, OPTION_PROXY_LOOPBACK },
	{ "reserved", required_argument, NULL, OPTION_RESERVED },
	{ "test", no_argument, NULL, OPTION_TEST },
	{ "verbose", no_argument, NULL, 'v' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static const char usage_text[] =
    "usage: socksify [OPTION ...] [--] COMMAND [ARGUMENT ...]\n"
    "       socksify --check [--] COMMAND [ARGUMENT ...]\n"
    "       socksify --test [OPTION ...] [HOST:PORT]\n"
    "\n"
    "Runs COMMAND so that its connections go through a SOCKS server.\n"
    "\n"
    "  -p, --proxy URL       the server: socks5://[USER:PASSWORD@]HOST[:PORT]\n"
    "  -c, --config FILE     servers and routes, as in Dante's socks.conf\n"
    "      --password-file FILE, --password-fd NUMBER\n"
    "                        where the password is read from\n"
    "  -v, --verbose         tell of each connection on standard error\n"
    "      --proxy-loopback  send connections to this host through the server, too\n"
    "      --reserved RANGE  which addresses stand for names, as ADDRESS/BITS\n"
    "      --force           run COMMAND even if the library cannot be loaded into it\n"
    "      --embedded        start a private server for this command alone\n"
    "      --log FILE        where the private server logs\n"
    "      --check           only say whether COMMAND can be reached\n"
    "      --test            only say whether the servers work, step by step\n"
    "  -h, --help            print this\n"
    "  -V, --version         print the version\n"
    "\n"
    "Without -p, -c and --embedded the environment says which server, else the\n"
    "configuration file of the system. See socksify(1).\n";

static void NORETURN
print_and_exit(const char *text)
{
	fputs(text, stdout);
	exit(fflush(stdout) == 0 ? 0 : EXIT_NOT_STARTED);
}

static int
add_url(struct launch_request *request, char *url)
{
	if (request->url_count == LAUNCH_URLS)
		return launch_fail("more than %d times -p", LAUNCH_URLS);
	request->urls[request->url_count++] = url;
	return 0;
}

static int
add_range(struct launch_request *request, const char *range)
{
	if (request->range_count == LAUNCH_RANGES)
		return launch_fail("more than %d times --reserved", LAUNCH_RANGES);
	request->ranges[request->range_count++] = range;
	return 0;
}

static int
take_descriptor(struct launch_request *request, const char *text)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(text, &end, 10);
	if (end == text || *end != '\0' || errno != 0 || number < 0 || number > INT_MAX)
		return launch_fail("--password-fd: %s is no descriptor's number", text);
	request->password_fd = (int)number;
	return 0;
}

/* An option of the proxies and what is told of them. */
static int
take_request(struct launch_request *request, int c)
{
	switch (c) {
	case 'c':
		request->config = optarg;
		return 0;
	case 'p':
		return add_url(request, optarg);
	case 'v':
		request->verbose++;
		return 0;
	case OPTION_PASSWORD_FD:
		return take_descriptor(request, optarg);
	case OPTION_PASSWORD_FILE:
		request->password_file = optarg;
		return 0;
	case OPTION_PROXY_LOOPBACK:
		request->proxy_loopback = true;
		return 0;
	case OPTION_RESERVED:
		return add_range(request, optarg);
	default:
		/* getopt_long(3) has complained. */
		return -1;
	}
}

static int
set_mode(struct launch_options *options, enum launch_mode mode)
{
	if (options->mode != LAUNCH_RUN && options->mode != mode)
		return launch_fail("--check and --test exclude each other");
	options->mode = mode;
	return 0;
}

static int
take_option(struct launch_options *options, int c)
{
	switch (c) {
	case 'h':
		print_and_exit(usage_text);
	case 'V':
		print_and_exit("socksify " PACKAGE_VERSION "\n");
	case OPTION_CHECK:
		return set_mode(options, LAUNCH_CHECK);
	case OPTION_TEST:
		return set_mode(options, LAUNCH_TEST);
	case OPTION_EMBEDDED:
		options->embedded = true;
		return 0;
	case OPTION_FORCE:
		options->force = true;
		return 0;
	case OPTION_LOG:
		options->log = optarg;
		return 0;
	default:
		return take_request(&options->request, c);
	}
}

bool
launch_names_proxy(const struct launch_request *request)
{
	return request->url_count > 0 || request->config != NULL ||
	    request->password_file != NULL || request->password_fd >= 0;
}

bool
launch_asks(const struct launch_request *request)
{
	return launch_names_proxy(request) || request->range_count > 0 ||
	    request->verbose > 0 || request->proxy_loopback;
}

static int
check_options(const struct launch_options *options)
{
	const struct launch_request *request = &options->request;

	if (options->mode != LAUNCH_TEST && options->arguments[0] == NULL)
		return launch_fail("no command is given; see socksify --help");
	if (options->mode == LAUNCH_TEST && options->arguments[0] != NULL &&
	    options->arguments[1] != NULL)
		return launch_fail("--test takes one HOST:PORT, no command");
	if (options->embedded && options->mode == LAUNCH_TEST)
		return launch_fail("--embedded and --test exclude each other");
	if (options->embedded && request->url_count > 0)
		return launch_fail("--embedded and -p exclude each other");
	if (options->embedded && request->config != NULL)
		return launch_fail("--embedded and -c exclude each other");
	if (options->embedded && (request->password_file != NULL || request->password_fd >= 0))
		return launch_fail("--embedded takes no password");
	if (request->password_file != NULL && request->password_fd >= 0)
		return launch_fail("--password-file and --password-fd exclude each other");
	if (options->log != NULL && !options->embedded)
		return launch_fail("--log goes with --embedded");
	return 0;
}

int
launch_parse_options(struct launch_options *options, int argc, char **argv)
{
	int c;

	memset(options, 0, sizeof(*options));
	launch_request_init(&options->request);
	while ((c = getopt_long(argc, argv, "+c:hp:vV", long_options, NULL)) != -1) {
		if (take_option(options, c) < 0)
			return -1;
	}
	options->arguments = argv + optind;
	return check_options(options);
}
