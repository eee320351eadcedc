include server/relay.mk
