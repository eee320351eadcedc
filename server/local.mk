include server/auth.mk
include server/connect.mk
include server/relay.mk
include server/conf.mk
