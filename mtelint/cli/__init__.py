"""The command line: arguments in, engine, reports out, exit code.  Nothing else here prints."""

import sys
from typing import NoReturn


def entry() -> NoReturn:
    """The program ``mtelint``; imports late, so that Ctrl-C is quiet from the first moment."""
    try:
        from mtelint.cli.guard import main

        code = main(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130  # as a shell reports a program that SIGINT ended
    sys.exit(code)
