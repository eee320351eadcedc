#!/bin/bash
# SPDX-License-Identifier: ISC
# ldapsearch asks a directory server: libldap connects without blocking and waits by poll(2).
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(ldapsearch slapd)

program_version()
{
	ldapsearch -VV 2>&1 | head -n 1
}

program_setup()
{
	mkdir "$work/slapd"
	cat >"$work/slapd.conf" <<-END
		modulepath /usr/lib/ldap
		moduleload back_ldif
		pidfile $work/slapd/pid
		database ldif
		suffix ""
		directory $work/slapd
	END
	start_server slapd 389 slapd -d 0 -h 'ldap://*' -f "$work/slapd.conf"
}

search()
{
	tunnel ldapsearch -x -LLL -s base -b '' "$@"
}

success_search()
{
	search -H "ldap://$target" supportedLDAPVersion >got
	grep -q '^supportedLDAPVersion: 3$' got
}

success_with_limit()
{
	search -o nettimeout=5 -H "ldap://$target" supportedLDAPVersion >got
	grep -q '^supportedLDAPVersion: 3$' got
}

refused()
{
	ends 255 "Can't contact LDAP server" search -H "ldap://$target:$closed_port"
}

unreachable()
{
	ends 255 "Can't contact LDAP server" search -H "ldap://$unreachable"
}

timed_out()
{
	ends 255 "Can't contact LDAP server" search -o nettimeout=1 -H "ldap://$blackhole"
}

dead_proxy()
{
	ends 255 "Can't contact LDAP server" search -H "ldap://$target"
}

run_matrix
