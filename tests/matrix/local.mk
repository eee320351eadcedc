# SPDX-License-Identifier: ISC
# Real programs, each by itself, with all that can happen to a connection.
matrix_tests = \
	tests/matrix/programs/curl.sh \
	$(NULL)
EXTRA_DIST += \
	$(matrix_tests) \
	tests/matrix/lib.sh \
	tests/matrix/servers.sh \
	tests/matrix/socksifiers.sh \
	$(NULL)
if SERVER
TESTS += $(matrix_tests)
endif
