# Completion of timerleak for bash, written by its build from the tables of commands and options.

_timerleak_commands='
@commands
'

# Names of a command's options; '=' follows those that take a value.
_timerleak_options()
{
    case $1 in
@options
    *) options='' ;;
    esac
}

# What a command's arguments may be, one after the other; the last is for all that follow.
_timerleak_arguments()
{
    case $1 in
@arguments
    help) arguments=("word:${_timerleak_commands//[$'\n' ]/,}" any) ;;
    *) arguments=(any) ;;
    esac
}

# What the value of an option may be.
_timerleak_value()
{
    case $1 in
@values
    *) value=any ;;
    esac
}

# Adds what compgen gives for its arguments, file names with blanks included.
_timerleak_add()
{
    local reply
    while IFS= read -r reply; do
        COMPREPLY+=("$reply")
    done < <(compgen "$@")
}

_timerleak_offer()
{
    local kind=$1 word=$2 words=${1#*:}
    case $kind in
    recording)
        compopt -o filenames 2>/dev/null
        _timerleak_add -f -X '!*.tlk' -- "$word"
        _timerleak_add -d -- "$word"
        ;;
    file) compopt -o filenames 2>/dev/null; _timerleak_add -f -- "$word" ;;
    directory) compopt -o filenames 2>/dev/null; _timerleak_add -d -- "$word" ;;
    pid) _timerleak_add -W "$(cd /proc && echo [0-9]*)" -- "$word" ;;
    command) _timerleak_add -c -- "$word" ;;
    word:*) _timerleak_add -W "${words//,/ }" -- "$word" ;;
    list:*) _timerleak_add -P "${word%"${word##*,}"}" -W "${words//,/ }" -- "${word##*,}" ;;
    esac
}

# The words before the cursor, with --option=value in one where readline has cut it.
_timerleak_words()
{
    local i last
    for ((i = 1; i <= COMP_CWORD; i++)); do
        last=$((${#words[@]} - 1))
        if ((last >= 0)) && [[ ${words[last]} == -* ]] &&
            [[ ${COMP_WORDS[i]} == = || ${COMP_WORDS[i - 1]} == = ]]; then
            words[last]+=${COMP_WORDS[i]}
        else
            words+=("${COMP_WORDS[i]}")
            starts+=("$i")
        fi
    done
}

# Goes through the words between the command and the cursor: how many are arguments, where they
# begin, whether "--" has ended the options, and the option whose value is due.
_timerleak_walk()
{
    local i name
    for ((i = 1; i < ${#words[@]} - 1; i++)); do
        name=${words[i]#-}
        name=${name#-}
        if [[ $option ]]; then
            option=
        elif [[ ! $ended && ${words[i]} == -- ]]; then
            ended=1
        elif [[ ! $ended && ${words[i]} == -?* ]]; then
            [[ " $options " == *" $name= "* ]] && option=$name
        else
            ((count++ == 0)) && first=${starts[i]}
            # What follows a program is the program's.
            [[ ${arguments[0]} == command ]] && ended=1
        fi
    done
}

_timerleak_argument()
{
    local index=$count last=$((${#arguments[@]} - 1)) kind
    if ((count > 0)) && [[ ${arguments[0]} == command ]]; then
        [[ $(type -t _command_offset) == function ]] && _command_offset "$first"
        return
    fi
    ((index > last)) && index=$last
    for kind in ${arguments[index]}; do
        _timerleak_offer "$kind" "$word"
    done
}

_timerleak()
{
    local words=() starts=() arguments=() options='' value='' option='' ended='' count=0 first=0
    COMPREPLY=()
    _timerleak_words
    local word=${words[${#words[@]} - 1]} dashes
    if ((${#words[@]} == 1)); then
        _timerleak_add -W "$_timerleak_commands help --help --version" -- "$word"
        ((${#COMPREPLY[@]})) || _timerleak_offer recording "$word"
        return
    fi
    _timerleak_options "${words[0]}"
    _timerleak_arguments "${words[0]}"
    _timerleak_walk
    if [[ $option ]]; then
        _timerleak_value "$option"
        _timerleak_offer "$value" "$word"
    elif [[ ! $ended && $word == -*=* ]]; then
        option=${word%%=*}
        option=${option#-}
        _timerleak_value "${option#-}"
        _timerleak_offer "$value" "${word#*=}"
    elif [[ ! $ended && $word == -* ]]; then
        # As in pprof, one dash does as well as two.
        dashes=${word%%[!-]*}
        option=${word#"$dashes"}
        [[ $word == - ]] && dashes=--
        _timerleak_add -P "$dashes" -W "${options//=/}" -- "$option"
    else
        _timerleak_argument
    fi
}

complete -o bashdefault -o default -F _timerleak timerleak
