# SPDX-License-Identifier: ISC
# Where the shells look, whatever the prefix; each can be given to make.
bashcompdir = $(datadir)/bash-completion/completions
dist_bashcomp_DATA = completion/bash/socksify
zshcompdir = $(datadir)/zsh/site-functions
dist_zshcomp_DATA = completion/zsh/_socksify
fishcompdir = $(datadir)/fish/vendor_completions.d
dist_fishcomp_DATA = completion/fish/socksify.fish
