"""The agent's version, the same as package.json's. Read by the build, hello and the bridge."""

__version__ = "0.1.0"

# Of docs/protocol.md; a client names those that it speaks.
PROTOCOL_VERSION = 1
