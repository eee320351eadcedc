# One cmocka program a module: test_MODULE.c.
unit_tests = \
	tests/unit/test_descriptors \
	tests/unit/test_handshake \
	tests/unit/test_names \
	tests/unit/test_route \
	tests/unit/test_settings \
	tests/unit/test_socks5 \
	tests/unit/test_url \
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
tests_unit_test_url_SOURCES = tests/unit/test_url.c
tests_unit_test_url_CFLAGS = $(unit_cflags)
tests_unit_test_url_LDADD = libcommon.la $(CMOCKA_LIBS)

# The library's knowledge without its hooks.
client_known_sources = \
	libsocksify/hosts.c \
	libsocksify/names.c \
	libsocksify/route.c \
	libsocksify/settings.c \
	libsocksify/settings_environment.c \
	libsocksify/state.c \
	$(NULL)

tests_unit_test_names_SOURCES = tests/unit/test_names.c $(client_known_sources)
tests_unit_test_names_CFLAGS = $(unit_cflags)
tests_unit_test_names_LDADD = libcommon.la $(CMOCKA_LIBS)

tests_unit_test_route_SOURCES = tests/unit/test_route.c $(client_known_sources)
tests_unit_test_route_CFLAGS = $(unit_cflags)
tests_unit_test_route_LDADD = libcommon.la $(CMOCKA_LIBS)

tests_unit_test_settings_SOURCES = tests/unit/test_settings.c $(client_known_sources)
tests_unit_test_settings_CFLAGS = $(unit_cflags)
tests_unit_test_settings_LDADD = libcommon.la $(CMOCKA_LIBS)

tests_unit_test_descriptors_SOURCES = tests/unit/test_descriptors.c \
	libsocksify/descriptors.c libsocksify/pool.c
tests_unit_test_descriptors_CFLAGS = $(unit_cflags)
tests_unit_test_descriptors_LDADD = $(CMOCKA_LIBS)
