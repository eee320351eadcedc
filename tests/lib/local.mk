# What the tests share, and the scripts at the top that run them.
EXTRA_DIST += \
	.ci/run \
	.clang-format \
	.editorconfig \
	CONTRIBUTING.md \
	tests/lib/crypt_hash.py \
	tests/lib/functions.sh \
	tests/lib/leaks.py \
	tests/lib/packages.sh \
	tests/lib/socksraw.py \
	tests/lib/target.py \
	tests/lib/valgrind_socksifyd \
	try \
	$(NULL)

# Tests have a deadline, far beyond what any of them takes.
TEST_EXTENSIONS = .sh
SH_LOG_COMPILER = timeout
AM_SH_LOG_FLAGS = --kill-after=30 240
LOG_COMPILER = timeout
AM_LOG_FLAGS = --kill-after=30 240

# For scripts that run a part of the suite.
print-tests:
	@echo $(TESTS)
print-client-tests:
	@echo $(client_integration_tests)
.PHONY: print-tests print-client-tests

# Not by EXTRA_DIST: there is a target of this name.
dist-hook:
	cp -p $(srcdir)/check $(distdir)/check

if SERVER
check_LTLIBRARIES += libreexec.la
libreexec_la_SOURCES = tests/lib/reexec.c
libreexec_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared -rpath /nowhere
endif
