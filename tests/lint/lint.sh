# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# What the checks of this directory share; they source it. Works on any copy of the source,
# written or not to, with or without git; the current directory becomes the source's top.

LC_ALL=C
export LC_ALL
# shellcheck disable=SC2034 # for the checks
lint_build=$(pwd)
cd "${srcdir:-$(dirname "$0")/../..}" || exit 1
lint_faults=0

# Where our own files are: nothing that a build leaves at the top.
lint_dirs=
for dir in common libsocksify server tests bench man docs examples packaging .ci; do
	if [ -d "$dir" ]; then
		lint_dirs="$lint_dirs $dir"
	fi
done

# lint_fault TEXT: notes that something is wrong.
lint_fault()
{
	printf '%s\n' "$*" >&2
	lint_faults=$((lint_faults + 1))
}

# lint_lines TEXT: one fault a line, and none for no text.
lint_lines()
{
	if [ -n "$1" ]; then
		lint_fault "$1"
	fi
}

# lint_need PROGRAM: skips the check where it is not installed.
lint_need()
{
	if ! command -v "$1" >/dev/null 2>&1; then
		echo "skipped: $1 is not installed" >&2
		exit 77
	fi
}

# lint_find NAME...: our files whose names match, one a line.
lint_find()
{
	for name in "$@"; do
		# shellcheck disable=SC2086 # a list of words
		find $lint_dirs -type f -name "$name"
	done | sort
}

# lint_scripts: our shell scripts, by their names or first lines.
lint_scripts()
{
	{
		lint_find '*.sh'
		{
			# shellcheck disable=SC2086 # a list of words
			find $lint_dirs -type f ! -path '*/corpus/*'
			find . -maxdepth 1 -type f
		} | while read -r file; do
			case $file in
			./configure* | ./config.* | ./libtool) continue ;;
			esac
			if head -n 1 "$file" | grep -qE '^#!.*/(ba|da)?sh( |$)'; then
				echo "$file"
			fi
		done
	} 2>/dev/null | sort -u
}

# lint_end: the check's exit status.
lint_end()
{
	[ "$lint_faults" -eq 0 ]
	exit
}
