"""What is set against a flagged path: other threads, and the final state that shows the defect."""

from collections.abc import Mapping

from msgspec import Struct, field


class OtherThread(Struct, frozen=True):
    """A thread that runs beside the flagged path.

    ``body`` is C as in litmus tests, over the locations ``flags``, ``mt`` and their like; a comment at the end of a
    line says what kernel code the line stands for.
    """

    name: str
    title: str
    body: str


class Question(Struct, frozen=True):
    """What is asked about a path that a rule flagged.

    ``when`` are the words that must describe the path; of a rule's questions the first that fits is asked.  ``threads``
    names the other threads (``same``: a second CPU on the same path).  ``bad`` and ``good`` are conditions on the final
    state as in litmus tests; the good one proves, where the bad one is out of reach, that the test is not vacuous.
    ``after`` is what the path's own CPU does once the path is through.  ``repairs`` are changes of the path by name,
    the first of which that rules the bad state out is reported.  ``unreachable`` is the reason not to speak of a
    refutation where the bad state is not reached; ``skip`` the reason not to run anything.
    """

    rule: str
    when: tuple[str, ...] = ()
    threads: tuple[str, ...] = ()
    bad: str = ""
    good: str = ""
    says: str = ""
    initial: Mapping[str, int] = field(default_factory=dict)
    after: str = ""
    repairs: tuple[str, ...] = ()
    granules: int = 1
    word: str = "flags"
    """Location that stands for the flags word of the page as the path sees it."""
    unreachable: str = ""
    skip: str = ""


class Environments(Struct, frozen=True):
    """All other threads by name, and all questions in the order in which they are tried."""

    threads: Mapping[str, OtherThread] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()

    def of(self, rule: str) -> tuple[Question, ...]:
        """The questions of a rule."""
        return tuple(question for question in self.questions if question.rule == rule)
