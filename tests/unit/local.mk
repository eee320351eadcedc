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
auth_tests = \
	tests/unit/test_auth_cache \
	tests/unit/test_password \
	tests/unit/test_penalty \
	$(NULL)
check_PROGRAMS += $(auth_tests)
TESTS += $(auth_tests)
auth_ldadd = libserverauth.la libcommon.la $(CMOCKA_LIBS)

tests_unit_test_auth_cache_SOURCES = tests/unit/test_auth_cache.c
tests_unit_test_auth_cache_CFLAGS = $(unit_cflags)
tests_unit_test_auth_cache_LDADD = $(auth_ldadd)

tests_unit_test_password_SOURCES = tests/unit/test_password.c
tests_unit_test_password_CFLAGS = $(unit_cflags) $(CRYPT_CFLAGS)
tests_unit_test_password_LDADD = $(auth_ldadd) $(CRYPT_LIBS)

tests_unit_test_penalty_SOURCES = tests/unit/test_penalty.c
tests_unit_test_penalty_CFLAGS = $(unit_cflags)
tests_unit_test_penalty_LDADD = $(auth_ldadd)
endif
