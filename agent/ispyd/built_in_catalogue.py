"""`python -m ispyd catalogue`: the built-in plugins' entries, for the build to check in. No file and no hash, so that it is the same everywhere."""

import json
import sys
from typing import Any, Dict, List

from ispyd import plugin_sources
from ispyd.call_request import Plugins
from ispyd.catalogue import Catalogue


def print_catalogue() -> int:
    """Exit code 1 where a plugin is broken: its reason goes to standard error."""
    catalogue = Catalogue(Plugins())
    plugins: List[Dict[str, Any]] = []
    broken = 0
    for name in plugin_sources.built_in_names():
        plugin = catalogue.plugin(name.replace("_", "-"))
        if plugin is None or plugin.document["state"] != "ready":
            broken += 1
            sys.stderr.write("%s: %s\n" % (name, "not there" if plugin is None else plugin.document["why"]))
            continue
        plugins.append(dict(plugin.document, file="", sha256=""))
    print(json.dumps({"hash": "", "plugins": plugins}, indent=2))
    return 1 if broken else 0
