# SPDX-License-Identifier: ISC
# Real programs, each by itself, with all that can happen to a connection.
matrix_tests = \
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
