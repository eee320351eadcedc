/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/pool.h"

#include <string.h>
#include <sys/mman.h>

#define POOL_PAGE	65536	/* bytes mapped at a time */

void *
pool_take(struct pool *p)
{
	void *record = p->free;

	if (record != NULL) {
		memcpy(&p->free, record, sizeof(p->free));
		return record;
	}
	if (p->left < p->size) {
		void *page = mmap(NULL, POOL_PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (page == MAP_FAILED)
			return NULL;
		p->page = page;
		p->left = POOL_PAGE;
	}
	record = p->page;
	p->page += p->size;
	p->left -= p->size;
	return record;
}

void
pool_give(struct pool *p, void *record)
{
	memcpy(record, &p->free, sizeof(p->free));
	p->free = record;
}
