# What is held of the source itself: directions, sizes, style.
lint_tests = \
	tests/lint/circles.sh \
	tests/lint/functions.sh \
	tests/lint/headers.sh \
	tests/lint/includes.sh \
	tests/lint/man.sh \
	tests/lint/shell.sh \
	tests/lint/tree.sh \
	$(NULL)
TESTS += $(lint_tests)
EXTRA_DIST += \
	$(lint_tests) \
	tests/lint/lint.sh \
	$(NULL)

AM_TESTS_ENVIRONMENT += \
	CC='$(CC)'; export CC; \
	MANDOC='$(MANDOC)'; export MANDOC; \
	LINT_CFLAGS='$(EVENT_CFLAGS) $(CARES_CFLAGS) $(MD_CFLAGS) $(CMOCKA_CFLAGS)'; export LINT_CFLAGS;
if SERVER
AM_TESTS_ENVIRONMENT += LINT_SERVER=yes; export LINT_SERVER;
else
AM_TESTS_ENVIRONMENT += LINT_SERVER=no; export LINT_SERVER;
endif
