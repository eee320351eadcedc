/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/lan_routes.h"

#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>

#include "libsocksify/raw.h"
#include "libsocksify/settings_add.h"

#define ADDRESSES	64	/* further ones are not looked at */

/* Bits of a netmask, which the kernel keeps without holes. */
static unsigned
mask_bits(const struct sockaddr *mask)
{
	struct sockaddr_in in;

	memcpy(&in, mask, sizeof(in));
	return (unsigned)__builtin_popcount(in.sin_addr.s_addr);
}

static void
add_interface(struct settings *settings, int fd, const struct ifreq *interface)
{
	struct settings_address to = { .type = SETTINGS_NET };
	/* With the address in it, the kernel tells the mask of that one of several. */
	struct ifreq request = *interface;

	if (endpoint_from_sockaddr(&to.net, &interface->ifr_addr,
	    sizeof(struct sockaddr_in)) < 0 || endpoint_is_loopback(&to.net) ||
	    RAW(SYS_ioctl, fd, SIOCGIFNETMASK, &request) < 0)
		return;
	to.net.port = 0;
	to.prefix = (uint8_t)mask_bits(&request.ifr_netmask);
	for (unsigned i = to.prefix; i < 32; i++)
		to.net.ip[i / 8] &= (uint8_t)~(0x80 >> i % 8);
	/* A mask of no bits would be a direct route to everywhere. */
	if (to.prefix > 0)
		settings_add_direct(settings, &to);
}

void
lan_routes_add(struct settings *settings)
{
	struct ifreq interfaces[ADDRESSES];
	struct ifconf list = { .ifc_len = sizeof(interfaces), .ifc_req = interfaces };
	int fd = (int)RAW(SYS_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	if (RAW(SYS_ioctl, fd, SIOCGIFCONF, &list) == 0) {
		for (int i = 0; i < list.ifc_len / (int)sizeof(interfaces[0]); i++)
			add_interface(settings, fd, &interfaces[i]);
	}
	RAW(SYS_close, fd);
}
