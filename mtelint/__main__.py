"""``python -m mtelint`` is ``mtelint``."""

from mtelint.cli import entry

entry()
