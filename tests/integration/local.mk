# The whole server, with real programs on both sides; one behaviour a file.
server_integration_tests = \
	tests/integration/auth_cache.sh \
	tests/integration/auth_changed.sh \
	tests/integration/auth_delay.sh \
	tests/integration/auth_methods.sh \
	tests/integration/auth_system.sh \
	tests/integration/config_errors.sh \
	tests/integration/auth_crowd.sh \
	tests/integration/bind.sh \
	tests/integration/bind_ftp.sh \
	tests/integration/curl.sh \
	tests/integration/daemon.sh \
	tests/integration/dante_client.sh \
	tests/integration/dead_resolver.sh \
	tests/integration/descriptors.sh \
	tests/integration/early_signal.sh \
	tests/integration/few_descriptors.sh \
	tests/integration/half_close.sh \
	tests/integration/happy_eyeballs.sh \
	tests/integration/idle_timeouts.sh \
	tests/integration/kill_mother.sh \
	tests/integration/kill_roles.sh \
	tests/integration/log_format.sh \
	tests/integration/memory.sh \
	tests/integration/mothers.sh \
	tests/integration/open_warning.sh \
	tests/integration/name_spelling.sh \
	tests/integration/privileged_user.sh \
	tests/integration/pysocks.sh \
	tests/integration/reload.sh \
	tests/integration/reload_refused.sh \
	tests/integration/replies.sh \
	tests/integration/reply_routes.sh \
	tests/integration/report.sh \
	tests/integration/reset_while_connecting.sh \
	tests/integration/roles.sh \
	tests/integration/sandbox.sh \
	tests/integration/slow_clients.sh \
	tests/integration/socks4.sh \
	tests/integration/split.sh \
	tests/integration/stuck.sh \
	tests/integration/syslog.sh \
	tests/integration/terminate.sh \
	tests/integration/stop_early.sh \
	$(NULL)
EXTRA_DIST += $(server_integration_tests)
if SERVER
TESTS += $(server_integration_tests)
endif

# Those that preload the library into real programs.
client_integration_tests = \
	tests/integration/client_conf.sh \
	tests/integration/client_dead_proxy.sh \
	tests/integration/client_embedded.sh \
	tests/integration/client_password.sh \
	tests/integration/client_peers.sh \
	tests/integration/client_programs.sh \
	tests/integration/client_socks4.sh \
	tests/integration/client_state_kept.sh \
	tests/integration/client_check.sh \
	tests/integration/client_test.sh \
	tests/integration/client_verbose.sh \
	tests/integration/completion.sh \
	tests/integration/launcher.sh \
	$(NULL)
EXTRA_DIST += $(client_integration_tests)
if SERVER
TESTS += $(client_integration_tests)
endif
