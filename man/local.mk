if SERVER
dist_man_MANS += man/socksifyd.conf.5
endif
