/* SPDX-License-Identifier: ISC */
/* The launcher: starts a command with the library in it. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libsocksify/embedded.h"
#include "libsocksify/launch_check.h"
#include "libsocksify/launch_command.h"
#include "libsocksify/launch_janitor.h"
#include "libsocksify/launch_library.h"
#include "libsocksify/launch_message.h"
#include "libsocksify/launch_options.h"
#include "libsocksify/launch_proxy.h"
#include "libsocksify/launch_state.h"
#include "libsocksify/launch_test.h"
#include "libsocksify/state.h"

/* Within another socksify, whose proxies hold: the path of its shared file, or NULL. */
static const char *
outer_state(const struct launch_options *options)
{
	return launch_is_preloaded() && !options->embedded &&
	    !launch_names_proxy(&options->request) ? getenv(STATE_VARIABLE) : NULL;
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

/* A log on standard error is the file that it is now, not what a program puts in its place. */
static void
name_standard_error(struct settings *settings)
{
	struct stat st;

	for (uint32_t i = 0; i < settings->log_count; i++) {
		if (settings->logs[i].path == 0 && fstat(STDERR_FILENO, &st) == 0) {
			settings->logs[i].device = st.st_dev;
			settings->logs[i].inode = st.st_ino;
		}
	}
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
    const struct launch_options *options)
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
	name_standard_error(settings);
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
    const struct launch_options *options UNUSED)
{
	launch_complain("--embedded: this socksify was built without the server");
	return EXIT_NOT_STARTED;
}
#endif

/*
 * Files that we open must not get the numbers of standard input, output and error:
 * a complaint would be written into them. The command finds these closed as ever.
 */
static int
hold_standard_descriptors(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (fd < 0)
			return launch_fail("/dev/null: %s", strerror(errno));
	} while (fd <= STDERR_FILENO);
	close(fd);
	return 0;
}

/* --check */
static int
check_command(const struct launch_options *options)
{
	struct launch_check check;
	char path[PATH_MAX];
	int rc = launch_find_command(options->arguments[0], path);

	if (rc != 0)
		return rc;
	if (launch_preload() < 0)
		return EXIT_NOT_STARTED;
	launch_check(&check, path);
	return launch_check_report(&check);
}

/* Where everybody can read the password; in a container that may be meant, so no more is said. */
static void
warn_of_password_file(const struct launch_request *request)
{
	struct stat st;

	if (request->password_file != NULL && stat(request->password_file, &st) == 0 &&
	    S_ISREG(st.st_mode) && (st.st_mode & S_IROTH) != 0)
		launch_complain("warning: all users of this system can read %s",
		    request->password_file);
}

/* --test */
static int
test_proxies(struct launch_options *options, char **argv)
{
	struct settings settings;
	int status;

	/* The outer library would answer for the proxy. */
	if (launch_is_preloaded())
		return launch_again_without(argv) < 0 ? EXIT_NOT_STARTED : 0;
	warn_of_password_file(&options->request);
	if (launch_find_settings(&settings, &options->request) < 0)
		return EXIT_NOT_STARTED;
	status = launch_test(&settings, options->arguments[0]);
	explicit_bzero(&settings, sizeof(settings));
	return status;
}

/* Finds the command that is to be run, and that it can be reached: 0, or the exit status. */
static int
find_command(const struct launch_options *options, char *path)
{
	struct launch_check check;
	int rc = launch_find_command(options->arguments[0], path);

	if (rc != 0 || options->force)
		return rc;
	launch_check(&check, path);
	if (check.reason[0] == '\0')
		return 0;
	launch_complain("%s: %s; socksify cannot reach it (--force runs it all the same)",
	    check.files[check.file_count - 1], check.reason);
	return EXIT_NOT_EXECUTABLE;
}

/* Where nothing else is asked for, the outer one's shared file serves as well. */
static int
run_within(const char *path, const struct launch_options *options, const char *outer)
{
	struct settings settings;

	if (!launch_asks(&options->request))
		return launch_exec(path, options->arguments);
	if (launch_outer_settings(&settings, &options->request, outer) < 0)
		return EXIT_NOT_STARTED;
	name_standard_error(&settings);
	return run_with_proxy(path, options->arguments, &settings);
}

static int
run_command(struct launch_options *options, char **argv)
{
	const char *outer = outer_state(options);
	struct settings settings = { .proxy_loopback = false };
	char path[PATH_MAX];
	int rc = find_command(options, path);

	if (rc != 0)
		return rc;
	if (outer != NULL)
		return run_within(path, options, outer);
	/* The outer library would resolve the proxy's name and carry the server's traffic. */
	if (launch_is_preloaded())
		return launch_again_without(argv) < 0 ? EXIT_NOT_STARTED : 0;
	if (options->embedded)
		return run_embedded(path, options->arguments, &settings, options);
	warn_of_password_file(&options->request);
	if (launch_find_settings(&settings, &options->request) < 0)
		return EXIT_NOT_STARTED;
	return run_with_proxy(path, options->arguments, &settings);
}

int
main(int argc, char **argv)
{
	struct launch_options options;

	if (hold_standard_descriptors() < 0 || launch_parse_options(&options, argc, argv) < 0)
		return EXIT_NOT_STARTED;
	if (getauxval(AT_SECURE) != 0) {
		launch_complain("it must not be set-user-ID or have capabilities: "
		    "the command would get its privilege, and a proxy that anybody chooses");
		return EXIT_NOT_STARTED;
	}
	if (options.mode == LAUNCH_CHECK)
		return check_command(&options);
	if (options.mode == LAUNCH_TEST)
		return test_proxies(&options, argv);
	return run_command(&options, argv);
}
