/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/idn.h"

#include <dlfcn.h>
#include <netdb.h>
#include <stdbool.h>
#include <string.h>

#include "common/addr.h"
#include "libsocksify/real.h"

#define LIBIDN2		"libidn2.so.0"

/* Of idn2.h. */
#define IDN2_OK		0
#define IDN2_MALLOC	(-100)

static bool
is_ascii(const char *name)
{
	for (; *name != '\0'; name++) {
		if ((*name & 0x80) != 0)
			return false;
	}
	return true;
}

static int
copy(char *ascii, const char *name)
{
	if (strlen(name) > HOST_NAME_MAX_LEN)
		return EAI_NONAME;
	memcpy(ascii, name, strlen(name) + 1);
	return 0;
}

int
idn_encode(const char *name, char *ascii)
{
	int (*lookup)(const char *, char **, int);
	void (*release)(void *);
	void *library;
	char *found = NULL;
	int rc;

	if (is_ascii(name))
		return copy(ascii, name);
	library = real.dlopen(LIBIDN2, RTLD_NOW);
	if (library == NULL)
		return EAI_IDN_ENCODE;
	*(void **)&lookup = dlsym(library, "idn2_lookup_ul");
	*(void **)&release = dlsym(library, "idn2_free");
	if (lookup == NULL || release == NULL)
		return EAI_IDN_ENCODE;
	rc = lookup(name, &found, 0);
	if (rc != IDN2_OK)
		return rc == IDN2_MALLOC ? EAI_MEMORY : EAI_IDN_ENCODE;
	rc = copy(ascii, found);
	release(found);
	return rc;
}
