"""`python -m ispyd`: run a command with an agent, bridge to agents beside this process, or print the catalogue of the built-in plugins."""

import sys
from typing import List

_USAGE = """\
usage: python -m ispyd run -- COMMAND...   the command, with an agent in each of its Python processes
       python -m ispyd bridge              standard input and output to the agents beside this process
       python -m ispyd catalogue           the commands of the built-in plugins, as JSON
       python -m ispyd version
"""


def main(arguments: List[str]) -> int:
    name, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if name == "run":
        from ispyd.run import run_command

        return run_command(rest)
    if name == "bridge" and not rest:
        from ispyd.bridge import run_bridge

        return run_bridge()
    if name == "catalogue" and not rest:
        from ispyd.built_in_catalogue import print_catalogue

        return print_catalogue()
    if name == "version" and not rest:
        from ispyd.version import __version__

        print(__version__)
        return 0
    sys.stderr.write(_USAGE)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
