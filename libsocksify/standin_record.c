/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/standin_record.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "libsocksify/connection.h"
#include "libsocksify/critical.h"
#include "libsocksify/descriptors.h"
#include "libsocksify/pool.h"
#include "libsocksify/raw.h"

#define EPHEMERAL_FIRST	32768	/* of the ports that are made up */
#define EPHEMERAL_COUNT	28232

static struct pool pool = POOL_OF(struct standin);

struct standin *
standin_new(void)
{
	struct standin *in = pool_take(&pool);

	if (in != NULL)
		in->descriptors = 0;
	return in;
}

void
standin_free(struct standin *in)
{
	pool_give(&pool, in);
}

struct standin *
standin_find(int fd)
{
	struct slot *s = descriptors_find(fd);
	struct standin *in;

	if (s == NULL || (slot_marks(s) & SLOT_STANDIN) == 0 || !descriptors_owned())
		return NULL;
	in = atomic_load_explicit(&s->standin, memory_order_acquire);
	return in != NULL && in->cookie == socket_cookie(fd) ? in : NULL;
}

void
standin_show(struct standin *in, int fd)
{
	struct slot *s = descriptors_find(fd);

	in->descriptors++;
	atomic_store_explicit(&s->standin, in, memory_order_release);
	slot_mark(s, SLOT_STANDIN);
}

void
standin_hide(int fd)
{
	struct slot *s = descriptors_find(fd);
	struct standin *in = s == NULL ? NULL : atomic_load(&s->standin);

	if (in == NULL)
		return;
	slot_unmark(s, SLOT_STANDIN);
	atomic_store(&s->standin, NULL);
	if (--in->descriptors == 0)
		standin_free(in);
}

void
standin_copy(int fd, int to)
{
	struct standin *in = standin_find(fd);

	if (in != NULL)
		standin_show(in, to);
}

int
standin_domain(int fd)
{
	const struct standin *in = standin_find(fd);

	return in == NULL ? 0 : in->domain;
}

bool
standin_is_local(int fd)
{
	const struct standin *in = standin_find(fd);

	return in != NULL && in->actual == AF_UNIX;
}

/* The local port as it is, or one made up where there is none, in network order. */
static in_port_t
port_of(const struct standin *in, int fd)
{
	union standin_name name;
	socklen_t len = sizeof(name);

	if (in->actual == AF_UNIX || RAW(SYS_getsockname, fd, &name, &len) < 0)
		return htons((uint16_t)(EPHEMERAL_FIRST + in->cookie % EPHEMERAL_COUNT));
	return name.sa.sa_family == AF_INET ? name.in.sin_port : name.in6.sin6_port;
}

static socklen_t
name_of(const struct standin *in, int fd, union standin_name *name)
{
	memset(name, 0, sizeof(*name));
	memcpy(name, &in->local, in->local_len);
	name->sa.sa_family = (sa_family_t)in->domain;
	if (in->domain == AF_INET) {
		if (name->in.sin_addr.s_addr == htonl(INADDR_ANY))
			name->in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		if (name->in.sin_port == 0)
			name->in.sin_port = port_of(in, fd);
		return sizeof(name->in);
	}
	if (IN6_IS_ADDR_UNSPECIFIED(&name->in6.sin6_addr))
		name->in6.sin6_addr = in6addr_loopback;
	if (name->in6.sin6_port == 0)
		name->in6.sin6_port = port_of(in, fd);
	return sizeof(name->in6);
}

int
standin_getsockname(int fd, struct sockaddr *to, socklen_t *len)
{
	const struct standin *in = standin_find(fd);
	union standin_name name;
	socklen_t size;

	/* Where the kernel is to say what is wrong with the arguments, it does. */
	if (in == NULL || to == NULL || len == NULL || (int)*len < 0)
		return STANDIN_NONE;
	size = name_of(in, fd, &name);
	memcpy(to, &name, *len < size ? *len : size);
	*len = size;
	return 0;
}

/* An option of SOL_SOCKET that would give the other socket away: its value in *told. */
static bool
own_value(const struct standin *in, int option, struct ucred *told, socklen_t *size)
{
	int value;

	if (option == SO_PEERCRED && in->actual == AF_UNIX) {
		/* What sockets of IP say. */
		*told = (struct ucred){ .pid = 0, .uid = (uid_t)-1, .gid = (gid_t)-1 };
		*size = sizeof(*told);
		return true;
	}
	if (option != SO_DOMAIN && option != SO_PROTOCOL)
		return false;
	value = option == SO_DOMAIN ? in->domain : in->protocol;
	memcpy(told, &value, sizeof(value));
	*size = sizeof(value);
	return true;
}

int
standin_getsockopt(int fd, int level, int option, void *value, socklen_t *len)
{
	const struct standin *in = standin_find(fd);
	struct ucred told;
	socklen_t size;

	if (in == NULL)
		return STANDIN_NONE;
	if (level != SOL_SOCKET || !own_value(in, option, &told, &size))
		return standin_options_get(&in->options, fd, in->domain, level, option, value, len);
	if (value == NULL || len == NULL)
		return -EFAULT;
	if ((int)*len < 0)
		return -EINVAL;
	*len = *len < size ? *len : size;
	memcpy(value, &told, *len);
	return 0;
}

int
standin_setsockopt(int fd, int level, int option, const void *value, socklen_t len)
{
	struct critical c;
	struct standin *in;
	int result = STANDIN_NONE;

	critical_lock(&c);
	in = standin_find(fd);
	if (in != NULL)
		result = standin_options_set(&in->options, fd, in->domain, level, option, value,
		    len);
	critical_unlock(&c);
	return result;
}
