"""Reports: each format is a pure function from a report to text, ``render_NAME`` in a module of `formats`.

A format's module is loaded when it is asked for, since most runs want one.
"""

from collections.abc import Callable
from importlib import import_module
from typing import cast

from mtelint.model import Report
from mtelint.report.style import PLAIN, Style, without_commands

__all__ = ["FORMATS", "PLAIN", "Renderer", "Style", "renderer"]

FORMATS = {
    "text": "text",
    "terse": "text",
    "json": "json_v1",
    "sarif": "sarif",
    "github": "ci",
    "gitlab": "ci",
    "rdjson": "reviewers",
    "junit": "ci",
    "b4-json": "reviewers",
    "patchwork": "reviewers",
    "html": "html",
}
"""The module in `formats` of each name that ``--format`` takes, in the order of the documentation."""

Renderer = Callable[[Report, Style], str]
"""The whole output of one format, which may be empty; never raises for a well-formed report."""


def renderer(name: str) -> Renderer:
    """The function that renders the format ``name``.

    Raises:
        KeyError: there is no such format.
    """
    module = import_module(f"mtelint.report.formats.{FORMATS[name]}")
    render = cast(Renderer, getattr(module, f"render_{name.replace('-', '_')}"))
    if name == "github":  # whose lines are commands; what strangers wrote is quoted in them
        return render
    spelled = _SPELLED.get(name, ("\\u005b", "\\u003a"))
    return lambda report, style: without_commands(render(report, style), *spelled)


_SPELLED = dict.fromkeys(("text", "terse"), ("\\x5b", "\\x3a")) | dict.fromkeys(("html", "junit"), ("&#91;", "&#58;"))
"""How a bracket and a colon are spelled where they must not stand; the other formats are JSON."""
