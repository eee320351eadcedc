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
# The parts of the server that live in the event loop.
loop_tests = \
	tests/unit/test_connector \
	tests/unit/test_dial \
	tests/unit/test_external \
	tests/unit/test_loop \
	tests/unit/test_resolver \
	$(NULL)
check_PROGRAMS += $(loop_tests)
TESTS += $(loop_tests)
check_LTLIBRARIES += libtestloop.la
loop_test_ldadd = libtestloop.la libserverconnect.la libcommon.la $(CMOCKA_LIBS)

libtestloop_la_SOURCES = \
	tests/lib/dnsd.c \
	tests/lib/dnsd.h \
	tests/lib/looptest.c \
	tests/lib/looptest.h \
	$(NULL)
libtestloop_la_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
libtestloop_la_CFLAGS = $(unit_cflags)

tests_unit_test_connector_SOURCES = tests/unit/test_connector.c
tests_unit_test_connector_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
tests_unit_test_connector_CFLAGS = $(unit_cflags)
tests_unit_test_connector_LDADD = $(loop_test_ldadd)

tests_unit_test_dial_SOURCES = tests/unit/test_dial.c
tests_unit_test_dial_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
tests_unit_test_dial_CFLAGS = $(unit_cflags)
tests_unit_test_dial_LDADD = $(loop_test_ldadd)

tests_unit_test_external_SOURCES = tests/unit/test_external.c
tests_unit_test_external_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
tests_unit_test_external_CFLAGS = $(unit_cflags)
tests_unit_test_external_LDADD = $(loop_test_ldadd)

tests_unit_test_loop_SOURCES = tests/unit/test_loop.c
tests_unit_test_loop_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
tests_unit_test_loop_CFLAGS = $(unit_cflags)
tests_unit_test_loop_LDADD = $(loop_test_ldadd)

tests_unit_test_resolver_SOURCES = tests/unit/test_resolver.c
tests_unit_test_resolver_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
tests_unit_test_resolver_CFLAGS = $(unit_cflags)
tests_unit_test_resolver_LDADD = $(loop_test_ldadd)
endif
