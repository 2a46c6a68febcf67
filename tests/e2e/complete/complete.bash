# complete.bash SCRIPT LINE...: what bash offers at the end of each line, which comes first; with
# words cut as readline cuts them.
source "$1"
for line in "${@:2}"; do
    echo "> $line"
    COMP_WORDS=() rest=$line
    while [[ $rest =~ ^\ *([=:]|[^ =:]+)(.*)$ ]]; do
        COMP_WORDS+=("${BASH_REMATCH[1]}")
        rest=${BASH_REMATCH[2]}
    done
    [[ $line == *' ' ]] && COMP_WORDS+=('')
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _timerleak
    printf '%s\n' "${COMPREPLY[@]}"
done
