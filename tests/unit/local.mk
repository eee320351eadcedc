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
server_unit_tests = \
	tests/unit/test_conf \
	tests/unit/test_rule \
	$(NULL)
check_PROGRAMS += $(server_unit_tests)
TESTS += $(server_unit_tests)

tests_unit_test_conf_SOURCES = tests/unit/test_conf.c
tests_unit_test_conf_CFLAGS = $(unit_cflags)
tests_unit_test_conf_LDADD = libserverconf.la $(CMOCKA_LIBS)

tests_unit_test_rule_SOURCES = tests/unit/test_rule.c
tests_unit_test_rule_CFLAGS = $(unit_cflags)
tests_unit_test_rule_LDADD = libserverconf.la $(CMOCKA_LIBS)
endif
