include server/conf.mk
