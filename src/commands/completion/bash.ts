// The completion script of bash (4 and later), which needs no bash-completion package.

/**
 * The line is split here and not taken from COMP_WORDS, which bash splits at each ":" and "=" of COMP_WORDBREAKS;
 * what it replaces then begins after the last of these, so that much is cut off the front of each candidate.
 * `command` keeps a function or a file of that name in the working directory from being run.
 */
export const bashScript = `# bash completion for ispyd
_ispyd() {
  local line=\${COMP_LINE:0:COMP_POINT} words answer word broken
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
  broken=\${word%"\${word##*[:=]}"}
  if [[ -n $broken ]]; then
    [[ $broken == *: && $COMP_WORDBREAKS != *:* ]] && return
    [[ $broken == *= && $COMP_WORDBREAKS != *=* ]] && return
    COMPREPLY=("\${COMPREPLY[@]#"$broken"}")
  fi
}
complete -F _ispyd ispyd
`;
