/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/conf_unsupported.h"

#include <string.h>

#include "common/compiler.h"

static const char *const words[] = {
	"bandwidth",
	"bounce",
	"bsdauth.stylename",
	"child.maxrequests",
	"clientcompatibility",
	"compatibility",
	"extension",
	"external.rotation",
	"group",
	"hostid",
	"hostindex",
	"libwrap",
	"localdomain",
	"monitor",
	"pam",
	"pamservicename",
	"realm",
	"redirect",
	"resolveprotocol",
	"route",
	"route.badexpire",
	"route.maxfail",
	"srchost",
	"udp.connectdst",
	"udp.portrange",
	"user",
};

/* Whole families of keywords, by how they begin. */
static const char *const families[] = {
	"alarm.",
	"cpu.mask.",
	"cpu.schedule.",
	"external.alarm.",
	"external.ip.",
	"external.ipv6.",
	"external.log.",
	"external.socket.",
	"external.tcp.",
	"external.udp.",
	"gssapi.",
	"internal.alarm.",
	"internal.ip.",
	"internal.ipv6.",
	"internal.log.",
	"internal.socket.",
	"internal.tcp.",
	"internal.udp.",
	"ldap.",
	"libwrap.",
	"pam.",
	"session.",
	"socket.recvbuf.",
	"socket.sendbuf.",
};

bool
conf_word_is_unsupported(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(words[i], name) == 0)
			return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		if (strncmp(families[i], name, strlen(families[i])) == 0)
			return true;
	}
	return false;
}

void
conf_unsupported_nearest(struct conf_nearest *n, const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		conf_nearest_try(n, word, words[i]);
}
