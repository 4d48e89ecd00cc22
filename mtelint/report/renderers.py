"""The formats by name; each is the module of that name in `formats`, loaded when it is asked for."""

from collections.abc import Callable
from importlib import import_module
from typing import cast

from mtelint.model import Report
from mtelint.report.style import Style

FORMATS = ("text", "terse", "json", "sarif", "github", "gitlab", "rdjson", "junit", "b4-json", "patchwork",
           "html")  # fmt: skip
"""Names that ``--format`` takes, in the order of the documentation."""

Renderer = Callable[[Report, Style], str]
"""The whole output of one format, which may be empty; never raises for a well-formed report."""


def renderer(name: str) -> Renderer:
    """The function ``render`` of the format ``name``.

    Raises:
        KeyError: there is no such format.
    """
    if name not in FORMATS:
        raise KeyError(name)
    module = import_module(f"mtelint.report.formats.{_module(name)}")
    return cast(Renderer, module.render)


def _module(name: str) -> str:
    return "json_v1" if name == "json" else name.replace("-", "_")
