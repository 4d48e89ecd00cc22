"""From the findings of a mail to the draft of a reply: the mail quoted, a comment below each line that is meant."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath

from msgspec import Struct

from mtelint.git.history import History, blamed
from mtelint.mail.compose import Original, Person, compose
from mtelint.mail.letter import Letter, logical_lines
from mtelint.model import Finding, Report, RuleInfo
from mtelint.patches.patch import FileDiff, Hunk, Patch
from mtelint.patches.reader import letter_patches
from mtelint.reply.comment import COLUMNS, comment, excerpt
from mtelint.report.style import one_line, visible, wrapped

WHOLE = 60
"""Lines up to which a hunk is quoted whole."""
NEAR = 8
"""Lines that are kept around what a comment is about, in a longer hunk."""
GAP = 3
"""Lines that are rather quoted than left out."""
LEFT_OUT = "> [...]"
Comments = Mapping[int, Sequence[str]]
"""The lines of the comments that stand under a line of the mail, by that line's number in the body."""


class Wording(Struct, frozen=True):
    """What all drafts of a run share: the report, whose ``command`` readers can run, and how to write it up.

    ``author`` is the From header, none if empty; ``quoted`` also answers diffs that a reply quotes.
    """

    report: Report
    author: str = ""
    quoted: bool = False
    history: History | None = None

    def rule(self, finding: Finding) -> RuleInfo | None:
        """The rule of a finding, where the report describes it."""
        return next((rule for rule in self.report.rules if rule.id == finding.rule), None)


class Draft(Struct, frozen=True):
    """A reply that nobody has sent: the whole mail as bytes, its subject, and the findings that it names."""

    subject: str
    mail: bytes
    findings: tuple[Finding, ...]


def drafts(mails: Iterable[Original], findings: Sequence[Finding], wording: Wording) -> Iterator[Draft]:
    """The replies to those of ``mails`` that ``findings`` are about, in the order of the mails; each mail once."""
    left = list(findings)
    for mail in mails:
        text, named = _text(mail, left, wording)
        if named:
            left = [finding for finding in left if finding not in named]
            yield Draft(mail.subject, compose(mail, text, wording.author), tuple(named))


def _text(mail: Original, findings: Sequence[Finding], wording: Wording) -> tuple[str, list[Finding]]:
    """The text of the reply and the findings in it; no findings, no reply."""
    lines: list[str] = []
    named: list[Finding] = []
    for letter in mail.letters:
        for patch in _patches(letter, wording):
            mine = [finding for finding in findings if _about(finding, patch) and finding not in named]
            lines += _commented(letter, patch, mine, wording) if mine else []
            named += mine
    whole = [*_attribution(mail), *lines, "", *_foot(named, wording)]
    return "\n".join(_tidy(whole)) + "\n", named


def _patches(letter: Letter, wording: Wording) -> list[Patch]:
    found = letter_patches(letter, quoted=wording.quoted)
    return [patch for patch in found if isinstance(patch, Patch)]


def _about(finding: Finding, patch: Patch) -> bool:
    mail = finding.mail
    return mail is not None and (mail.message_id, mail.subject, mail.part) == (
        patch.message_id, patch.subject, patch.part)  # fmt: skip


def _commented(letter: Letter, patch: Patch, findings: Sequence[Finding], wording: Wording) -> list[str]:
    """The quoted hunks with the comments in them, and below what stands in no hunk."""
    inside = {line.body_line for diff in patch.files for _, line in diff.lines()}
    comments: dict[int, list[str]] = {}
    shown: set[int] = set()
    outside: list[str] = []
    for finding in findings:
        said = comment(finding, wording.rule(finding), blamed(finding, patch, wording.history))
        line = _line(finding, inside)
        if line is None:
            outside += ["", *excerpt(finding), "", *said]
            continue
        comments[line] = [*comments[line], "", *said] if line in comments else said
        shown |= {step.body_line for step in finding.steps if step.body_line in inside and step.body_line}
    return [*quoted(letter, patch, comments, shown), *outside]


def _line(finding: Finding, inside: set[int]) -> int | None:
    """The line of the mail that the comment goes under: the flagged one, else the change that brings it about."""
    places = [finding.mail.body_line if finding.mail else None, finding.cause.body_line if finding.cause else None]
    return next((place for place in places if place in inside), None)


def _attribution(mail: Original) -> list[str]:
    who = " and ".join(map(_name, mail.sender)) or "the author"
    when = f"On {one_line(mail.raw_date)}, " if mail.raw_date else ""
    return wrapped(f"{when}{who} wrote:", COLUMNS)


def _name(person: Person) -> str:
    return one_line(person.name or person.address)


def _foot(findings: Sequence[Finding], wording: Wording) -> list[str]:
    """How it was found, and the command that shows it again."""
    bases = sorted({PurePath(finding.base).name for finding in findings if finding.base})
    eras = sorted({finding.era.value for finding in findings})
    base = ", ".join(map(one_line, bases)) or "no tree, the hunks alone"
    tool = f"mtelint {wording.report.version}".strip()
    text = f"Found with {tool} (base: {base}; era: {', '.join(eras)}), and again with:"
    return [*wrapped(text, COLUMNS), "", f"  {one_line(wording.report.command)}"]


def _tidy(lines: Iterable[str]) -> Iterator[str]:
    """Never two empty lines in a row; quoted lines keep the blanks at their end."""
    before = ""
    for line in lines:
        if line or before:
            yield line
        before = line


def quoted(letter: Letter, patch: Patch, comments: Comments, shown: Iterable[int]) -> Iterator[str]:
    """The commented hunks of ``patch``, behind the header of their file, with ``comments`` below their lines.

    ``shown`` are the body lines that the comments speak of: those a long hunk keeps, with what is near them.
    """
    body = _body(letter)
    wanted = set(shown) | set(comments)
    for diff in patch.files:
        hunks = [hunk for hunk in diff.hunks if any(line.body_line in comments for line in hunk.lines)]
        if hunks:
            yield from (_quote(body[number]) for number in _header(diff, body))
        for hunk in hunks:
            yield from _hunk(hunk, body, comments, wanted)


def _body(letter: Letter) -> dict[int, str]:
    """The lines of the text by number, soft line breaks joined."""
    lines = logical_lines(letter.text, letter.flowed, letter.delsp)
    return dict(zip(lines.numbers, lines.texts, strict=True))


def _header(diff: FileDiff, body: Mapping[int, str]) -> list[int]:
    """The lines above the first hunk that name the file."""
    return [number for number in range(diff.body_line, diff.hunks[0].body_line) if number in body]


def _hunk(hunk: Hunk, body: Mapping[int, str], comments: Comments, wanted: set[int]) -> Iterator[str]:
    numbers = [number for number in range(hunk.body_line, hunk.lines[-1].body_line + 1) if number in body]
    before = None
    for number in _kept(numbers, wanted):
        if before is not None and numbers.index(number) != before + 1:
            yield LEFT_OUT
        yield _quote(body[number])
        yield from ("", *comments[number], "") if number in comments else ()
        before = numbers.index(number)
    if before is not None and before + 1 < len(numbers):
        yield LEFT_OUT


def _kept(numbers: Sequence[int], wanted: set[int]) -> list[int]:
    """The lines of a hunk that are quoted: all of a short one, of a long one its head and what is near the wanted."""
    if len(numbers) <= WHOLE:
        return list(numbers)
    marks = [index for index, number in enumerate(numbers) if number in wanted]
    keep = {0} | {near for mark in marks for near in range(mark - NEAR, mark + NEAR + 1)}
    kept = sorted(index for index in keep if 0 <= index < len(numbers))
    for first, second in zip(kept, [*kept[1:], len(numbers)], strict=True):
        if second - first <= GAP + 1:
            keep |= set(range(first, second))
    return [numbers[index] for index in sorted(keep) if 0 <= index < len(numbers)]


def _quote(line: str) -> str:
    """The line behind its mark; of what is no text only tabs stay as they are."""
    return "> " + "\t".join(visible(piece) for piece in line.split("\t"))
