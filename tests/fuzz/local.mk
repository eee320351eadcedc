# Parsers of foreign bytes. With --enable-fuzzers each fuzz_NAME is a libFuzzer
# program for tests/fuzz/corpus/NAME; without, replay.c puts the corpus through
# it, which is what "make check" does.
fuzz_targets = \
	tests/fuzz/fuzz_dns \
	tests/fuzz/fuzz_elf \
	tests/fuzz/fuzz_handshake \
	tests/fuzz/fuzz_lex \
	tests/fuzz/fuzz_socks4 \
	tests/fuzz/fuzz_socks5 \
	tests/fuzz/fuzz_socksconf \
	tests/fuzz/fuzz_url \
	$(NULL)
if SERVER
fuzz_targets += \
	tests/fuzz/fuzz_conf \
	tests/fuzz/fuzz_ipc \
	tests/fuzz/fuzz_negotiation \
	tests/fuzz/fuzz_password \
	tests/fuzz/fuzz_session \
	$(NULL)
endif

if FUZZERS
noinst_PROGRAMS += $(fuzz_targets)
fuzz_main =
else
check_PROGRAMS += $(fuzz_targets)
TESTS += $(fuzz_targets)
fuzz_main = tests/fuzz/replay.c
endif

EXTRA_DIST += tests/fuzz/corpus tests/fuzz/replay.c
fuzz_cppflags = $(AM_CPPFLAGS) $(EVENT_CFLAGS) -DCORPUS='"$(abs_top_srcdir)/tests/fuzz/corpus"'
fuzz_cflags = $(AM_CFLAGS) -UNDEBUG
fuzz_ldflags = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

tests_fuzz_fuzz_dns_SOURCES = tests/fuzz/fuzz_dns.c $(fuzz_main)
tests_fuzz_fuzz_dns_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_dns_CFLAGS = $(fuzz_cflags)
tests_fuzz_fuzz_dns_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_dns_LDADD = libcommon.la
tests_fuzz_fuzz_elf_SOURCES = tests/fuzz/fuzz_elf.c libsocksify/elf_file.c $(fuzz_main)
tests_fuzz_fuzz_elf_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_elf_CFLAGS = $(fuzz_cflags)
tests_fuzz_fuzz_elf_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_handshake_SOURCES = tests/fuzz/fuzz_handshake.c $(fuzz_main)
tests_fuzz_fuzz_handshake_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_handshake_CFLAGS = $(fuzz_cflags)
tests_fuzz_fuzz_handshake_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_handshake_LDADD = libcommon.la

tests_fuzz_fuzz_lex_SOURCES = tests/fuzz/fuzz_lex.c $(fuzz_main)
tests_fuzz_fuzz_lex_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_lex_CFLAGS = $(fuzz_cflags)
tests_fuzz_fuzz_lex_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_lex_LDADD = libcommon.la

tests_fuzz_fuzz_socks4_SOURCES = tests/fuzz/fuzz_socks4.c $(fuzz_main)
tests_fuzz_fuzz_socks4_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_socks4_CFLAGS = $(fuzz_cflags)
tests_fuzz_fuzz_socks4_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_socks4_LDADD = libcommon.la

tests_fuzz_fuzz_socks5_SOURCES = tests/fuzz/fuzz_socks5.c $(fuzz_main)
tests_fuzz_fuzz_socks5_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_socks5_CFLAGS = $(fuzz_cflags)
tests_fuzz_fuzz_socks5_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_socks5_LDADD = libcommon.la

tests_fuzz_fuzz_socksconf_SOURCES = tests/fuzz/fuzz_socksconf.c $(settings_sources) \
	$(fuzz_main)
tests_fuzz_fuzz_socksconf_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_socksconf_CFLAGS = $(fuzz_cflags)
tests_fuzz_fuzz_socksconf_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_socksconf_LDADD = libcommon.la

tests_fuzz_fuzz_url_SOURCES = tests/fuzz/fuzz_url.c $(fuzz_main)
tests_fuzz_fuzz_url_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_url_CFLAGS = $(fuzz_cflags)
tests_fuzz_fuzz_url_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_url_LDADD = libcommon.la

if SERVER
tests_fuzz_fuzz_conf_SOURCES = tests/fuzz/fuzz_conf.c $(fuzz_main)
tests_fuzz_fuzz_conf_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_conf_CFLAGS = $(fuzz_cflags)
tests_fuzz_fuzz_conf_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_conf_LDADD = libserver.la

tests_fuzz_fuzz_ipc_SOURCES = tests/fuzz/fuzz_ipc.c $(fuzz_main)
tests_fuzz_fuzz_ipc_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_ipc_CFLAGS = $(fuzz_cflags)
tests_fuzz_fuzz_ipc_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_ipc_LDADD = libserver.la

tests_fuzz_fuzz_negotiation_SOURCES = tests/fuzz/fuzz_negotiation.c $(fuzz_main)
tests_fuzz_fuzz_negotiation_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_negotiation_CFLAGS = $(fuzz_cflags)
tests_fuzz_fuzz_negotiation_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_negotiation_LDADD = libserver.la

tests_fuzz_fuzz_password_SOURCES = tests/fuzz/fuzz_password.c $(fuzz_main)
tests_fuzz_fuzz_password_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_password_CFLAGS = $(fuzz_cflags)
tests_fuzz_fuzz_password_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_password_LDADD = libserver.la

tests_fuzz_fuzz_session_SOURCES = tests/fuzz/fuzz_session.c $(fuzz_main)
tests_fuzz_fuzz_session_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_session_CFLAGS = $(fuzz_cflags)
tests_fuzz_fuzz_session_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_session_LDADD = libserver.la
endif
