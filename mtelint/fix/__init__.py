"""Repairs for findings: proposed from the code, proved by judging the result, printed as a patch."""

from mtelint.engine.find.era import era_of
from mtelint.fix.edits import patch_of
from mtelint.fix.files import Repaired, repair_patched, repair_paths, with_fixes
from mtelint.fix.repair import Fix, Repair, Workspace, propose_in, workspace_of
from mtelint.model import Finding
from mtelint.rulebook import Rulebook, load

__all__ = ["Fix", "Repair", "Repaired", "Workspace", "patch_of", "propose", "propose_in", "repair_patched",
           "repair_paths", "with_fixes", "workspace_of"]  # fmt: skip


def propose(
    finding: Finding, text: bytes, book: Rulebook | None = None, evidence: tuple[bytes, ...] = ()
) -> Fix | None:
    """The fix for a finding in the file ``text``, judged by itself; None where no change is known to be safe.

    ``evidence`` are further texts of the code under review, such as the header with the helpers, which tell the era.
    """
    book = book or load()
    space = workspace_of({finding.path: text}, book, era_of(evidence or (text,), book.vocabulary), evidence)
    return propose_in(space, space.verdict(), finding)
