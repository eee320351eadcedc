# SPDX-License-Identifier: ISC
# Completion of socksify(1) for fish.

# The words behind our own options: the command line that socksify is to run.
function __fish_socksify_command
    set -l words (commandline -opc) (commandline -ct)
    argparse -s c/config= p/proxy= v/verbose password-file= password-fd= proxy-loopback \
        reserved= force embedded log= check test h/help V/version -- $words[2..] 2>/dev/null
    or return
    # What starts with a dash at this place is an option of ours that is still being written.
    if set -q argv[1]; and not string match -q -- '-*' $argv[1]
        string join \n -- $argv
    end
end

# Whether the command has been written, so that options are its own.
function __fish_socksify_has_command
    set -l words (__fish_socksify_command)
    set -q words[2]
end

function __fish_socksify_subcommand
    set -l words (__fish_socksify_command)
    if set -q words[1]
        complete -C (string join ' ' -- (string escape -- $words[1..-2]) "$words[-1]")
    else
        complete -C ''
    end
end

complete -c socksify -x -a '(__fish_socksify_subcommand)'
set -l before 'not __fish_socksify_has_command'
complete -c socksify -n $before -s c -l config -r -F -d 'Servers and routes'
complete -c socksify -n $before -s p -l proxy -x -a 'socks5:// socks5h:// socks4:// socks4a:// http://' -d 'The server'
complete -c socksify -n $before -s v -l verbose -d 'Tell of each connection'
complete -c socksify -n $before -l password-file -r -F -d 'Where the password is read from'
complete -c socksify -n $before -l password-fd -x -d 'Descriptor that the password is read from'
complete -c socksify -n $before -l proxy-loopback -d 'Send connections to this host through the server, too'
complete -c socksify -n $before -l reserved -x -d 'Which addresses stand for names'
complete -c socksify -n $before -l force -d 'Run even what cannot be reached'
complete -c socksify -n $before -l embedded -d 'Start a private server'
complete -c socksify -n $before -l log -r -F -d 'Where the private server logs'
complete -c socksify -n $before -l check -d 'Only say whether the command can be reached'
complete -c socksify -n $before -l test -d 'Only say whether the servers work'
complete -c socksify -n $before -s h -l help -d 'Print the options'
complete -c socksify -n $before -s V -l version -d 'Print the version'
