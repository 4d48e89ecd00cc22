"""Regular expressions that are compiled when they are first used.

A run uses about half of the expressions that its modules name, and compiling one takes as long as reading a small
module.
"""

import re
from typing import TYPE_CHECKING

__all__ = ["regex"]

if TYPE_CHECKING:
    from re import compile as regex
else:
    _METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split", "scanner")

    class regex:
        """As :func:`re.compile`; a wrong expression is told when it is first used."""

        def __init__(self, source, flags=0):
            self._source, self._flags = source, flags

        def __getattr__(self, name):
            compiled = re.compile(self._source, self._flags)
            self.__dict__.update({each: getattr(compiled, each) for each in _METHODS}, pattern=compiled.pattern)
            return getattr(compiled, name)
