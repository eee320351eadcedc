include server/auth.mk
