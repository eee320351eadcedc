/* SPDX-License-Identifier: ISC */
/* Programs that load others into themselves, and that run before their own start. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/preload/plugin.h"
#include "tests/preload/victim.h"

static bool went_early;

static void
go_early(void)
{
	plugin_early();
	went_early = true;
}

/* Before every constructor, be it a preloaded library's. */
__attribute__((section(".preinit_array"), used)) static void (*const before_all)(void) = go_early;

/* The path of the plug-in, which lies beside this program. */
static const char *
plugin(void)
{
	static char path[PATH_MAX + 32];
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);
	char *slash;

	CHECK(n > 0);
	path[n] = '\0';
	slash = strrchr(path, '/');
	strcpy(slash, strstr(path, "/.libs/") != NULL ? "/plugin.so" : "/.libs/plugin.so");
	return path;
}

/* Through the proxy, by the plug-in's own call. */
static void
connect_in(void *loaded)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(7) };
	int fd = victim_socket(ECHO, 0);
	__typeof__(plugin_connect) *call;

	if (loaded == NULL)
		fprintf(stderr, "%s\n", dlerror());
	CHECK(loaded != NULL);
	*(void **)(void *)&call = dlsym(loaded, "plugin_connect");
	CHECK(call != NULL && inet_pton(AF_INET, ECHO, &in.sin_addr) == 1);
	CHECK(call(fd, (struct sockaddr *)&in, sizeof(in)) == 0);
	victim_echo(fd);
}

static void
plain(void)
{
	connect_in(dlopen(plugin(), RTLD_NOW | RTLD_LOCAL));
}

static void
deep_bound(void)
{
	connect_in(dlopen(plugin(), RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND));
}

static void
other_namespace(void)
{
	connect_in(dlmopen(LM_ID_NEWLM, plugin(), RTLD_NOW | RTLD_LOCAL));
}

static void
early(void)
{
	int fd = victim_socket(ECHO, 0);

	CHECK(went_early);
	CHECK(victim_connect(fd, ECHO) == 0);
	victim_echo(fd);
}

/* An allocator that must not be entered anew: what a handler interrupts may be it. */
static volatile sig_atomic_t allocating, entered;

extern void *__libc_calloc(size_t count, size_t size);

void *
calloc(size_t count, size_t size)
{
	if (allocating)
		entered = 1;
	return __libc_calloc(count, size);
}

static void
connect_in_handler(int signal)
{
	int fd = victim_socket(ECHO, SOCK_NONBLOCK), result = victim_connect(fd, ECHO);

	(void)signal;
	CHECK(result == 0 || result == -EINPROGRESS);
	allocating = 0;
	CHECK(victim_poll(fd, POLLOUT, LIMIT_MS) == POLLOUT);
	victim_echo(fd);
}

/* The first connect(2) of all, from a handler, on either stack. */
static void
handler_in_malloc(void)
{
	static char room[65536];
	struct sigaction action = { .sa_handler = connect_in_handler };
	const stack_t stack = { .ss_sp = room, .ss_size = sizeof(room) };

	CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
	allocating = 1;
	CHECK(raise(SIGUSR1) == 0 && !allocating && !entered);
	action.sa_flags = SA_ONSTACK;
	CHECK(sigaltstack(&stack, NULL) == 0 && sigaction(SIGUSR1, &action, NULL) == 0);
	allocating = 1;
	CHECK(raise(SIGUSR1) == 0 && !allocating && !entered);
}

/* A signal that is merely blocked is no reason to wait. */
static void
blocked_signals(void)
{
	struct sigaction action = { .sa_handler = connect_in_handler };
	sigset_t all;

	sigfillset(&all);
	CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
	CHECK(sigprocmask(SIG_SETMASK, &all, NULL) == 0);
	victim_begin(ECHO);
}

int
main(int argc, char **argv)
{
	static const struct victim_case cases[] = {
		{ "plain", plain },
		{ "deep_bound", deep_bound },
		{ "other_namespace", other_namespace },
		{ "early", early },
#ifdef __x86_64__
		{ "handler_in_malloc", handler_in_malloc },
#endif
		{ "blocked_signals", blocked_signals },
		{ NULL, NULL },
	};

	return victim_main(argc, argv, cases);
}
