# One cmocka program a module: test_MODULE.c.
unit_tests = \
	tests/unit/test_addr \
	tests/unit/test_conf_lex \
	tests/unit/test_cursor \
	tests/unit/test_socks5 \
	$(NULL)
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
unit_cflags = $(AM_CFLAGS) $(CMOCKA_CFLAGS) -UNDEBUG

tests_unit_test_addr_SOURCES = tests/unit/test_addr.c
tests_unit_test_addr_CFLAGS = $(unit_cflags)
tests_unit_test_addr_LDADD = libcommon.la $(CMOCKA_LIBS)

tests_unit_test_conf_lex_SOURCES = tests/unit/test_conf_lex.c
tests_unit_test_conf_lex_CFLAGS = $(unit_cflags)
tests_unit_test_conf_lex_LDADD = libcommon.la $(CMOCKA_LIBS)

tests_unit_test_cursor_SOURCES = tests/unit/test_cursor.c
tests_unit_test_cursor_CFLAGS = $(unit_cflags)
tests_unit_test_cursor_LDADD = libcommon.la $(CMOCKA_LIBS)

tests_unit_test_socks5_SOURCES = tests/unit/test_socks5.c
tests_unit_test_socks5_CFLAGS = $(unit_cflags)
tests_unit_test_socks5_LDADD = libcommon.la $(CMOCKA_LIBS)

if SERVER
server_unit_tests = \
	tests/unit/test_conf \
	tests/unit/test_conf_errors \
	tests/unit/test_rule \
	$(NULL)
check_PROGRAMS += $(server_unit_tests)
TESTS += $(server_unit_tests)

tests_unit_test_conf_SOURCES = tests/unit/test_conf.c
tests_unit_test_conf_CPPFLAGS = $(AM_CPPFLAGS) -DSRCDIR='"$(abs_top_srcdir)"'
tests_unit_test_conf_CFLAGS = $(unit_cflags)
tests_unit_test_conf_LDADD = libserverconf.la $(CMOCKA_LIBS)

tests_unit_test_conf_errors_SOURCES = tests/unit/test_conf_errors.c
tests_unit_test_conf_errors_CFLAGS = $(unit_cflags)
tests_unit_test_conf_errors_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc -Wl,--wrap=calloc \
	-Wl,--wrap=realloc -Wl,--wrap=reallocarray -Wl,--wrap=strdup
tests_unit_test_conf_errors_LDADD = libserverconf.la $(CMOCKA_LIBS)

tests_unit_test_rule_SOURCES = tests/unit/test_rule.c
tests_unit_test_rule_CFLAGS = $(unit_cflags)
tests_unit_test_rule_LDADD = libserverconf.la $(CMOCKA_LIBS)
endif
