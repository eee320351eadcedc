# The test suite. Every entry of TESTS is one behaviour or one module; each
# directory lists its own.
if HAVE_CMOCKA
include tests/unit/local.mk
endif
include tests/preload/local.mk
