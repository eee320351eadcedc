# Facts of the kernel and the C library that the design relies on, one program each.
platform_tests = \
	tests/platform/abstract_credentials \
	tests/platform/connect_again \
	tests/platform/connect_refused \
	tests/platform/inflight_limit \
	tests/platform/mapped_connect \
	tests/platform/pipe_size \
	tests/platform/private_table \
	tests/platform/rcvlowat \
	tests/platform/scm_rights_epoll \
	tests/platform/seqpacket \
	tests/platform/short_read \
	tests/platform/splice \
	$(NULL)
check_PROGRAMS += $(platform_tests)
TESTS += $(platform_tests)

check_LTLIBRARIES += libplatform.la
libplatform_la_SOURCES = \
	tests/platform/platform.c \
	tests/platform/platform.h \
	$(NULL)
libplatform_la_CPPFLAGS = $(AM_CPPFLAGS) -D_GNU_SOURCE

tests_platform_abstract_credentials_SOURCES = tests/platform/abstract_credentials.c
tests_platform_abstract_credentials_CPPFLAGS = $(libplatform_la_CPPFLAGS)
tests_platform_abstract_credentials_LDADD = libplatform.la

tests_platform_connect_again_SOURCES = tests/platform/connect_again.c
tests_platform_connect_again_CPPFLAGS = $(libplatform_la_CPPFLAGS)
tests_platform_connect_again_LDADD = libplatform.la

tests_platform_connect_refused_SOURCES = tests/platform/connect_refused.c
tests_platform_connect_refused_CPPFLAGS = $(libplatform_la_CPPFLAGS)
tests_platform_connect_refused_LDADD = libplatform.la

tests_platform_inflight_limit_SOURCES = tests/platform/inflight_limit.c
tests_platform_inflight_limit_CPPFLAGS = $(libplatform_la_CPPFLAGS)
tests_platform_inflight_limit_LDADD = libplatform.la

tests_platform_mapped_connect_SOURCES = tests/platform/mapped_connect.c
tests_platform_mapped_connect_CPPFLAGS = $(libplatform_la_CPPFLAGS)
tests_platform_mapped_connect_LDADD = libplatform.la

tests_platform_pipe_size_SOURCES = tests/platform/pipe_size.c
tests_platform_pipe_size_CPPFLAGS = $(libplatform_la_CPPFLAGS)
tests_platform_pipe_size_LDADD = libplatform.la

tests_platform_private_table_SOURCES = tests/platform/private_table.c
tests_platform_private_table_CPPFLAGS = $(libplatform_la_CPPFLAGS)
tests_platform_private_table_CFLAGS = $(AM_CFLAGS) -pthread
tests_platform_private_table_LDADD = libplatform.la

tests_platform_rcvlowat_SOURCES = tests/platform/rcvlowat.c
tests_platform_rcvlowat_CPPFLAGS = $(libplatform_la_CPPFLAGS)
tests_platform_rcvlowat_LDADD = libplatform.la

tests_platform_scm_rights_epoll_SOURCES = tests/platform/scm_rights_epoll.c
tests_platform_scm_rights_epoll_CPPFLAGS = $(libplatform_la_CPPFLAGS)
tests_platform_scm_rights_epoll_LDADD = libplatform.la

tests_platform_seqpacket_SOURCES = tests/platform/seqpacket.c
tests_platform_seqpacket_CPPFLAGS = $(libplatform_la_CPPFLAGS)
tests_platform_seqpacket_LDADD = libplatform.la

tests_platform_short_read_SOURCES = tests/platform/short_read.c
tests_platform_short_read_CPPFLAGS = $(libplatform_la_CPPFLAGS)
tests_platform_short_read_LDADD = libplatform.la

tests_platform_splice_SOURCES = tests/platform/splice.c
tests_platform_splice_CPPFLAGS = $(libplatform_la_CPPFLAGS)
tests_platform_splice_LDADD = libplatform.la
