# SPDX-License-Identifier: ISC
# Real programs, each by itself, with all that can happen to a connection.
matrix_tests = \
	tests/matrix/programs/ab.sh \
	tests/matrix/programs/aria2c.sh \
	tests/matrix/programs/bash.sh \
	tests/matrix/programs/curl.sh \
	tests/matrix/programs/dig.sh \
	tests/matrix/programs/iperf3.sh \
	tests/matrix/programs/lftp.sh \
	tests/matrix/programs/nc.sh \
	tests/matrix/programs/nmap.sh \
	tests/matrix/programs/openssl.sh \
	tests/matrix/programs/psql.sh \
	tests/matrix/programs/redis-cli.sh \
	tests/matrix/programs/socat.sh \
	tests/matrix/programs/telnet.sh \
	$(NULL)
EXTRA_DIST += \
	$(matrix_tests) \
	tests/matrix/ftp.sh \
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
	$(NULL)
if SERVER
TESTS += $(matrix_tests)
endif
