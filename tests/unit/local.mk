# One cmocka program a module: test_MODULE.c.
unit_tests = \
	tests/unit/test_socks5 \
	$(NULL)
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
unit_cflags = $(AM_CFLAGS) $(CMOCKA_CFLAGS) -UNDEBUG

tests_unit_test_socks5_SOURCES = tests/unit/test_socks5.c
tests_unit_test_socks5_CFLAGS = $(unit_cflags)
tests_unit_test_socks5_LDADD = libcommon.la $(CMOCKA_LIBS)

if SERVER
relay_tests = \
	tests/unit/test_pipe_pool \
	tests/unit/test_relay \
	$(NULL)
check_PROGRAMS += $(relay_tests)
TESTS += $(relay_tests)

tests_unit_test_pipe_pool_SOURCES = tests/unit/test_pipe_pool.c
tests_unit_test_pipe_pool_CFLAGS = $(unit_cflags)
tests_unit_test_pipe_pool_LDADD = libserverrelay.la $(CMOCKA_LIBS)

tests_unit_test_relay_SOURCES = tests/unit/test_relay.c
tests_unit_test_relay_CFLAGS = $(unit_cflags) $(EVENT_CFLAGS)
tests_unit_test_relay_LDADD = libserverrelay.la $(CMOCKA_LIBS)
endif
