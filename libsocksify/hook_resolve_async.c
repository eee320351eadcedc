/* SPDX-License-Identifier: ISC */
/*
 * getaddrinfo_a(). Nothing of ours ever waits, so all requests but those for names
 * that are local are answered before the call returns; the others are the C
 * library's, and with them the notification. gai_suspend() and gai_cancel() look at
 * the request alone and need no hooks; gai_error() is where a program learns that it
 * may use the answer, and we.
 */
#include <config.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "libsocksify/hook.h"
#include "libsocksify/real.h"
#include "libsocksify/resolve.h"

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

/*
 * Answers what can be answered at once; what cannot goes to @rest, which has NULL
 * in place of the others. How many are left.
 */
static int
answer_ours(struct gaicb *list[], struct gaicb *rest[], int n)
{
	int left = 0;

	for (int i = 0; i < n; i++) {
		struct gaicb *r = list[i];

		rest[i] = NULL;
		if (r == NULL)
			continue;
		if (r->ar_name != NULL && resolve_is_real(r->ar_name)) {
			rest[i] = r;
			left++;
			continue;
		}
		r->__return = getaddrinfo(r->ar_name, r->ar_service, r->ar_request,
		    &r->ar_result);
	}
	return left;
}

EXPORT int
getaddrinfo_a(int mode, struct gaicb *list[], int n, struct sigevent *event)
{
	struct gaicb **rest;
	int rc = 0;

	if (resolve_is_inert() || n <= 0 || (mode != GAI_WAIT && mode != GAI_NOWAIT))
		return real.getaddrinfo_a(mode, list, n, event);
	rest = calloc((size_t)n, sizeof(struct gaicb *));
	if (rest == NULL)
		return EAI_MEMORY;
	if (answer_ours(list, rest, n) > 0)
		rc = real.getaddrinfo_a(mode, rest, n, event);
	else if (mode == GAI_NOWAIT)
		rc = notify(event);
	free(rest);
	return rc;
}

EXPORT int
gai_error(struct gaicb *request)
{
	int rc = real.gai_error(request);

	if (rc == 0 && request->ar_name != NULL)
		resolve_note_list(request->ar_name, request->ar_result);
	return rc;
}
