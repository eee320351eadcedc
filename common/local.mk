# The wire and the language: no I/O, no allocation, no globals, libc only.
# Position independent, so that the preloaded library can link it too.
noinst_LTLIBRARIES += libcommon.la

libcommon_la_SOURCES = \
	common/addr.c \
	common/addr.h \
	common/compiler.h \
	common/conf_addr.c \
	common/conf_addr.h \
	common/conf_lex.c \
	common/conf_lex.h \
	common/conf_value.c \
	common/conf_value.h \
	common/cursor.c \
	common/cursor.h \
	common/dns_message.c \
	common/dns_message.h \
	common/handshake.c \
	common/handshake.h \
	common/http_connect.c \
	common/http_connect.h \
	common/match.c \
	common/match.h \
	common/socks4.c \
	common/socks4.h \
	common/socks5.c \
	common/socks5.h \
	common/url.c \
	common/url.h \
	$(NULL)
libcommon_la_CFLAGS = $(AM_CFLAGS) -fvisibility=hidden
