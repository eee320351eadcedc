/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/deadlines.h"

#include <stddef.h>

void
deadlines_set(struct deadlines *list, struct deadline *d, int64_t at)
{
	struct deadline *before;

	if (d->list == list && d->at == at)
		return;
	deadlines_clear(d);
	for (before = list->last; before != NULL && before->at > at;)
		before = before->previous;
	d->list = list;
	d->at = at;
	d->previous = before;
	d->next = before != NULL ? before->next : list->first;
	if (d->next != NULL)
		d->next->previous = d;
	else
		list->last = d;
	if (before != NULL)
		before->next = d;
	else
		list->first = d;
}

void
deadlines_clear(struct deadline *d)
{
	if (d->list == NULL)
		return;
	if (d->previous != NULL)
		d->previous->next = d->next;
	else
		d->list->first = d->next;
	if (d->next != NULL)
		d->next->previous = d->previous;
	else
		d->list->last = d->previous;
	d->list = NULL;
}
