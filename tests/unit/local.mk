# One cmocka program a module: test_MODULE.c.
unit_tests = \
	tests/unit/test_addr \
	tests/unit/test_conf_lex \
	tests/unit/test_cursor \
	tests/unit/test_handshake \
	tests/unit/test_names \
	tests/unit/test_resolve \
	tests/unit/test_route \
	tests/unit/test_settings \
	tests/unit/test_socks5 \
	tests/unit/test_url \
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
server_ldadd = libserver.la $(CMOCKA_LIBS)

auth_tests = \
	tests/unit/test_auth_cache \
	tests/unit/test_password \
	tests/unit/test_penalty \
	$(NULL)
check_PROGRAMS += $(auth_tests)
TESTS += $(auth_tests)

tests_unit_test_auth_cache_SOURCES = tests/unit/test_auth_cache.c
tests_unit_test_auth_cache_CFLAGS = $(unit_cflags)
tests_unit_test_auth_cache_LDADD = $(server_ldadd)

tests_unit_test_password_SOURCES = tests/unit/test_password.c
tests_unit_test_password_CFLAGS = $(unit_cflags) $(CRYPT_CFLAGS)
tests_unit_test_password_LDADD = $(server_ldadd) $(CRYPT_LIBS)

tests_unit_test_penalty_SOURCES = tests/unit/test_penalty.c
tests_unit_test_penalty_CFLAGS = $(unit_cflags)
tests_unit_test_penalty_LDADD = $(server_ldadd)
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
loop_test_ldadd = libtestloop.la $(server_ldadd)

libtestloop_la_SOURCES = \
	tests/lib/dnsd.c \
	tests/lib/dnsd.h \
	tests/lib/looptest.c \
	tests/lib/looptest.h \
	tests/lib/relaytest.c \
	tests/lib/relaytest.h \
	$(NULL)
libtestloop_la_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
libtestloop_la_CFLAGS = $(unit_cflags)

tests_unit_test_connector_SOURCES = tests/unit/test_connector.c
tests_unit_test_connector_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
tests_unit_test_connector_CFLAGS = $(unit_cflags)
tests_unit_test_connector_LDADD = $(loop_test_ldadd)
relay_tests = \
	tests/unit/test_pipe_pool \
	tests/unit/test_relay \
	$(NULL)
check_PROGRAMS += $(relay_tests)
TESTS += $(relay_tests)

tests_unit_test_pipe_pool_SOURCES = tests/unit/test_pipe_pool.c
tests_unit_test_pipe_pool_CFLAGS = $(unit_cflags)
tests_unit_test_pipe_pool_LDADD = $(server_ldadd)

tests_unit_test_relay_SOURCES = tests/unit/test_relay.c
tests_unit_test_relay_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
tests_unit_test_relay_CFLAGS = $(unit_cflags)
tests_unit_test_relay_LDADD = $(loop_test_ldadd)
server_unit_tests = \
	tests/unit/test_conf \
	tests/unit/test_conf_errors \
	tests/unit/test_rule \
	tests/unit/test_sandbox \
	$(NULL)
check_PROGRAMS += $(server_unit_tests)
TESTS += $(server_unit_tests)

tests_unit_test_conf_SOURCES = tests/unit/test_conf.c
tests_unit_test_conf_CPPFLAGS = $(AM_CPPFLAGS) -DSRCDIR='"$(abs_top_srcdir)"'
tests_unit_test_conf_CFLAGS = $(unit_cflags)
tests_unit_test_conf_LDADD = $(server_ldadd)

tests_unit_test_conf_errors_SOURCES = tests/unit/test_conf_errors.c
tests_unit_test_conf_errors_CFLAGS = $(unit_cflags)
tests_unit_test_conf_errors_LDADD = $(server_ldadd)
tests_unit_test_conf_errors_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc -Wl,--wrap=calloc \
	-Wl,--wrap=realloc -Wl,--wrap=reallocarray -Wl,--wrap=strdup

tests_unit_test_rule_SOURCES = tests/unit/test_rule.c
tests_unit_test_rule_CFLAGS = $(unit_cflags)
tests_unit_test_rule_LDADD = $(server_ldadd)

tests_unit_test_sandbox_SOURCES = tests/unit/test_sandbox.c
tests_unit_test_sandbox_CFLAGS = $(unit_cflags)
tests_unit_test_sandbox_LDADD = $(server_ldadd)
pipeline_tests = \
	tests/unit/test_ipc \
	tests/unit/test_negotiation \
	tests/unit/test_session \
	tests/unit/test_session_log \
	$(NULL)
check_PROGRAMS += $(pipeline_tests)
TESTS += $(pipeline_tests)

tests_unit_test_ipc_SOURCES = tests/unit/test_ipc.c
tests_unit_test_ipc_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
tests_unit_test_ipc_CFLAGS = $(unit_cflags)
tests_unit_test_ipc_LDADD = libtestloop.la $(server_ldadd)

tests_unit_test_negotiation_SOURCES = tests/unit/test_negotiation.c
tests_unit_test_negotiation_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
tests_unit_test_negotiation_CFLAGS = $(unit_cflags)
tests_unit_test_negotiation_LDADD = $(server_ldadd)

tests_unit_test_session_SOURCES = tests/unit/test_session.c
tests_unit_test_session_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
tests_unit_test_session_CFLAGS = $(unit_cflags)
tests_unit_test_session_LDADD = $(server_ldadd)

tests_unit_test_session_log_SOURCES = tests/unit/test_session_log.c
tests_unit_test_session_log_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
tests_unit_test_session_log_CFLAGS = $(unit_cflags)
tests_unit_test_session_log_LDADD = $(server_ldadd)

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

# The hooks stand before the C library's functions in a program as in the library.
tests_unit_test_resolve_SOURCES = \
	tests/unit/test_resolve.c \
	libsocksify/hook_resolve.c \
	libsocksify/hook_resolve_async.c \
	libsocksify/hook_resolve_host.c \
	libsocksify/resolve.c \
	libsocksify/resolve_real.c \
	$(client_known_sources)
tests_unit_test_resolve_CFLAGS = $(unit_cflags)
tests_unit_test_resolve_LDADD = libcommon.la $(CMOCKA_LIBS)
