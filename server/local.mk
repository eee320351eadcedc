include server/auth.mk
include server/connect.mk
