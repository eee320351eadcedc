/* SPDX-License-Identifier: ISC */
#include <config.h>

#include <stdlib.h>
#include <unistd.h>

#include "server/socksifyd.h"

extern char **environ;

int
main(int argc, char **argv)
{
	setproctitle_init(argc, argv, environ);
	return socksifyd_main(argc, argv);
}
