include server/connect.mk
