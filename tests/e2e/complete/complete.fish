# complete.fish SCRIPT LINE...: what fish offers at the end of each line, which comes first.
source $argv[1]
for line in $argv[2..]
    echo "> $line"
    complete -C $line | string replace -r '\t.*' ''
end
true
