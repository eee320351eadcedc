#!/bin/bash
# SPDX-License-Identifier: ISC
# bash, zsh and fish, really run, complete options, files, commands, and what the command takes.
# shellcheck disable=SC2016 # what stands in single quotes is for the shells that are started
. "${srcdir:-.}/tests/lib/functions.sh"

tested=0
mkdir "$work/bin" "$work/home"
printf '#!/bin/sh\n' >"$work/bin/socksify"
cp "$work/bin/socksify" "$work/bin/unmistakable"
chmod 755 "$work/bin/"*
touch "$work/peculiar.conf"
cd "$work"
PATH=$work/bin:$PATH
HOME=$work/home
XDG_DATA_HOME=$work/home
XDG_CONFIG_HOME=$work/home
export PATH HOME XDG_DATA_HOME XDG_CONFIG_HOME

# completes SHELL LINE WORD...: what SHELL offers for LINE has each WORD, or is without it when
# that starts with "!".
completes()
{
	local shell=$1 line=$2 word

	shift 2
	"candidates_$shell" "$line" </dev/null >"$work/offered" 2>"$work/completion.output" ||
	    fail "$shell: $line: $(cat "$work/completion.output")"
	for word; do
		if [ "${word#!}" != "$word" ]; then
			! grep -qxF -- "${word#!}" "$work/offered" ||
			    fail "$shell: $line: offers ${word#!}"
		else
			grep -qxF -- "$word" "$work/offered" ||
			    fail "$shell: $line: no $word in: $(head -n 20 "$work/offered")"
		fi
	done
}

# What all three can do. zipfile stands for any command with words of its own.
shell_completes()
{
	completes "$1" 'socksify --pass' --password-file --password-fd '!--proxy'
	completes "$1" 'socksify --em' --embedded
	completes "$1" "socksify --no-such" "!--embedded"
	completes "$1" 'socksify -c pec' peculiar.conf
	completes "$1" 'socksify --config pec' peculiar.conf
	completes "$1" 'socksify unmis' unmistakable
	completes "$1" 'socksify -v -p socks5://host:1080 unmis' unmistakable
	completes "$1" 'socksify -c peculiar.conf -- unmis' unmistakable
	completes "$1" 'socksify -p socks5://host:1080 unmistakable pec' peculiar.conf
	completes "$1" 'socksify -v inner --pass' '!--password-file'
	completes "$1" 'socksify -p socks5://host:1080 inner --whi' --which
	tested=$((tested + 1))
}

bash_completion=
for file in /usr/share/bash-completion/bash_completion /usr/local/share/bash-completion/bash_completion; do
	[ ! -r "$file" ] || bash_completion=$file
done

# As readline parts a line: at blanks, and with colons and equal signs as words.
candidates_bash()
{
	bash --norc -c '
		. "$1"
		. "$2"
		complete -W "--which --other" inner
		COMP_LINE=$3 COMP_POINT=${#3} COMP_TYPE=9 COMP_KEY=9
		mapfile -t COMP_WORDS < <(printf "%s" "$3" | grep -oE "[:=]+|[^ :=]+")
		[[ $3 != *" " ]] || COMP_WORDS+=("")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		compopt() { :; }
		_socksify socksify "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
		printf "%s\n" "${COMPREPLY[@]}"
	' bash "$bash_completion" "$srcdir/completion/bash/socksify" "$1"
}

# The line is typed into a terminal; what is offered is seen where it is added.
candidates_zsh()
{
	rm -f "$work/zsh.offered" "$work/zsh.ready" "$work/zsh.done"
	cat >"$work/zsh.inner" <<-'EOF'
		fpath=($SOCKSIFY_FUNCTIONS $fpath)
		autoload -Uz compinit
		compinit -u -D
		_inner() { compadd -- --which --other }
		compdef _inner inner
		compadd() {
			local -a offered
			builtin compadd -O offered "$@"
			print -rl -- $offered >>zsh.offered
			builtin compadd "$@"
		}
		finished() { : >zsh.done }
		zle -N finished
		bindkey '^I' complete-word
		bindkey '^X' finished
		unsetopt list_beep auto_menu
		zle-line-init() { : >zsh.ready }
		zle -N zle-line-init
	EOF
	SOCKSIFY_FUNCTIONS=$srcdir/completion/zsh zsh -f -c '
		zmodload zsh/zpty
		zpty inner zsh -f -i
		zpty -w inner "source ./zsh.inner"
		wait_for() {
			local -i i
			for ((i = 0; i < 3000; i++)); do
				[[ ! -e $1 ]] || return 0
				zpty -r -t inner seen
				zselect -t 1
			done
			print -u 2 "no $1"
			exit 1
		}
		zmodload zsh/zselect
		wait_for zsh.ready
		zpty -w -n inner "$1"$'"'\\t\\x18'"'
		wait_for zsh.done
		zpty -d inner
	' zsh "$1"
	cat "$work/zsh.offered" 2>/dev/null || true
}

# One candidate a line, each with its description behind a tab.
candidates_fish()
{
	fish --no-config -c '
		complete -c inner -l which
		complete -c inner -l other
		source $argv[1]
		complete -C $argv[2]
	' "$srcdir/completion/fish/socksify.fish" "$1" | cut -f 1
}

if [ -n "$bash_completion" ]; then
	shell_completes bash
	completes bash 'socksify -p socks5' socks5://
	completes bash 'socksify -p socks5:' //
	completes bash 'socksify --proxy=socks5://host:1080 unmis' unmistakable
fi
! command -v zsh >/dev/null || shell_completes zsh
! command -v fish >/dev/null || shell_completes fish
[ "$tested" -gt 0 ] || skip 'no shell with completion is installed'
