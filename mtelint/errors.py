"""The three classes of failure, and the exit codes by name.

A *usage* error is the user's (wrong option), an *input* error is the input's (unreadable file), and anything else
that escapes is a bug of ours.  One handler at the top of the command line turns each into one line and an exit code.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit status of every ``mtelint`` command; by precedence the highest wins."""

    CLEAN = 0
    """No finding, or notes only."""
    FINDINGS = 1
    """A shown finding of severity warning or error."""
    BAD_INPUT = 2
    """Wrong usage, or an input that could not be read."""
    INTERNAL = 3
    """A bug of mtelint."""
    UNKNOWN = 4
    """``mtelint litmus`` only: undecided, or a bound was hit."""


class MtelintError(Exception):
    """Base of the errors that are shown as one line without a traceback."""


class UsageError(MtelintError):
    """The command was called with words that cannot be taken."""


class InputError(MtelintError):
    """An input could not be read; the message names file, line where known, and the remedy."""


class RulebookError(MtelintError):
    """A rule page or vocabulary file is malformed; the message names file and line."""
