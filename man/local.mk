# SPDX-License-Identifier: ISC
dist_man_MANS += man/socksify.1
