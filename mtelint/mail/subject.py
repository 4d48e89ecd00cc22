"""What the subject and the top of a patch mail say: series, version, scissors, in-body headers, base commit."""

import re
from collections.abc import Sequence

from mtelint.mail.letter import Letter
from mtelint.patterns import regex
from mtelint.records import dataclass


@dataclass(frozen=True, slots=True)
class SeriesInfo:
    """Place of a patch in its series: ``[PATCH v3 2/7]`` is version 3, number 2, total 7; number 0 is a cover letter.

    ``key`` is equal for the members of one posting of one version and for nothing else.
    """

    version: int
    number: int
    total: int
    key: str


_TAG = regex(r"^\s*\[([^\]]*)\]\s*")
_NUMBER = regex(r"(?<![\w.])(\d{1,4})/(\d{1,4})(?![\w.])")
_VERSION = regex(r"(?:^|[\s,]|PATCH)v(\d{1,3})(?=$|[\s,.])", re.IGNORECASE)
_REPLY = regex(r"^\s*(?:re|aw|sv|antw|fwd?|wg)(?:\[\d+\])?\s*:", re.IGNORECASE)
_BASE = regex(r"^base-commit: ([0-9a-f]{40}(?:[0-9a-f]{24})?)\s*$", re.MULTILINE)
_STEM = regex(r"^<?(.{1,400})-(\d{1,4})-([^@]{0,400}@[^>]*)>?$")
_FORMAT_PATCH = regex(r">?From [0-9a-f]{40}(?:[0-9a-f]{24})? [A-Z][a-z]{2} [A-Z][a-z]{2} +\d")
_IN_BODY = regex(r"(From|Subject|Date|X-[\w-]+|To|Cc|Message-I[dD]): ?(.*)")
_MARKS = (">8", "8<", ">%", "%<")


def is_scissors(line: str) -> bool:
    """Whether git would cut here (git-mailinfo(1), ``--scissors``).

    The line holds scissors in a perforation of dashes that is at least 8 characters wide, takes more than a third of
    the line, and is more than half dashes and scissors.

    >>> is_scissors("-- >8 --"), is_scissors("---------- 8< ---- cut here"), is_scissors("- 8< this is a sentence")
    (True, True, False)
    """
    perforation = gap = scissors = 0
    inside = False
    visible = len(line.strip())
    if line.rstrip().endswith(_MARKS):
        visible -= 1  # git counts up to where the last thing starts, and scissors are one thing
    line = line.rstrip("\n") + "\n"  # the line end belongs to the perforation
    at = 0
    while at < len(line):
        char = line[at]
        if char.isspace():
            perforation, gap = (perforation + 1, gap + 1) if inside else (perforation, gap)
        elif char == "-":
            inside, perforation = True, perforation + 1
        elif line.startswith(_MARKS, at):
            inside, perforation, scissors, at = True, perforation + 2, scissors + 2, at + 1
        else:
            inside = False
        at += 1
    return bool(scissors) and visible >= 8 and visible < perforation * 3 and gap * 2 < perforation


def patch_subject(letter: Letter, texts: Sequence[str], first_diff: int) -> str:
    """Subject of the patch itself: in-body headers after scissors, or at the top of the body, override the mail's.

    `first_diff` is the logical line (from 0) where the first diff starts; nothing is looked for beyond it.
    """
    start = 0
    for at, line in enumerate(texts[:first_diff]):
        if ("8" in line or "%" in line) and is_scissors(line):
            start = at + 1
    return _in_body_subject(texts[start:first_diff]) or letter.subject


def _in_body_subject(texts: Sequence[str]) -> str:
    subject: list[str] = []
    started = False
    for line in texts:
        header = _IN_BODY.match(line)
        if header:
            started = True
            subject = [header.group(2)] if header.group(1) == "Subject" else subject
        elif _FORMAT_PATCH.match(line) or (not line.strip() and not started):
            continue
        elif started and line[:1] in " \t" and line.strip():
            subject += [line.strip()] if subject else []
        else:
            break
    return " ".join(subject).strip()


def base_commit(text: str) -> str | None:
    """The ``base-commit:`` trailer that ``git format-patch --base`` writes."""
    found = _BASE.search(text)
    return found.group(1) if found else None


def series_of(subject: str, letter: Letter) -> SeriesInfo | None:
    """Series of a patch by its subject's tags; None for a single patch and for a reply.

    Forms seen: ``[PATCH v3 2/7]``, ``[PATCHv3 2/7]``, ``[RFC PATCH 02/10]``, ``[v2,1/3]``, ``[PATCH mm v2 0/4]``.
    """
    if _REPLY.match(subject):
        return None
    tags: list[str] = []
    while found := _TAG.match(subject):
        tags.append(found.group(1))
        subject = subject[found.end() :]
    joined = " ".join(tags)
    place = _NUMBER.search(joined)
    if not place:
        return None
    number, total = int(place.group(1)), int(place.group(2))
    if total < 1 or number > total:
        return None
    version = _VERSION.search(joined)
    which = int(version.group(1)) if version else 1
    return SeriesInfo(which, number, total, f"v{which}/{total}/{_thread(letter, number)}")


def _thread(letter: Letter, number: int) -> str:
    """What the members of one posting share.

    git send-email and b4 number their Message-IDs (``stem-3-rest@host``): the stem is shared.  Otherwise the start of
    the thread and the sender are, and for files without mail headers the folder they lie in.
    """
    stem = _STEM.match(letter.message_id)
    if stem and int(stem.group(2)) in (number, number + 1):
        return f"{stem.group(1)}/{stem.group(3)}"
    if letter.message_id:
        root = letter.references[0] if letter.references else letter.message_id
        return f"{root}/{letter.sender}"
    return f"{letter.source.rpartition('/')[0]}/{letter.sender}"
