/* SPDX-License-Identifier: ISC */
/* Conditions of rules and routes on ports and names. */
#ifndef COMMON_MATCH_H
#define COMMON_MATCH_H

#include <stdbool.h>
#include <stdint.h>

enum match_port_op { PORT_ANY, PORT_EQ, PORT_NE, PORT_LT, PORT_LE, PORT_GT, PORT_GE, PORT_RANGE };

/* Whether @value fulfils "@op @port", or lies in @port to @last (PORT_RANGE). */
bool	 match_port(enum match_port_op op, uint16_t port, uint16_t last, uint16_t value);
/* Without regard to case or to a dot at the end. */
bool	 match_name(const char *a, const char *b);
/* Whether @name is the domain of @suffix, which starts with a dot, or in it; ".": any name. */
bool	 match_domain(const char *name, const char *suffix);

#endif
