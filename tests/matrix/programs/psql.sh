#!/bin/bash
# SPDX-License-Identifier: ISC
# psql asks a PostgreSQL server: libpq connects without blocking and waits by poll(2).
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(psql setpriv)
PATH+=:$(echo /usr/lib/postgresql/*/bin | tr ' ' :)

program_version()
{
	psql --version
}

program_setup()
{
	local as=()

	require initdb postgres
	mkdir "$work/postgres"
	if [ "$(id -u)" -eq 0 ]; then
		chown postgres "$work/postgres"
		as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
	fi
	"${as[@]}" initdb -D "$work/postgres/data" -A trust -U postgres --no-sync >"$work/initdb.output"
	printf 'host all all %s trust\n' 0.0.0.0/0 ::/0 >>"$work/postgres/data/pg_hba.conf"
	start_server postgres 5432 "${as[@]}" postgres -D "$work/postgres/data" -c fsync=off \
	    -c 'listen_addresses=*' -c "unix_socket_directories=$work/postgres"
	wait_for 20 pg_isready -q -h 10.77.2.2
}

ask()
{
	tunnel psql -X -U postgres -Atc 'select 6 * 7' -h "$@"
}

success_query()
{
	prints 42 ask "$target"
}

# pg_dump opens several connections, from several processes.
success_dump()
{
	tunnel psql -qX -U postgres -h "$target" -c 'create table t as select generate_series(1, 9) as n'
	tunnel pg_dump -U postgres -h "$target" -Fd -j 2 -f dump postgres
	tunnel psql -qX -U postgres -h "$target" -c 'drop table t'
	pg_restore -a -f - dump | grep -qx 9
	connected 5
}

refused()
{
	ends 2 'Connection refused' ask "$target" -p "$closed_port"
}

unreachable()
{
	ends 2 'No route to host' ask "$unreachable"
}

timed_out()
{
	PGCONNECT_TIMEOUT=2 ends 2 'timeout expired|timed out' ask "$blackhole"
}

dead_proxy()
{
	ends 2 'Connection refused' ask "$target"
}

run_matrix
