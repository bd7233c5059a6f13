// The completion script of zsh: read as a file named _ispyd in $fpath, or with source after compinit.

/** `_describe` takes "word:description", with each colon of the word escaped. */
export const zshScript = `#compdef ispyd
_ispyd() {
  local -a found
  local answer word description
  for answer in "\${(@f)$(command ispyd complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -z $answer ]] && continue
    if [[ $answer == :files ]]; then
      _files
      return
    fi
    word=\${answer%% *}
    description=\${answer#"$word"}
    found+=("\${word//:/\\\\:}\${description:+:\${description# }}")
  done
  _describe -V ispyd found
}
if [[ $funcstack[1] == _ispyd ]]; then
  _ispyd "$@"
else
  compdef _ispyd ispyd
fi
`;
