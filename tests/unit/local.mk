# One cmocka program a module: test_MODULE.c. Each has two lines here, and more only
# where it differs from the others of its kind.
unit_cflags = $(AM_CFLAGS) $(CMOCKA_CFLAGS) -UNDEBUG
common_ldadd = libcommon.la $(CMOCKA_LIBS)

common_tests = \
	tests/unit/test_addr \
	tests/unit/test_conf_lex \
	tests/unit/test_cursor \
	tests/unit/test_dns_message \
	tests/unit/test_handshake \
	tests/unit/test_http_connect \
	tests/unit/test_socks4 \
	tests/unit/test_socks5 \
	tests/unit/test_url \
	$(NULL)
check_PROGRAMS += $(common_tests)
TESTS += $(common_tests)

tests_unit_test_addr_CFLAGS = $(unit_cflags)
tests_unit_test_addr_LDADD = $(common_ldadd)
tests_unit_test_conf_lex_CFLAGS = $(unit_cflags)
tests_unit_test_conf_lex_LDADD = $(common_ldadd)
tests_unit_test_cursor_CFLAGS = $(unit_cflags)
tests_unit_test_cursor_LDADD = $(common_ldadd)
tests_unit_test_dns_message_CFLAGS = $(unit_cflags)
tests_unit_test_dns_message_LDADD = $(common_ldadd)
tests_unit_test_handshake_CFLAGS = $(unit_cflags)
tests_unit_test_handshake_LDADD = $(common_ldadd)
tests_unit_test_http_connect_CFLAGS = $(unit_cflags)
tests_unit_test_http_connect_LDADD = $(common_ldadd)
tests_unit_test_socks4_CFLAGS = $(unit_cflags)
tests_unit_test_socks4_LDADD = $(common_ldadd)
tests_unit_test_socks5_CFLAGS = $(unit_cflags)
tests_unit_test_socks5_LDADD = $(common_ldadd)
tests_unit_test_url_CFLAGS = $(unit_cflags)
tests_unit_test_url_LDADD = $(common_ldadd)

# What the library knows, without its hooks.
client_known_sources = \
	libsocksify/critical.c \
	libsocksify/direct_addresses.c \
	libsocksify/health.c \
	libsocksify/hosts.c \
	libsocksify/names.c \
	libsocksify/route.c \
	$(settings_sources) \
	libsocksify/settings_load.c \
	libsocksify/state.c \
	$(NULL)

client_tests = \
	tests/unit/test_claims \
	tests/unit/test_deadlines \
	tests/unit/test_descriptors \
	tests/unit/test_elf_file \
	tests/unit/test_filter \
	tests/unit/test_health \
	tests/unit/test_names \
	tests/unit/test_resolve \
	tests/unit/test_route \
	tests/unit/test_settings \
	tests/unit/test_settings_find \
	tests/unit/test_socksconf \
	tests/unit/test_socksconf_errors \
	$(NULL)
check_PROGRAMS += $(client_tests)
TESTS += $(client_tests)

tests_unit_test_claims_CFLAGS = $(unit_cflags)
tests_unit_test_claims_LDADD = $(common_ldadd)
tests_unit_test_claims_SOURCES = tests/unit/test_claims.c libsocksify/claims.c
tests_unit_test_deadlines_CFLAGS = $(unit_cflags)
tests_unit_test_deadlines_LDADD = $(common_ldadd)
tests_unit_test_deadlines_SOURCES = tests/unit/test_deadlines.c libsocksify/deadlines.c
tests_unit_test_descriptors_CFLAGS = $(unit_cflags)
tests_unit_test_descriptors_LDADD = $(common_ldadd)
tests_unit_test_descriptors_SOURCES = tests/unit/test_descriptors.c \
	libsocksify/descriptors.c libsocksify/pool.c
tests_unit_test_elf_file_CFLAGS = $(unit_cflags)
tests_unit_test_elf_file_LDADD = $(common_ldadd)
tests_unit_test_elf_file_SOURCES = tests/unit/test_elf_file.c libsocksify/elf_file.c
tests_unit_test_filter_CFLAGS = $(unit_cflags)
tests_unit_test_filter_LDADD = $(common_ldadd)
tests_unit_test_filter_SOURCES = tests/unit/test_filter.c libsocksify/filter.c
tests_unit_test_health_CFLAGS = $(unit_cflags)
tests_unit_test_health_LDADD = $(common_ldadd)
tests_unit_test_health_SOURCES = tests/unit/test_health.c libsocksify/health.c \
	libsocksify/settings.c
tests_unit_test_names_CFLAGS = $(unit_cflags)
tests_unit_test_names_LDADD = $(common_ldadd)
tests_unit_test_names_SOURCES = tests/unit/test_names.c $(client_known_sources)
tests_unit_test_resolve_CFLAGS = $(unit_cflags)
tests_unit_test_resolve_LDADD = $(common_ldadd)
# The hooks stand before the C library's functions in a program as in the library.
tests_unit_test_resolve_SOURCES = \
	tests/unit/test_resolve.c \
	libsocksify/hook_resolve.c \
	libsocksify/hook_resolve_async.c \
	libsocksify/hook_resolve_host.c \
	libsocksify/idn.c \
	libsocksify/real.c \
	libsocksify/resolve.c \
	$(client_known_sources)
tests_unit_test_route_CFLAGS = $(unit_cflags)
tests_unit_test_route_LDADD = $(common_ldadd)
tests_unit_test_route_SOURCES = tests/unit/test_route.c $(client_known_sources)
tests_unit_test_settings_CFLAGS = $(unit_cflags)
tests_unit_test_settings_LDADD = $(common_ldadd)
tests_unit_test_settings_SOURCES = tests/unit/test_settings.c $(client_known_sources)
tests_unit_test_settings_find_CFLAGS = $(unit_cflags)
tests_unit_test_settings_find_LDADD = $(common_ldadd)
tests_unit_test_settings_find_SOURCES = tests/unit/test_settings_find.c $(settings_sources)
tests_unit_test_socksconf_CFLAGS = $(unit_cflags)
tests_unit_test_socksconf_CPPFLAGS = $(AM_CPPFLAGS) -DSRCDIR='"$(abs_top_srcdir)"'
tests_unit_test_socksconf_LDADD = $(common_ldadd)
tests_unit_test_socksconf_SOURCES = tests/unit/test_socksconf.c $(settings_sources)
tests_unit_test_socksconf_errors_CFLAGS = $(unit_cflags)
tests_unit_test_socksconf_errors_LDADD = $(common_ldadd)
tests_unit_test_socksconf_errors_SOURCES = tests/unit/test_socksconf_errors.c $(settings_sources)

if SERVER
server_test_cflags = $(unit_cflags) $(EVENT_CFLAGS) $(CRYPT_CFLAGS)
server_ldadd = libserver.la $(CMOCKA_LIBS) $(CRYPT_LIBS)

# For the parts of the server that live in its event loop.
check_LTLIBRARIES += libtestloop.la
loop_ldadd = libtestloop.la $(server_ldadd)
libtestloop_la_SOURCES = \
	tests/lib/dnsd.c \
	tests/lib/dnsd.h \
	tests/lib/looptest.c \
	tests/lib/looptest.h \
	tests/lib/relaytest.c \
	tests/lib/relaytest.h \
	$(NULL)
libtestloop_la_CFLAGS = $(server_test_cflags)

server_tests = \
	tests/unit/test_answer \
	tests/unit/test_auth_cache \
	tests/unit/test_conf \
	tests/unit/test_conf_errors \
	tests/unit/test_bind_wait \
	tests/unit/test_connector \
	tests/unit/test_dial \
	tests/unit/test_external \
	tests/unit/test_ipc \
	tests/unit/test_loop \
	tests/unit/test_negotiation \
	tests/unit/test_password \
	tests/unit/test_penalty \
	tests/unit/test_pipe_pool \
	tests/unit/test_relay \
	tests/unit/test_resolver \
	tests/unit/test_rule \
	tests/unit/test_sandbox \
	tests/unit/test_scale \
	tests/unit/test_session \
	tests/unit/test_session_log \
	$(NULL)
check_PROGRAMS += $(server_tests)
TESTS += $(server_tests)

tests_unit_test_answer_CFLAGS = $(server_test_cflags)
tests_unit_test_answer_LDADD = $(server_ldadd)
tests_unit_test_auth_cache_CFLAGS = $(server_test_cflags)
tests_unit_test_auth_cache_LDADD = $(server_ldadd)
tests_unit_test_conf_CFLAGS = $(server_test_cflags)
tests_unit_test_conf_LDADD = $(server_ldadd)
tests_unit_test_conf_CPPFLAGS = $(AM_CPPFLAGS) -DSRCDIR='"$(abs_top_srcdir)"'
tests_unit_test_conf_errors_CFLAGS = $(server_test_cflags)
tests_unit_test_conf_errors_LDADD = $(server_ldadd)
tests_unit_test_conf_errors_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc -Wl,--wrap=calloc \
	-Wl,--wrap=realloc -Wl,--wrap=reallocarray -Wl,--wrap=strdup
tests_unit_test_bind_wait_CFLAGS = $(server_test_cflags)
tests_unit_test_bind_wait_LDADD = $(loop_ldadd)
tests_unit_test_connector_CFLAGS = $(server_test_cflags)
tests_unit_test_connector_LDADD = $(loop_ldadd)
tests_unit_test_dial_CFLAGS = $(server_test_cflags)
tests_unit_test_dial_LDADD = $(loop_ldadd)
tests_unit_test_external_CFLAGS = $(server_test_cflags)
tests_unit_test_external_LDADD = $(loop_ldadd)
tests_unit_test_ipc_CFLAGS = $(server_test_cflags)
tests_unit_test_ipc_LDADD = $(loop_ldadd)
tests_unit_test_loop_CFLAGS = $(server_test_cflags)
tests_unit_test_loop_LDADD = $(loop_ldadd)
tests_unit_test_negotiation_CFLAGS = $(server_test_cflags)
tests_unit_test_negotiation_LDADD = $(server_ldadd)
tests_unit_test_password_CFLAGS = $(server_test_cflags)
tests_unit_test_password_LDADD = $(server_ldadd)
tests_unit_test_penalty_CFLAGS = $(server_test_cflags)
tests_unit_test_penalty_LDADD = $(server_ldadd)
tests_unit_test_pipe_pool_CFLAGS = $(server_test_cflags)
tests_unit_test_pipe_pool_LDADD = $(server_ldadd)
tests_unit_test_relay_CFLAGS = $(server_test_cflags)
tests_unit_test_relay_LDADD = $(loop_ldadd)
tests_unit_test_resolver_CFLAGS = $(server_test_cflags)
tests_unit_test_resolver_LDADD = $(loop_ldadd)
tests_unit_test_rule_CFLAGS = $(server_test_cflags)
tests_unit_test_rule_LDADD = $(server_ldadd)
tests_unit_test_sandbox_CFLAGS = $(server_test_cflags)
tests_unit_test_sandbox_LDADD = $(server_ldadd)
tests_unit_test_scale_CFLAGS = $(server_test_cflags)
tests_unit_test_scale_LDADD = $(server_ldadd)
tests_unit_test_session_CFLAGS = $(server_test_cflags)
tests_unit_test_session_LDADD = $(server_ldadd)
tests_unit_test_session_log_CFLAGS = $(server_test_cflags)
tests_unit_test_session_log_LDADD = $(server_ldadd)
endif
