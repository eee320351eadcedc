/* SPDX-License-Identifier: ISC */
#include "bench/load.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "common/compiler.h"

#define PARALLEL_MAX	4096
#define SESSIONS_MAX	100000
#define STREAMS_MAX	64
#define SIZE_MAX_BYTES	4096
#define STRING_MAX	255	/* RFC 1929: name and password */

static const char usage_text[] =
	"usage: load MODE {--proxy ADDRESS:PORT | --direct} [OPTION…]\n"
	"\n"
	"modes\n"
	"  connect    sets sessions up and ends each with a reset\n"
	"  bulk       sends as fast as it goes\n"
	"  pingpong   sends one message to and fro\n"
	"  idle       sets --count sessions up and holds them until stdin ends\n"
	"\n"
	"options\n"
	"  --proxy ADDRESS:PORT   the SOCKS5 server, an IPv4 address of loopback\n"
	"  --direct               no server: what the generator itself can do\n"
	"  --user NAME --password WORD\n"
	"                         authenticate (RFC 1929)\n"
	"  --seconds S            how long (default 3; idle: until they are up)\n"
	"  --count N              connect: end after N sessions; pingpong: round trips;\n"
	"                         idle: sessions (default 1000)\n"
	"  --parallel N           connect, idle: set up so many at a time (default 64)\n"
	"  --streams N            bulk: connections (default 1)\n"
	"  --download             bulk: from the target to the client\n"
	"  --size BYTES           pingpong, idle: the message (default 64)\n"
	"\n"
	"Prints one JSON object a line.\n";

static const struct {
	const char	*name;
	int		(*run)(const struct load_options *o);
} modes[] = {
	{ "connect", connect_run },
	{ "bulk", bulk_run },
	{ "pingpong", pingpong_run },
	{ "idle", idle_run },
};

uint64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

uint64_t
cpu_us(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return (uint64_t)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1000000 +
	    (uint64_t)(r.ru_utime.tv_usec + r.ru_stime.tv_usec);
}

static void NORETURN
bad_usage(const char *what, const char *value)
{
	fprintf(stderr, "load: %s: %s\n%s", what, value, usage_text);
	exit(2);
}

static unsigned long
number(const char *text, unsigned long min, unsigned long max)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || n < min || n > max)
		bad_usage("not a number in its range", text);
	return n;
}

static double
seconds(const char *text)
{
	char *end;
	double s = strtod(text, &end);

	if (end == text || *end != '\0' || !(s > 0 && s <= 3600))
		bad_usage("not a number of seconds up to 3600", text);
	return s;
}

static struct sockaddr_in
loopback(const char *text)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	const char *colon = strchr(text, ':');
	char host[INET_ADDRSTRLEN];

	if (colon == NULL || (size_t)(colon - text) >= sizeof(host))
		bad_usage("not ADDRESS:PORT", text);
	memcpy(host, text, (size_t)(colon - text));
	host[colon - text] = '\0';
	if (inet_pton(AF_INET, host, &sin.sin_addr) != 1 || ntohl(sin.sin_addr.s_addr) >> 24 != 127)
		bad_usage("not an address in 127.0.0.0/8", text);
	sin.sin_port = htons((uint16_t)number(colon + 1, 1, 65535));
	return sin;
}

static const char *
credential(const char *text)
{
	if (*text == '\0' || strlen(text) > STRING_MAX)
		bad_usage("not 1 to 255 bytes", "a name or password");
	return text;
}

enum flag {
	FLAG_PROXY = 1, FLAG_DIRECT, FLAG_USER, FLAG_PASSWORD, FLAG_SECONDS, FLAG_COUNT,
	FLAG_PARALLEL, FLAG_STREAMS, FLAG_DOWNLOAD, FLAG_SIZE, FLAG_HELP,
};

static const struct option long_options[] = {
	{ "proxy", required_argument, NULL, FLAG_PROXY },
	{ "direct", no_argument, NULL, FLAG_DIRECT },
	{ "user", required_argument, NULL, FLAG_USER },
	{ "password", required_argument, NULL, FLAG_PASSWORD },
	{ "seconds", required_argument, NULL, FLAG_SECONDS },
	{ "count", required_argument, NULL, FLAG_COUNT },
	{ "parallel", required_argument, NULL, FLAG_PARALLEL },
	{ "streams", required_argument, NULL, FLAG_STREAMS },
	{ "download", no_argument, NULL, FLAG_DOWNLOAD },
	{ "size", required_argument, NULL, FLAG_SIZE },
	{ "help", no_argument, NULL, FLAG_HELP },
	{ NULL, 0, NULL, 0 },
};

static void
set_option(struct load_options *o, enum flag flag, const char *value)
{
	switch (flag) {
	case FLAG_PROXY:
		o->proxy = loopback(value);
		break;
	case FLAG_DIRECT:
		o->direct = true;
		break;
	case FLAG_USER:
		o->user = credential(value);
		break;
	case FLAG_PASSWORD:
		o->password = credential(value);
		break;
	case FLAG_SECONDS:
		o->seconds = seconds(value);
		break;
	case FLAG_COUNT:
		o->count = number(value, 1, 100000000);
		break;
	case FLAG_PARALLEL:
		o->parallel = (unsigned)number(value, 1, PARALLEL_MAX);
		break;
	case FLAG_STREAMS:
		o->streams = (unsigned)number(value, 1, STREAMS_MAX);
		break;
	case FLAG_DOWNLOAD:
		o->download = true;
		break;
	case FLAG_SIZE:
		o->size = (unsigned)number(value, 0, SIZE_MAX_BYTES);
		break;
	case FLAG_HELP:
		fputs(usage_text, stdout);
		exit(0);
	}
}

static void
parse(struct load_options *o, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (c == '?') {
			fputs(usage_text, stderr);
			exit(2);
		}
		set_option(o, (enum flag)c, optarg);
	}
	if (optind + 1 != argc)
		bad_usage("one mode is wanted", optind < argc ? argv[optind + 1] : "none given");
	if ((o->proxy.sin_port == 0) == !o->direct)
		bad_usage("one of them is wanted", "--proxy or --direct");
	if ((o->user == NULL) != (o->password == NULL))
		bad_usage("only together", "--user and --password");
}

/* As many descriptors as the system lets us have. */
static void
raise_limits(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
		r.rlim_cur = r.rlim_max;
		setrlimit(RLIMIT_NOFILE, &r);
	}
}

int
main(int argc, char **argv)
{
	struct load_options o = { .parallel = 64, .seconds = 3, .streams = 1, .size = 64 };
	const char *mode;

	parse(&o, argc, argv);
	mode = argv[optind];
	if (strcmp(mode, "pingpong") == 0 && o.size == 0)
		bad_usage("no message of no bytes", mode);
	if (strcmp(mode, "idle") == 0) {
		if (o.count == 0)
			o.count = 1000;
		if (o.count > SESSIONS_MAX)
			bad_usage("too many sessions", mode);
	}
	raise_limits();
	for (unsigned i = 0; i < ARRAY_SIZE(modes); i++) {
		if (strcmp(mode, modes[i].name) == 0)
			return modes[i].run(&o);
	}
	bad_usage("no such mode", mode);
}
