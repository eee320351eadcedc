/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/settings_load.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "libsocksify/health.h"
#include "libsocksify/hosts.h"
#include "libsocksify/names.h"
#include "libsocksify/settings_environment.h"
#include "libsocksify/settings_find.h"
#include "libsocksify/state.h"

/*
 * LOADING is seen by another thread only if the program makes threads before our
 * constructor ran; it is then refused for a moment rather than let through.
 */
enum phase {
	PHASE_NEW,
	PHASE_LOADING,
	PHASE_INERT,
	PHASE_READY,
	PHASE_FAILED,
};

static _Atomic int phase;
static struct settings current;

static enum phase
load_state(const char *path)
{
	struct state *state;

	if (state_attach(path, &state) < 0)
		return PHASE_FAILED;
	/* Our own copy: what another process does to the file later changes nothing here. */
	memcpy(&current, &state->settings, sizeof(current));
	names_use(&state->names);
	health_use(&state->health);
	return settings_are_sound(&current) ? PHASE_READY : PHASE_FAILED;
}

/*
 * A proxy given by name is looked up in the hosts file alone: the resolver asks
 * name servers, takes memory and loads libraries, none of which a constructor may.
 */
static int
resolve_in_hosts(const char *name, struct endpoint *list, unsigned max,
    const struct settings_report *report UNUSED)
{
	struct hosts_answer answer;
	unsigned n;

	hosts_find_name(HOSTS_FILE, name, &answer);
	n = answer.count < max ? answer.count : max;
	memcpy(list, answer.addresses, n * sizeof(*list));
	return (int)n;
}

static enum phase
load_environment(void)
{
	static const struct settings_report nobody;
	const char *login = getenv("LOGNAME");
	const struct settings_credentials credentials = {
		.login = login != NULL ? login : getenv("USER"),
	};
	struct state *state;
	int rc;

	settings_init(&current);
	rc = settings_find(&current, NULL, false, &nobody);
	if (rc == -ENOENT)
		return PHASE_INERT;
	if (rc < 0 || settings_finish(&current, &credentials, resolve_in_hosts, &nobody) < 0 ||
	    state_make_private(&state) < 0)
		return PHASE_FAILED;
	names_use(&state->names);
	health_use(&state->health);
	return PHASE_READY;
}

static enum phase
load(void)
{
	const char *path = getenv(STATE_VARIABLE);

	if (getauxval(AT_SECURE) != 0)
		return PHASE_INERT;
	return path != NULL ? load_state(path) : load_environment();
}

const struct settings *
settings_load(bool *failed)
{
	int seen = PHASE_NEW, saved = errno;

	if (atomic_compare_exchange_strong(&phase, &seen, PHASE_LOADING)) {
		seen = load();
		if (seen == PHASE_FAILED) {
			explicit_bzero(&current, sizeof(current));
			current.proxy_loopback = settings_proxy_loopback();
		}
		names_reserve(&current);
		atomic_store(&phase, seen);
		errno = saved;
	}
	*failed = seen == PHASE_FAILED || seen == PHASE_LOADING;
	return seen == PHASE_INERT ? NULL : &current;
}
