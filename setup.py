"""Find the packages, and build with file modes that do not depend on who builds.

So two wheels of one source are equal byte for byte.  All else stands in pyproject.toml.  The times in a wheel are
those of SOURCE_DATE_EPOCH, where that is set.
"""

import os
from typing import Any

from setuptools import find_packages, setup
from setuptools.command.bdist_wheel import bdist_wheel

LAID_ELSEWHERE = ("mtelint.demonstrations", "mtelint.rules", "mtelint.rules.protocols")
"""Packages whose folders pyproject.toml names."""


class PlainModes(bdist_wheel):
    """Packs modules, data and licence as files that all may read, whatever umask they were checked out with."""

    def write_wheelfile(self, wheelfile_base: Any, *rest: Any, **named: Any) -> None:
        """Write the last file of the folder that is packed next, then set the modes of all."""
        super().write_wheelfile(wheelfile_base, *rest, **named)
        for folder, _, names in os.walk(self.bdist_dir):
            for name in names:
                os.chmod(os.path.join(folder, name), 0o644)


setup(
    packages=[*find_packages(include=("mtelint", "mtelint.*")), *LAID_ELSEWHERE],
    cmdclass={"bdist_wheel": PlainModes},
)
