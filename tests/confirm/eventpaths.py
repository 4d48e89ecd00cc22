"""Paths made by hand: one event per line, in the order of the source."""

from collections.abc import Sequence
from typing import Any

from mtelint.confirm import simulate
from mtelint.engine.judge.judge import modelling_of
from mtelint.flow.domain.events import Event, Site
from mtelint.flow.domain.symbols import Symbol, variable
from mtelint.model import BarrierKind, EffectKind, Extent, Simulation, WriteHow
from mtelint.model.rules import Modelling
from mtelint.rulebook import load
from mtelint.rulebook.environments import load_environments

NO_PAGE = (EffectKind.BARRIER, EffectKind.ACQUIRE, EffectKind.RELEASE)
FILE = "arch/arm64/mm/example.c"


class Path:
    """Builds events line by line; a method returns the path, so that calls chain."""

    def __init__(self, page: str | Symbol = "page") -> None:
        self.page = page_symbol(page)
        self.events: list[Event] = []

    def add(self, kind: EffectKind, callee: str = "", page: str | Symbol | None = None, **more: Any) -> "Path":
        line = len(self.events) + 1
        site = Site(FILE, 0, 100 * line, 100 * line + 10, "example")
        symbol = self.page if page is None else page_symbol(page)
        about = None if kind in NO_PAGE else symbol
        self.events.append(Event(kind, site, about, symbol.text if about else "", callee=callee, **more))
        return self

    # What the helpers do.

    def test(self, outcome: bool | None, **more: Any) -> "Path":
        return self.add(EffectKind.TEST, "page_mte_tagged", outcome=outcome, barrier=BarrierKind.READ, **more)

    def claim(self, outcome: bool | None, **more: Any) -> "Path":
        return self.add(EffectKind.CLAIM, "try_page_mte_tagging", outcome=outcome, barrier=BarrierKind.ACQUIRE, **more)

    def set(self, **more: Any) -> "Path":
        return self.wmb().add(EffectKind.SET, "set_page_mte_tagged", **more)

    # Raw operations.

    def raw_test(self, outcome: bool) -> "Path":
        return self.add(EffectKind.TEST, "test_bit", outcome=outcome, raw=True)

    def raw_set(self, **more: Any) -> "Path":
        return self.add(EffectKind.SET, "set_bit", raw=True, **more)

    def mask_set(self) -> "Path":
        return self.add(EffectKind.SET, raw=True)

    def test_and_set(self, was_clear: bool) -> "Path":
        return self.add(
            EffectKind.CLAIM, "test_and_set_bit", outcome=was_clear, atomic=True, raw=True, barrier=BarrierKind.FULL
        )

    # Tags.

    def clear_tags(self, **more: Any) -> "Path":
        return self.add(EffectKind.WRITE, "mte_clear_page_tags", how=WriteHow.CLEAR, **more)

    def restore_tags(self, **more: Any) -> "Path":
        return self.add(EffectKind.WRITE, "mte_restore_page_tags", how=WriteHow.RESTORE, **more)

    def copy_tags(self, **more: Any) -> "Path":
        return self.add(EffectKind.WRITE, "mte_copy_page_tags", how=WriteHow.COPY, **more)

    def user_tags(self, part: bool = True) -> "Path":
        extent = Extent.PART if part else Extent.WHOLE
        return self.add(EffectKind.WRITE, "mte_copy_tags_from_user", how=WriteHow.USER, extent=extent)

    def read_tags(self, **more: Any) -> "Path":
        return self.add(EffectKind.READ, "mte_save_page_tags", **more)

    # Order, locks, what gives the page away.

    def wmb(self) -> "Path":
        return self.add(EffectKind.BARRIER, barrier=BarrierKind.WRITE)

    def rmb(self) -> "Path":
        return self.add(EffectKind.BARRIER, barrier=BarrierKind.READ)

    def lock(self, exclusive: bool = True) -> "Path":
        return self.add(EffectKind.ACQUIRE, "spin_lock", lock="&all_tags", exclusive=exclusive)

    def unlock(self) -> "Path":
        return self.add(EffectKind.RELEASE, "spin_unlock", lock="&all_tags")

    def put(self) -> "Path":
        return self.add(EffectKind.PUT, "put_page")

    def publish(self) -> "Path":
        return self.add(EffectKind.PUBLISH, "set_pte")

    def fault(self) -> "Path":
        return self.add(EffectKind.FAULT, "copy_from_user")

    def wait(self, barrier: BarrierKind | None) -> "Path":
        return self.add(EffectKind.WAIT, "smp_cond_load", outcome=True, raw=True, barrier=barrier)


def page_symbol(page: str | Symbol) -> Symbol:
    """A page by the name of its variable, or any other as it is."""
    return variable(page) if isinstance(page, str) else page


def path(page: str | Symbol = "page") -> Path:
    return Path(page)


def place(site: Site) -> tuple[str, int]:
    """Each event has a line of its own: its number on the path."""
    return site.path, site.start // 100


def ask(rule: str, flagged: Path, others: Sequence[str] = (), model: str = "lkmm") -> Simulation:
    """The answer for a path whose last event is the one at which the defect is certain."""
    *before, last = flagged.events
    modelling = modelling_of(rule, load()) if rule in load().pages else Modelling()
    return simulate(
        rule, flagged.page, before, last, tuple(map(variable, others)), model,
        modelling=modelling, place=place, environments=load_environments(), vocabulary=load().vocabulary,
    )  # fmt: skip
