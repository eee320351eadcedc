/* SPDX-License-Identifier: ISC */
/*
 * getaddrinfo_a(). Nothing of ours ever waits, so every request is answered
 * before the call returns; gai_error(), gai_suspend() and gai_cancel() of the C
 * library look at the request alone and need no hooks.
 */
#include <config.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "libsocksify/resolve_real.h"
#include "libsocksify/settings_load.h"

static void *
notify_thread(void *argument)
{
	struct sigevent event = *(struct sigevent *)argument;

	free(argument);
	event.sigev_notify_function(event.sigev_value);
	return NULL;
}

static int
notify_by_thread(const struct sigevent *event)
{
	struct sigevent *copy = malloc(sizeof(*copy));
	pthread_attr_t attributes;
	pthread_t thread;
	int rc = EAGAIN;

	if (copy == NULL || pthread_attr_init(&attributes) != 0)
		goto out;
	*copy = *event;
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	rc = pthread_create(&thread, event->sigev_notify_attributes != NULL ?
	    (const pthread_attr_t *)event->sigev_notify_attributes : &attributes,
	    notify_thread, copy);
	if (rc == 0)
		copy = NULL;
	pthread_attr_destroy(&attributes);
out:
	free(copy);
	return rc == 0 ? 0 : EAI_AGAIN;
}

static int
notify(const struct sigevent *event)
{
	if (event == NULL)
		return 0;
	switch (event->sigev_notify) {
	case SIGEV_SIGNAL:
		return sigqueue(getpid(), event->sigev_signo, event->sigev_value) == 0 ?
		    0 : EAI_AGAIN;
	case SIGEV_THREAD:
		return notify_by_thread(event);
	default:
		return 0;
	}
}

RESOLVE_HOOK int
getaddrinfo_a(int mode, struct gaicb *list[], int n, struct sigevent *event)
{
	bool failed;

	if (settings_load(&failed) == NULL || (mode != GAI_WAIT && mode != GAI_NOWAIT))
		return resolve_real_getaddrinfo_a(mode, list, n, event);
	for (int i = 0; i < n; i++) {
		if (list[i] != NULL)
			list[i]->__return = getaddrinfo(list[i]->ar_name, list[i]->ar_service,
			    list[i]->ar_request, &list[i]->ar_result);
	}
	return mode == GAI_NOWAIT ? notify(event) : 0;
}
