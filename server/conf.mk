# The configuration and the rules: text and tables, no descriptor.
noinst_LTLIBRARIES += libserverconf.la

libserverconf_la_SOURCES = \
	server/conf.c \
	server/conf.h \
	server/conf_parse.c \
	server/conf_parse.h \
	server/conf_parse_addr.c \
	server/conf_parse_global.c \
	server/conf_parse_rule.c \
	server/conf_parse_words.c \
	server/rule.c \
	server/rule.h \
	$(NULL)
libserverconf_la_CPPFLAGS = $(AM_CPPFLAGS) $(FORTIFY_CPPFLAGS)
libserverconf_la_CFLAGS = $(AM_CFLAGS) $(PIE_CFLAGS)
libserverconf_la_LIBADD = libcommon.la
EXTRA_DIST += examples/socksifyd-minimal.conf examples/socksifyd.conf
