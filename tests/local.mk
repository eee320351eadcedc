# The test suite. Every entry of TESTS is one behaviour or one module; each
# directory lists its own.
AM_TESTS_ENVIRONMENT =

if HAVE_CMOCKA
include tests/unit/local.mk
endif
include tests/platform/local.mk
include tests/lint/local.mk
include tests/fuzz/local.mk
include tests/lib/local.mk
include tests/integration/local.mk
include tests/preload/local.mk
include tests/matrix/local.mk
