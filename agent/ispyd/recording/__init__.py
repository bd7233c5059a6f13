"""Requests as they pass: who is in flight since when, and how the last ones ended. Written by wrappers in the application's threads, read by plugins."""
