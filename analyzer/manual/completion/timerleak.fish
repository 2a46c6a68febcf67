# Completion of timerleak for fish, written by its build from the tables of commands and options.

# The options of a command that take a value.
function __timerleak_valued
    switch $argv[1]
@valued
    end
end

function __timerleak_begins
    test (count (commandline -opc)) -eq 1
end

function __timerleak_is
    set -l words (commandline -opc)
    test (count $words) -gt 1; and test "$words[2]" = $argv[1]
end

# How many arguments of the command stand before the cursor; then whether an option's value is due.
function __timerleak_count
    set -l words (commandline -opc)
    set -l valued (__timerleak_valued $words[2])
    set -l count 0
    set -l due no
    for word in $words[3..]
        if test $due = yes
            set due no
        else if string match -q -- '-?*' $word
            contains -- (string replace -r '^--?' '' -- $word) $valued; and set due yes
        else
            set count (math $count + 1)
        end
    end
    printf '%s\n' $count $due
end

# Whether so many arguments of a command stand before another, or "more" than that.
function __timerleak_awaits
    __timerleak_is $argv[1]; or return 1
    set -l state (__timerleak_count)
    test $state[2] = no; or return 1
    test $state[1] -eq $argv[2]; and return 0
    test (count $argv) -gt 2; and test $state[1] -gt $argv[2]
end

# Whether the command is this one, and no program has been named that it is to run.
function __timerleak_is_before_program
    __timerleak_is $argv[1]; and test (__timerleak_count)[1] -eq 0
end

function __timerleak_recordings
    __fish_complete_suffix .tlk | string match -r '^[^\t]*(?:\.tlk|/)(?:\t.*)?$'
end

function __timerleak_pids
    string match -r '^[0-9]+$' -- (string replace /proc/ '' -- /proc/*)
end

# A program and its arguments, as fish completes them by themselves.
function __timerleak_program
    set -l words (commandline -opc) (commandline -ct)
    set -l valued (__timerleak_valued $words[2])
    set -e words[1..2]
    while string match -q -- '-*' $words[1]; and set -q words[2]
        contains -- (string replace -r '^--?' '' -- $words[1]) $valued; and set -e words[1]
        set -e words[1]
    end
    string match -q -- '-*' $words[1]; or complete -C "$words"
end

complete -c timerleak -f
complete -c timerleak -n __timerleak_begins -l version -d 'its version'
complete -c timerleak -l help -d 'what there is'
@commands
complete -c timerleak -n __timerleak_begins -a help -d 'the options of a command'
complete -c timerleak -n __timerleak_begins -a '(__timerleak_recordings)'
@complete
