// The completion script of bash (4 and later), which needs no bash-completion package.

/**
 * The line is split here and not taken from COMP_WORDS, which bash splits at each ":", "=" and "@" of COMP_WORDBREAKS;
 * what it replaces then begins after the last of these, but with a "@" (rl_special_prefixes), so that much is cut off the front of each candidate.
 * `command` keeps a function or a file of that name in the working directory from being run.
 */
export const bashScript = `# bash completion for ispyd
_ispyd() {
  local line=\${COMP_LINE:0:COMP_POINT} words answer word at kept
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  COMPREPLY=()
  while IFS= read -r answer; do
    if [[ $answer == :files ]]; then
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "\${words[-1]}")
      return
    fi
    COMPREPLY+=("\${answer%% *}")
  done < <(command ispyd complete -- "\${words[@]:1}" 2>/dev/null)
  word=\${words[-1]}
  for ((at = \${#word} - 1; at >= 0; at -= 1)); do
    [[ $COMP_WORDBREAKS == *"\${word:at:1}"* ]] || continue
    [[ \${word:at:1} == @ ]] && kept=0 || kept=1
    COMPREPLY=("\${COMPREPLY[@]#"\${word:0:at + kept}"}")
    break
  done
}
complete -F _ispyd ispyd
`;
