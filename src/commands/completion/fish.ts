// The completion script of fish: read from ~/.config/fish/completions/ispyd.fish, or with source.

/** fish takes "word TAB description". */
export const fishScript = `# fish completion for ispyd
function __ispyd_complete
    set -l words (commandline -opc) (commandline -ct)
    for answer in (command ispyd complete -- $words[2..-1] 2>/dev/null)
        if test "$answer" = :files
            __fish_complete_path (commandline -ct)
            return
        end
        string replace ' ' \\t -- $answer
    end
end
complete -c ispyd -k -f -a '(__ispyd_complete)'
`;
