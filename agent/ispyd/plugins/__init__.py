"""The built-in plugins, one file each.

Their names are the plugins' names; imports in them are absolute, since some are called like modules of the standard library."""
