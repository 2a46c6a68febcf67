# complete.zsh SCRIPT LINE...: what zsh offers at the end of each line, which comes first. Completion
# works on a terminal only: a second shell has one, in which the tab key tells what was found.
if [[ $1 != --inner ]]; then
    zmodload zsh/zpty
    zpty inner zsh -f -i
    zpty -w inner "source ${(q)0} --inner ${(q)1}"
    for line in "${@[2,-1]}"; do
        zpty -r inner output '*<ready>*' || exit
        zpty -w -n inner "$line"$'\t'
        zpty -r inner output '*<begin>*<end>*' || exit
        output=${${output#*<begin>}%<end>*}
        print -rl -- "> $line" ${(f)output//$'\r'/}
        zpty -w inner $'\x15' # deletes the line
    done
    exit
fi

fpath=(${2:h} $fpath)
autoload -Uz compinit
compinit -u -D

# Every match passes here; calls that only ask which there would be do not count.
typeset -ga offered
compadd() {
    local -a matches
    if [[ ${(M)argv[1,(i)-(|-)]:#-[OAD]} == '' ]]; then
        builtin compadd -A matches "$@"
        offered+=($matches)
    fi
    builtin compadd "$@"
}
tell() {
    offered=()
    _main_complete
    compstate[insert]= compstate[list]=
    print -rl -- '<begin>' $offered '<end>'
}
zle -C tell complete-word tell
bindkey '^I' tell
zle-line-init() { print '<ready>' }
zle -N zle-line-init
