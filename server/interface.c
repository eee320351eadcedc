/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/interface.h"

#include <errno.h>
#include <ifaddrs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/log.h"

static socklen_t
address_len(const struct sockaddr *sa)
{
	return sa->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) :
	    sizeof(struct sockaddr_in);
}

/* Fills @list, which has room for all, and returns how many are in it. */
static unsigned
collect(const struct ifaddrs *all, struct conf_interface *list)
{
	unsigned count = 0;

	for (const struct ifaddrs *i = all; i != NULL; i = i->ifa_next) {
		struct conf_interface *to = &list[count];

		if (i->ifa_addr == NULL || strlen(i->ifa_name) >= sizeof(to->name) ||
		    endpoint_from_sockaddr(&to->address, i->ifa_addr,
		    address_len(i->ifa_addr)) < 0)
			continue;
		snprintf(to->name, sizeof(to->name), "%s", i->ifa_name);
		count++;
	}
	return count;
}

void
interface_bind_rules(struct conf *conf)
{
	struct conf_interface *list;
	struct ifaddrs *all;
	size_t count = 0;

	if (getifaddrs(&all) < 0) {
		log_warn_errno("cannot list the interfaces");
		return;
	}
	for (const struct ifaddrs *i = all; i != NULL; i = i->ifa_next)
		count++;
	list = calloc(count + 1, sizeof(*list));
	if (list == NULL ||
	    conf_bind_interfaces(conf, list, collect(all, list)) < 0)
		log_warn("cannot list the interfaces: %s", strerror(ENOMEM));
	free(list);
	freeifaddrs(all);
}
