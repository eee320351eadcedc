# The whole server, with real programs on both sides; one behaviour a file.
server_integration_tests = \
	tests/integration/auth_crowd.sh \
	tests/integration/curl.sh \
	tests/integration/daemon.sh \
	tests/integration/dante_client.sh \
	tests/integration/few_descriptors.sh \
	tests/integration/half_close.sh \
	tests/integration/name_spelling.sh \
	tests/integration/privileged_user.sh \
	tests/integration/pysocks.sh \
	tests/integration/reload_refused.sh \
	tests/integration/replies.sh \
	tests/integration/split.sh \
	tests/integration/stop_early.sh \
	$(NULL)
EXTRA_DIST += $(server_integration_tests)
if SERVER
TESTS += $(server_integration_tests)
endif
