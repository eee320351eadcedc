# Names and connections to targets, for the server and for the tests of these parts.
noinst_LTLIBRARIES += libserverconnect.la

libserverconnect_la_SOURCES = \
	server/conf.h \
	server/connector.c \
	server/connector.h \
	server/dial.c \
	server/dial.h \
	server/external.c \
	server/external.h \
	server/log.c \
	server/log.h \
	server/loop.c \
	server/loop.h \
	server/resolver.c \
	server/resolver.h \
	server/rule.h \
	$(NULL)
libserverconnect_la_CPPFLAGS = $(AM_CPPFLAGS) $(FORTIFY_CPPFLAGS) \
	$(EVENT_CFLAGS) $(CARES_CFLAGS) $(BSD_CFLAGS)
libserverconnect_la_LIBADD = libcommon.la $(EVENT_LIBS) $(CARES_LIBS) $(BSD_LIBS)
