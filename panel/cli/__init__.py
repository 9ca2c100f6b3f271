"""The command line: one face of the desk.

Commands parse, make one domain call and print. Each lives in a module that is imported when it is called, so that
`panel --help` loads none of the heavy libraries.
"""

from panel.cli.app import app, main

__all__ = ["app", "main"]
