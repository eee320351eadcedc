# Passwords, penalties and remembered successes, apart from the rest of the server:
# the tests link nothing else but libcommon.la, which is left to whoever links this.
noinst_LTLIBRARIES += libserverauth.la

libserverauth_la_SOURCES = \
	server/auth_cache.c \
	server/auth_cache.h \
	server/password.c \
	server/password.h \
	server/password_file.c \
	server/password_file.h \
	server/penalty.c \
	server/penalty.h \
	server/secret.c \
	server/secret.h \
	$(NULL)
libserverauth_la_CPPFLAGS = $(AM_CPPFLAGS) $(FORTIFY_CPPFLAGS)
libserverauth_la_CFLAGS = $(AM_CFLAGS) $(PIE_CFLAGS) $(MD_CFLAGS) $(CRYPT_CFLAGS)
libserverauth_la_LIBADD = $(MD_LIBS) $(CRYPT_LIBS)
