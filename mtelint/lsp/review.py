"""What the server says of one open file; knows no protocol."""

import os
from pathlib import Path

from mtelint.engine.find.candidates import read_header
from mtelint.engine.find.era import era_of
from mtelint.engine.judge.verdict import Verdict
from mtelint.engine.review.options import Options
from mtelint.engine.review.report_so_far import Tally
from mtelint.fix import Fix, Workspace, propose_in, workspace_of
from mtelint.model import Finding
from mtelint.patches.trees import kernel_root
from mtelint.records import dataclass


@dataclass(frozen=True, slots=True)
class Reviewed:
    """An open file and its findings, as the configuration lets them through; ``space`` is None where none can be."""

    text: bytes
    findings: tuple[Finding, ...] = ()
    space: Workspace | None = None
    verdict: Verdict | None = None

    def fix(self, finding: Finding) -> Fix | None:
        """The proved repair of one of the findings, or None."""
        if self.space is None or self.verdict is None:
            return None
        known = (each for each in self.verdict.findings if each.fingerprint == finding.fingerprint)
        found = next(known, None)
        return propose_in(self.space, self.verdict, found) if found is not None else None


def review(file: Path, text: bytes) -> Reviewed:
    """Review a file as the editor has it, with ``asm/mte.h`` of its tree and the configuration found upwards of it.

    Raises:
        InputError: the configuration cannot be read.
    """
    options = Options()
    configs = options.configs()
    book = configs.book([file])
    root = kernel_root(file)
    base = root or file.parent
    shown = os.path.relpath(file.resolve(), base.resolve())
    tally = Tally(configs)
    if not any(needle.encode() in text for needle in book.vocabulary.needles) or tally.excluded(base, shown):
        return Reviewed(text)
    header = read_header(root)
    evidence = (header,) if header else ()
    space = workspace_of({shown: text}, book, era_of(evidence or (text,)), evidence)
    verdict = space.verdict()
    tally.add(verdict, base)
    return Reviewed(text, tally.report(options, book).findings, space, verdict)
