"""Draw what the analysis sees, so that a person can look."""

from pathlib import Path

from mtelint.errors import InputError, UsageError
from mtelint.flow.cfg.build import build_cfg
from mtelint.flow.cfg.graphviz import to_dot
from mtelint.syntax.unit import FunctionRef, Unit, parse_file


def cfg_text(path: str, function: str | None) -> str:
    """The control-flow graph of one function of a C file, as Graphviz text.

    Raises :class:`InputError` where the file cannot be read, or the function is not in it or cannot be read for sure;
    :class:`UsageError` where the file has several functions and none is named.
    """
    try:
        unit = parse_file(path, Path(path).read_bytes())
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from None
    return to_dot(build_cfg(unit.lower(_chosen(unit, path, function))), unit.text)


def _chosen(unit: Unit, path: str, name: str | None) -> FunctionRef:
    found = [ref for ref in unit.functions if name in (None, ref.name)]
    if len(found) == 1 or (found and name is not None):
        return found[0]
    if found:
        names = ", ".join(ref.name for ref in found[:8])
        raise UsageError(f"{path}: name one function with --function, such as {names}")
    doubtful = [each for each in unit.skipped if each.function == name]
    why = f"cannot be read for sure: {doubtful[0].reason}" if doubtful else "is not in this file"
    raise InputError(f"{path}: {name or 'a function'} {why}")
