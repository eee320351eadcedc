if SERVER
dist_man_MANS += man/socksifyd.conf.5
endif
# SPDX-License-Identifier: ISC
dist_man_MANS += man/socksify.1 man/socks.conf.5
