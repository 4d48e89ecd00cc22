"""What mtelint says: findings, their steps and where they stand.

Lines count from 1.  Columns count bytes from 1 and ``end_column`` is exclusive, as tree-sitter and compilers count.
"""

from enum import Enum, StrEnum

from msgspec import Struct


class Severity(StrEnum):
    """How bad a finding is; see :attr:`rank` for the order."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """0 for a note up to 2 for an error."""
        return _SEVERITY_RANK[self.value]


_SEVERITY_RANK = {"note": 0, "warning": 1, "error": 2}


class Confidence(StrEnum):
    """How sure mtelint is; separate from how bad it would be."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """0 for low up to 2 for high."""
        return _CONFIDENCE_RANK[self.value]


_CONFIDENCE_RANK = {"low": 0, "medium": 1, "high": 2}


class Origin(StrEnum):
    """What a patch has to do with a finding."""

    INTRODUCED = "introduced"
    EXISTING = "existing"
    FIXED = "fixed"


class Era(Enum):
    """Which helper API the code under review has.

    Told apart by commits e059853d14ca (B), d77e59a8fccd (C) and 25c17c4b55de (D).
    """

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """0 for A up to 3 for D; an unknown era counts as the newest."""
        return {"A": 0, "B": 1, "C": 2}.get(self.value, 3)


class Skipped(Struct, frozen=True):
    """Something that was not judged, and why."""

    path: str
    function: str | None
    line: int | None
    reason: str


class ExcerptLine(Struct, frozen=True):
    """One source line of an excerpt; ``side`` is ``+``, ``-`` or a blank as in a diff."""

    line: int
    side: str
    text: str


class Step(Struct, frozen=True):
    """One event on the path that shows a finding."""

    path: str
    line: int
    column: int
    side: str
    cpu: int | None
    kind: str
    body_line: int | None
    message: str
    page: str | None
    end_line: int = 0
    end_column: int = 0
    text: str = ""


class MailRef(Struct, frozen=True):
    """Where in a mail a finding points.

    ``body_line`` counts from 1 in the decoded text part; ``diff_line`` from 1 below the file's first ``@@`` line.
    """

    message_id: str
    subject: str
    part: int
    hunk: int | None
    diff_line: int | None
    body_line: int | None
    also_in: tuple[str, ...] = ()


class SimulationStep(Struct, frozen=True):
    """One step of a witness: what one CPU does, at which source line."""

    cpu: int
    path: str
    line: int | None
    text: str
    note: str = ""


class Answer(StrEnum):
    """What the simulator answers to a finding."""

    CONFIRMED = "confirmed"
    """The bad state is reachable, with a witness."""
    REFUTED = "refuted"
    """It is not, and a good state is."""
    NOT_MODELLED = "not modelled"


class Simulation(Struct, frozen=True):
    """What the memory-model simulator says about a finding.

    ``reason`` says what the bad state is or why nothing was run; ``litmus`` is the program in herd7's C litmus format.
    """

    verdict: Answer
    model: str
    reason: str
    cpus: tuple[str, ...] = ()
    steps: tuple[SimulationStep, ...] = ()
    forbidden_by: str | None = None
    litmus: str | None = None
    states: int | None = None


class Assumption(Struct, frozen=True):
    """What a finding takes for granted: ``words`` follow "assuming", ``kind`` is a word of ``rules/premises.toml``."""

    kind: str
    words: str
    path: str
    line: int


class Run(Struct, frozen=True):
    """What a run on a kernel said of a place: whether the defect was seen, and how to see it again."""

    seen: bool
    kernel: str
    command: str
    why: str | None = None
    """What stood in the way, where nothing was seen."""


class RuleInfo(Struct, frozen=True):
    """What the head of a rule page says."""

    id: str
    name: str
    severity: Severity
    confidence: Confidence
    summary: str
    since: str
    introduced_by: tuple[str, ...] = ()
    fixed_by: tuple[str, ...] = ()

    @property
    def page(self) -> str:
        """File name of the rule's page."""
        return f"{self.id}-{self.name}.md"

    @property
    def module(self) -> str:
        """Name of the module that defines the rule's check."""
        return f"{self.id.lower()}_{self.name.replace('-', '_')}"


class Finding(Struct, frozen=True):
    """One defect, reported once."""

    rule: str
    name: str
    severity: Severity
    confidence: Confidence
    message: str
    path: str
    function: str | None
    line: int
    column: int
    end_line: int
    end_column: int
    snippet: str
    fingerprint: str
    page: str | None
    era: Era
    steps: tuple[Step, ...] = ()
    origin: Origin | None = None
    base: str | None = None
    cause: Step | None = None
    fix: str | None = None
    commits: tuple[str, ...] = ()
    """Upstream commits that brought the same defect in."""
    fixed_by: tuple[str, ...] = ()
    """Upstream commits that took it out."""
    mail: MailRef | None = None
    simulation: Simulation | None = None
    before: str | None = None
    """The source line that the flagged one replaces, where the patch replaces one."""
    excerpt: tuple[ExcerptLine, ...] = ()
    premises: tuple[Assumption, ...] = ()
    """What it rests on, in the order of their places."""
    runs: tuple[Run, ...] = ()
    """What runs on kernels said of this place; filled in where it is shown."""

    @property
    def sort_key(self) -> tuple[str, str, int, int, str]:
        """Order of output: mail, file, place, rule."""
        return (self.mail.message_id if self.mail else "", self.path, self.line, self.column, self.rule)


class Verdict(Struct, frozen=True):
    """What judging gave; ``functions`` counts the functions that were analysed.

    ``hidden`` are the findings that a comment in the source suppresses; ``findings`` are the others.
    """

    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    functions: int
    hidden: tuple[Finding, ...] = ()
    covered: tuple[Finding, ...] = ()
    """What a graver finding at the same place or in the same function stands for."""
    asked: tuple[str, ...] = ()
    """Functions that leave a duty to callers in sight, so that others that call them are of interest, too."""


class Stats(Struct, frozen=True):
    """Counts of a run; never part of the default JSON, so that equal inputs give equal bytes."""

    files: int = 0
    hunks: int = 0
    functions: int = 0
    mails: int = 0
    seconds: float = 0.0


class Report(Struct, frozen=True):
    """Everything one run has to say.

    ``findings`` are the shown ones, sorted; ``fixed`` and ``existing`` count what a patch fixes and leaves.
    """

    findings: tuple[Finding, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    stats: Stats = Stats()
    fixed: int = 0
    existing: int = 0
    command: str = "mtelint"
    version: str = ""
    rules_digest: str = ""
    rules: tuple[RuleInfo, ...] = ()
    unreadable: tuple[str, ...] = ()
    """One line per input that could not be read."""
    known: tuple[Finding, ...] = ()
    """The findings that are in the baseline and therefore not among ``findings``."""
