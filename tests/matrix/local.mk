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
