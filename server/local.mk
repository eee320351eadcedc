# socksifyd: a convenience library with everything, so that tests can link it,
# and a program of main() alone.
sbin_PROGRAMS += server/socksifyd
noinst_LTLIBRARIES += libserver.la

server_cflags = $(AM_CFLAGS) $(PIE_CFLAGS) $(EVENT_CFLAGS) $(CARES_CFLAGS) \
	$(BSD_CFLAGS) $(MD_CFLAGS) $(CRYPT_CFLAGS) $(CAPNG_CFLAGS) \
	$(SECCOMP_CFLAGS)
server_cppflags = $(AM_CPPFLAGS) $(FORTIFY_CPPFLAGS) \
	-DRUNSTATEDIR='"$(runstatedir)"'
server_libs = libcommon.la $(EVENT_LIBS) $(CARES_LIBS) $(BSD_LIBS) \
	$(MD_LIBS) $(CRYPT_LIBS) $(CAPNG_LIBS) $(SECCOMP_LIBS)

libserver_la_CFLAGS = $(server_cflags)
libserver_la_CPPFLAGS = $(server_cppflags)
libserver_la_LIBADD = $(server_libs)
libserver_la_SOURCES = \
	server/acceptor.c \
	server/acceptor.h \
	server/answer.c \
	server/answer.h \
	server/auth.c \
	server/auth_cache.c \
	server/auth_cache.h \
	server/bind_wait.c \
	server/bind_wait.h \
	server/channel.c \
	server/channel.h \
	server/child.c \
	server/child.h \
	server/children.c \
	server/children.h \
	server/conf.c \
	server/conf.h \
	server/conf_check.c \
	server/conf_check.h \
	server/conf_option.c \
	server/conf_option.h \
	server/conf_parse.c \
	server/conf_parse.h \
	server/conf_parse_global.c \
	server/conf_parse_global.h \
	server/conf_parse_rule.c \
	server/conf_parse_rule.h \
	server/conf_read.c \
	server/conf_read.h \
	server/conf_read_addr.c \
	server/conf_read_addr.h \
	server/conf_unsupported.c \
	server/conf_unsupported.h \
	server/connector.c \
	server/connector.h \
	server/dial.c \
	server/dial.h \
	server/external.c \
	server/external.h \
	server/farewell.c \
	server/farewell.h \
	server/interface.c \
	server/interface.h \
	server/internal.c \
	server/internal.h \
	server/io.c \
	server/ipc.c \
	server/ipc.h \
	server/landlock.c \
	server/landlock.h \
	server/log.c \
	server/log.h \
	server/loop.c \
	server/loop.h \
	server/monitor.c \
	server/mother.c \
	server/mother.h \
	server/negotiate.c \
	server/negotiation.c \
	server/negotiation.h \
	server/password.c \
	server/password.h \
	server/password_file.c \
	server/password_file.h \
	server/penalty.c \
	server/penalty.h \
	server/pipe_pool.c \
	server/pipe_pool.h \
	server/privilege.c \
	server/privilege.h \
	server/relay.c \
	server/relay.h \
	server/relay_dir.c \
	server/relay_dir.h \
	server/request.c \
	server/resolver.c \
	server/resolver.h \
	server/role.c \
	server/role.h \
	server/rule.c \
	server/rule.h \
	server/sandbox.c \
	server/sandbox.h \
	server/scale.c \
	server/scale.h \
	server/scoreboard.c \
	server/scoreboard.h \
	server/secret.c \
	server/secret.h \
	server/served.c \
	server/served.h \
	server/session.c \
	server/session.h \
	server/session_log.c \
	server/session_log.h \
	server/session_rule.c \
	server/session_rule.h \
	server/sister.c \
	server/socksifyd.c \
	server/socksifyd.h \
	server/target.c \
	server/target.h \
	server/worker.c \
	server/worker.h \
	$(NULL)

server_socksifyd_SOURCES = server/main.c
server_socksifyd_CFLAGS = $(server_cflags)
server_socksifyd_CPPFLAGS = $(server_cppflags)
server_socksifyd_LDFLAGS = $(AM_LDFLAGS) $(PIE_LDFLAGS)
server_socksifyd_LDADD = libserver.la
