/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/settings_find.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libsocksify/lan_routes.h"
#include "libsocksify/raw.h"
#include "libsocksify/settings_add.h"
#include "libsocksify/settings_environment.h"
#include "libsocksify/settings_file.h"
#include "libsocksify/socksconf.h"

#define SYSTEM_FILE	SYSCONFDIR "/socks.conf"

/*
 * What Dante does wherever its routes come from. The networks of the interfaces
 * are direct unasked only beside a file, whose author knows Dante: who names a
 * server and nothing else means it for everything.
 */
static void
add_as_dante(struct settings *settings, bool from_file)
{
	settings->direct_fallback = settings_wants_fallback();
	if (settings_wants_lan_routes(from_file))
		lan_routes_add(settings);
}

/* @optional: one that is not there is -ENOENT, and no error is written. */
static int
read_file(struct settings *settings, const char *path, bool wait, bool optional,
    const struct settings_report *report)
{
	struct settings_file file;
	int error = settings_file_open(&file, path, wait);

	if (error == -ENOENT && optional)
		return error;
	if (error < 0)
		return settings_fail_errno(report, path, error);
	error = socksconf_parse(settings, path, file.text, file.len, report);
	settings_file_close(&file);
	if (error < 0)
		return error;
	/* Dante would connect directly; whoever wants that says so. */
	if (settings->route_count == 0 && !settings_wants_fallback())
		return settings_fail(report, "%s: there is no route in it, so nothing could be "
		    "reached", path);
	add_as_dante(settings, true);
	return 0;
}

static int
find(struct settings *settings, const char *config, bool wait,
    const struct settings_report *report)
{
	int error;

	if (config != NULL)
		return read_file(settings, config, wait, false, report);
	error = settings_from_servers(settings, report);
	if (error == 0)
		add_as_dante(settings, false);
	if (error != -ENOENT)
		return error;
	config = settings_file_variable();
	if (config != NULL)
		return read_file(settings, config, wait, false, report);
	error = settings_from_all_proxy(settings, report);
	return error != -ENOENT ? error : read_file(settings, SYSTEM_FILE, wait, true, report);
}

int
settings_find(struct settings *settings, const char *config, bool wait,
    const struct settings_report *report)
{
	settings->proxy_loopback = settings_proxy_loopback();
	return find(settings, config, wait, report);
}

/* The address in a proxy's name, or those that the name has. */
static int
resolve_proxy(struct settings *settings, struct proxy *proxy, settings_resolve_fn *resolve,
    const struct settings_report *report)
{
	const char *name = settings_text(settings, proxy->name);
	struct host host;
	int n = 1;

	if (proxy->path[0] != '\0' || proxy->address_count > 0)
		return 0;
	if (host_parse_port(&host, name) < 0)
		return settings_fail(report, "%s is not HOST:PORT", name);
	proxy->addresses[0] = host.endpoint;
	if (host.type == HOST_NAME)
		n = resolve(host.name, proxy->addresses, SETTINGS_ADDRESSES, report);
	if (n <= 0)
		return n < 0 ? n : settings_fail(report, "%s has no address", name);
	proxy->address_count = (uint8_t)n;
	for (int i = 0; i < n; i++)
		proxy->addresses[i].port = host_port(&host);
	return 0;
}

static int
check_method(const struct settings *settings, const struct proxy *proxy,
    const struct settings_report *report)
{
	if (proxy->methods != PROXY_METHOD_GSSAPI)
		return 0;
	return settings_fail(report, "%s: GSS-API is not built in",
	    settings_text(settings, proxy->name));
}

/* Programs change their directory, so paths are made absolute here. */
static int
finish_log(struct settings *settings, struct settings_log *log)
{
	const char *name = settings_text(settings, log->path);
	char path[PATH_MAX];
	struct stat st;
	size_t n;
	int error = 0;

	if (name[0] == '\0') {
		if (fstat(STDERR_FILENO, &st) == 0) {
			log->device = st.st_dev;
			log->inode = st.st_ino;
		}
		return 0;
	}
	if (name[0] == '/')
		return 0;
	/* The kernel's count includes the NUL. */
	n = (size_t)RAW(SYS_getcwd, path, sizeof(path));
	if (n > sizeof(path) || path[0] != '/' || n + strlen(name) >= sizeof(path))
		return -ENAMETOOLONG;
	path[n - 1] = '/';
	strcpy(path + n, name);
	log->path = settings_add_text(settings, path, &error);
	return error;
}

int
settings_finish(struct settings *settings, const struct settings_credentials *credentials,
    settings_resolve_fn *resolve, const struct settings_report *report)
{
	int error = settings_from_logs(settings, report);

	for (uint32_t i = 0; i < settings->proxy_count && error == 0; i++)
		error = check_method(settings, &settings->proxies[i], report);
	if (error == 0)
		error = settings_complete_credentials(settings, credentials, report);
	for (uint32_t i = 0; i < settings->proxy_count && error == 0; i++)
		error = resolve_proxy(settings, &settings->proxies[i], resolve, report);
	if (error < 0)
		return error;
	for (uint32_t i = 0; i < settings->log_count; i++) {
		error = finish_log(settings, &settings->logs[i]);
		if (error < 0)
			return settings_fail_errno(report, "log file", error);
	}
	settings_sort_routes(settings);
	return 0;
}
