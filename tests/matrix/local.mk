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
	tests/matrix/lib.sh \
	tests/matrix/servers.sh \
	tests/matrix/socksifiers.sh \
	$(NULL)
if SERVER
TESTS += $(matrix_tests)
endif
