"""The command line: arguments in, engine, reports out, exit code.  Nothing else here prints."""

import gc
import os
import sys
from typing import NoReturn

_GARBAGE = 250_000
"""Objects made between two looks for garbage: syntax trees and states are many, and nearly none of them is a cycle."""


def entry() -> NoReturn:
    """The program ``mtelint``; imports late, so that Ctrl-C is quiet from the first moment."""
    gc.set_threshold(_GARBAGE)
    try:
        from mtelint.cli.guard import main

        code = main(sys.argv[1:])
        _leave(code)
    except KeyboardInterrupt:
        code = 130  # as a shell reports a program that SIGINT ended
    sys.exit(code)


def _leave(code: int) -> None:
    """End without taking every object apart, where nothing is left to be written and nobody waits to be told."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and not stream.closed:
            stream.flush()
    os._exit(code)
