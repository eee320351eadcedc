# SPDX-License-Identifier: ISC
# Real programs, each by itself, with all that can happen to a connection.
matrix_tests = \
	tests/matrix/harness.sh \
	tests/matrix/programs/curl.sh \
	tests/matrix/programs/git.sh \
	tests/matrix/programs/java.sh \
	tests/matrix/programs/node.sh \
	tests/matrix/programs/perl.sh \
	tests/matrix/programs/php.sh \
	tests/matrix/programs/python3.sh \
	tests/matrix/programs/rsync.sh \
	tests/matrix/programs/ruby.sh \
	tests/matrix/programs/scp.sh \
	tests/matrix/programs/ssh.sh \
	tests/matrix/programs/wget.sh \
	$(NULL)
matrix_tests += \
	tests/matrix/programs/ab.sh \
	tests/matrix/programs/apt.sh \
	tests/matrix/programs/aria2c.sh \
	tests/matrix/programs/bash.sh \
	tests/matrix/programs/chromium.sh \
	tests/matrix/programs/descriptors.sh \
	tests/matrix/programs/dig.sh \
	tests/matrix/programs/environment.sh \
	tests/matrix/programs/fork.sh \
	tests/matrix/programs/go.sh \
	tests/matrix/programs/haproxy.sh \
	tests/matrix/programs/iperf3.sh \
	tests/matrix/programs/ldapsearch.sh \
	tests/matrix/programs/lftp.sh \
	tests/matrix/programs/nc.sh \
	tests/matrix/programs/nginx.sh \
	tests/matrix/programs/nmap.sh \
	tests/matrix/programs/openssl.sh \
	tests/matrix/programs/psql.sh \
	tests/matrix/programs/redis-cli.sh \
	tests/matrix/programs/setuid.sh \
	tests/matrix/programs/socat.sh \
	tests/matrix/programs/static.sh \
	tests/matrix/programs/telnet.sh \
	tests/matrix/programs/threads.sh \
	tests/matrix/programs/valgrind.sh \
	$(NULL)
EXTRA_DIST += \
	$(matrix_tests) \
	tests/matrix/clients/Client.java \
	tests/matrix/clients/client.js \
	tests/matrix/clients/client.php \
	tests/matrix/clients/client.pl \
	tests/matrix/clients/client.py \
	tests/matrix/clients/client.rb \
	tests/matrix/lib.sh \
	tests/matrix/servers.sh \
	tests/matrix/socksifiers.sh \
	tests/matrix/table.py \
	tests/matrix/tor_names.py \
	docs/compatibility.md \
	$(NULL)
EXTRA_DIST += \
	tests/matrix/ftp.sh \
	tests/matrix/gateway.sh \
	tests/matrix/greeter.py \
	tests/matrix/many.py \
	tests/matrix/midway.py \
	tests/matrix/midway.sh \
	tests/matrix/threads.py \
	$(NULL)
if SERVER
TESTS += $(matrix_tests)
endif

# The same programs under other socksifiers, too, if those are installed: dante-client, proxychains4 and
# torsocks. It takes a quarter of an hour, most of which is waiting for what hangs.
compatibility: all
	$(srcdir)/tests/matrix/table.py . >compatibility.md
	mv compatibility.md $(srcdir)/docs/compatibility.md
.PHONY: compatibility
CLEANFILES += compatibility.md
clean-local:
	rm -rf compatibility
