# One cmocka program a module: test_MODULE.c.
unit_tests = \
	tests/unit/test_handshake \
	tests/unit/test_socks5 \
	$(NULL)
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
unit_cflags = $(AM_CFLAGS) $(CMOCKA_CFLAGS) -UNDEBUG

tests_unit_test_socks5_SOURCES = tests/unit/test_socks5.c
tests_unit_test_socks5_CFLAGS = $(unit_cflags)
tests_unit_test_socks5_LDADD = libcommon.la $(CMOCKA_LIBS)

tests_unit_test_handshake_SOURCES = tests/unit/test_handshake.c
tests_unit_test_handshake_CFLAGS = $(unit_cflags)
tests_unit_test_handshake_LDADD = libcommon.la $(CMOCKA_LIBS)
