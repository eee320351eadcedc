/* SPDX-License-Identifier: ISC */
/* The launcher: starts a command with the library in it. */
#include <config.h>

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libsocksify/embedded.h"
#include "libsocksify/launch_command.h"
#include "libsocksify/launch_janitor.h"
#include "libsocksify/launch_library.h"
#include "libsocksify/launch_message.h"
#include "libsocksify/launch_proxy.h"
#include "libsocksify/launch_state.h"
#include "libsocksify/state.h"

struct options {
	struct launch_request	 request;
	bool			 embedded;
	const char		*log;		/* of the embedded server, or NULL */
};

enum {
	OPTION_PROXY_LOOPBACK = 256,
	OPTION_EMBEDDED,
	OPTION_LOG,
};

static const struct option long_options[] = {
	{ "proxy", required_argument, NULL, 'p' },
	{ "proxy-loopback", no_argument, NULL, OPTION_PROXY_LOOPBACK },
	{ "embedded", no_argument, NULL, OPTION_EMBEDDED },
	{ "log", required_argument, NULL, OPTION_LOG },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static const char usage_text[] =
    "usage: socksify [-p URL] [--proxy-loopback] [--] COMMAND [ARGUMENT ...]\n"
    "       socksify --embedded [--log FILE] [--proxy-loopback] [--] COMMAND [ARGUMENT ...]\n"
    "       socksify --help | --version\n"
    "\n"
    "Runs COMMAND so that its connections go through a SOCKS5 server.\n"
    "\n"
    "  -p, --proxy URL     socks5://[USER:PASSWORD@]HOST[:PORT]; otherwise SOCKS5_SERVER,\n"
    "                      SOCKS_USERNAME and SOCKS_PASSWORD in the environment\n"
    "  --proxy-loopback    send connections to this host through the server, too\n"
    "  --embedded          start a private server for this command alone\n"
    "  --log FILE          where the private server logs\n";

static void NORETURN
print_and_exit(const char *text)
{
	fputs(text, stdout);
	exit(fflush(stdout) == 0 ? 0 : EXIT_NOT_STARTED);
}

static void
add_url(struct launch_request *request, char *url)
{
	if (request->url_count == LAUNCH_URLS) {
		launch_complain("more than %d times -p", LAUNCH_URLS);
		exit(EXIT_NOT_STARTED);
	}
	request->urls[request->url_count++] = url;
}

/* Leaves optind at the command, or exits. */
static void
parse_options(struct options *options, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "+p:hV", long_options, NULL)) != -1) {
		switch (c) {
		case 'p':
			add_url(&options->request, optarg);
			break;
		case OPTION_PROXY_LOOPBACK:
			options->request.proxy_loopback = true;
			break;
		case OPTION_EMBEDDED:
			options->embedded = true;
			break;
		case OPTION_LOG:
			options->log = optarg;
			break;
		case 'h':
			print_and_exit(usage_text);
		case 'V':
			print_and_exit("socksify " PACKAGE_VERSION "\n");
		default:
			exit(EXIT_NOT_STARTED);
		}
	}
}

static int
check_options(const struct options *options, const char *command)
{
	if (command == NULL)
		return launch_fail("no command is given; see socksify --help");
	if (options->embedded && options->request.url_count > 0)
		return launch_fail("--embedded and -p exclude each other");
	if (options->log != NULL && !options->embedded)
		return launch_fail("--log goes with --embedded");
	return 0;
}

/* Within another socksify, without an own proxy: the outer one's settings hold. */
static bool
inherits(const struct options *options)
{
	return launch_is_preloaded() && getenv(STATE_VARIABLE) != NULL &&
	    options->request.url_count == 0 && !options->embedded &&
	    !options->request.proxy_loopback;
}

/* Gives the command its environment, and becomes it: an exit status. */
static int
run_with_proxy(const char *path, char **argv, struct settings *settings)
{
	struct launch_state state;
	int rc;

	rc = launch_preload();
	if (rc == 0)
		rc = launch_create_state(&state, settings);
	explicit_bzero(settings, sizeof(*settings));
	if (rc < 0)
		return EXIT_NOT_STARTED;
	if (launch_start_janitor(state.path) < 0) {
		launch_remove_state(&state);
		return EXIT_NOT_STARTED;
	}
	rc = launch_exec(path, argv);
	launch_remove_state(&state);
	return rc;
}

#ifdef WITH_SERVER
/* With the private server running: the command's wait status, or -1. */
static int
run_beside_server(const char *path, char **argv, const struct settings *settings)
{
	struct launch_state state;
	int status = -1;

	/* Only now: the server must run without the library. */
	if (launch_preload() < 0 || launch_create_state(&state, settings) < 0)
		return -1;
	if (!launch_is_interrupted())
		status = launch_run(path, argv);
	launch_remove_state(&state);
	return status;
}

static int
run_embedded(const char *path, char **argv, struct settings *settings,
    const struct options *options)
{
	struct embedded server;
	int status;

	launch_hold_signals();
	settings_init(settings);
	settings->proxy_count = 1;
	settings->proxies[0].address_count = 1;
	settings_route_all(settings, 0);
	if (launch_apply_options(settings, &options->request) < 0 ||
	    embedded_start(&server, &settings->proxies[0], options->log) < 0)
		return EXIT_NOT_STARTED;
	status = run_beside_server(path, argv, settings);
	explicit_bzero(settings, sizeof(*settings));
	embedded_stop(&server);
	launch_release_signals();
	if (status < 0)
		return EXIT_NOT_STARTED;
	launch_exit_like(status);
}
#else
static int
run_embedded(const char *path UNUSED, char **argv UNUSED, struct settings *settings UNUSED,
    const struct options *options UNUSED)
{
	launch_complain("--embedded: this socksify was built without the server");
	return EXIT_NOT_STARTED;
}
#endif

int
main(int argc, char **argv)
{
	struct options options = { .embedded = false };
	struct settings settings = { .proxy_loopback = false };
	char path[PATH_MAX];
	int rc;

	launch_request_init(&options.request);
	parse_options(&options, argc, argv);
	if (check_options(&options, argv[optind]) < 0)
		return EXIT_NOT_STARTED;
	rc = launch_find_command(argv[optind], path);
	if (rc != 0)
		return rc;
	if (inherits(&options))
		return launch_exec(path, argv + optind);
	/* The outer library would resolve the proxy's name and carry the server's traffic. */
	if (launch_is_preloaded())
		return launch_again_without(argv) < 0 ? EXIT_NOT_STARTED : 0;
	if (!options.embedded && launch_find_settings(&settings, &options.request) < 0)
		return EXIT_NOT_STARTED;
	if (options.embedded)
		return run_embedded(path, argv + optind, &settings, &options);
	return run_with_proxy(path, argv + optind, &settings);
}
