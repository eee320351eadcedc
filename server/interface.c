/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "server/interface.h"

#include <errno.h>
#include <ifaddrs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/log.h"

static int
call_with(const struct ifaddrs *i, interface_fn *call, void *arg)
{
	struct endpoint address;
	socklen_t len;

	/* An interface without an address is listed for its link layer. */
	if (i->ifa_addr == NULL)
		return 0;
	len = i->ifa_addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) :
	    sizeof(struct sockaddr_in);
	if (endpoint_from_sockaddr(&address, i->ifa_addr, len) < 0)
		return 0;
	return call(i->ifa_name, &address, arg);
}

int
interface_each_address(const char *name, interface_fn *call, void *arg)
{
	struct ifaddrs *list;
	int result = name == NULL ? 0 : -ENODEV;
	bool go_on = true;

	if (getifaddrs(&list) < 0)
		return -errno;
	for (const struct ifaddrs *i = list; i != NULL && go_on; i = i->ifa_next) {
		if (name != NULL && strcmp(i->ifa_name, name) != 0)
			continue;
		result = call_with(i, call, arg);
		go_on = result == 0;
	}
	freeifaddrs(list);
	return result;
}

struct interfaces {
	struct conf_interface	*list;
	unsigned		 count;
};

static int
append(const char *name, const struct endpoint *address, void *arg)
{
	struct interfaces *all = arg;
	struct conf_interface *grown;

	if (strlen(name) >= sizeof(grown->name))
		return 0;
	grown = reallocarray(all->list, all->count + 1, sizeof(*grown));
	if (grown == NULL)
		return -ENOMEM;
	all->list = grown;
	snprintf(grown[all->count].name, sizeof(grown->name), "%s", name);
	grown[all->count++].address = *address;
	return 0;
}

void
interface_bind_rules(struct conf *conf)
{
	struct interfaces all = { .list = NULL };
	int error = interface_each_address(NULL, append, &all);

	if (error == 0)
		error = conf_bind_interfaces(conf, all.list, all.count);
	if (error < 0)
		log_warn("cannot list the interfaces: %s", strerror(-error));
	free(all.list);
}
