"""How a vocabulary file is read, and what a malformed one is told."""

import pytest

from mtelint.errors import RulebookError
from mtelint.model import BarrierKind, EffectKind, Extent, Vocabulary, WriteHow
from mtelint.rulebook import load_vocabulary

GOOD = """\
needles = ["mte_tagged"]
zero_pages = ["ZERO_PAGE"]

[flags]
PG_mte_tagged = "tagged"

[bit_operations]
set_bit = { do = "set", raw = true }

[functions.mte_clear_page_tags]
effects = [{ do = "write", arg = 1, how = "clear", address = true }]

[functions.set_page_mte_tagged]
helper = true
eras = ["B", "C"]
effects = [
    { do = "barrier", barrier = "wmb" },
    { do = "set", arg = 1 },
]

[conversions.page_address]
arg = 1
source = "page"
result = "address"
"""


def read(text: str, name: str = "vendor.toml") -> Vocabulary:
    return load_vocabulary([(name, text)])


def test_every_table_becomes_values_of_the_model() -> None:
    vocabulary = read(GOOD)
    (clear,) = vocabulary.functions["mte_clear_page_tags"].effects
    assert (clear.do, clear.arg, clear.how, clear.address) == (EffectKind.WRITE, 1, WriteHow.CLEAR, True)
    assert clear.extent is Extent.WHOLE
    helper = vocabulary.functions["set_page_mte_tagged"]
    assert helper.helper
    assert helper.eras == ("B", "C")
    assert [effect.barrier for effect in helper.effects] == [BarrierKind.WRITE, None]
    assert vocabulary.conversions["page_address"].result == "address"
    assert vocabulary.flags == {"PG_mte_tagged": "tagged"}
    assert vocabulary.bit_operations["set_bit"].raw
    assert vocabulary.needles == ("mte_tagged",)


def test_a_further_file_adds_entries_and_replaces_those_of_the_same_name() -> None:
    vendor = """
    needles = ["vendor_", "mte_tagged"]
    [functions.vendor_wipe_tags]
    effects = [{ do = "write", arg = 2, how = "clear" }]
    [functions.mte_clear_page_tags]
    effects = [{ do = "write", arg = 3, how = "clear" }]
    """
    vocabulary = load_vocabulary([("shipped.toml", GOOD), ("vendor.toml", vendor)])
    assert vocabulary.functions["vendor_wipe_tags"].effects[0].arg == 2
    assert vocabulary.functions["mte_clear_page_tags"].effects[0].arg == 3
    assert vocabulary.functions["set_page_mte_tagged"].helper
    assert vocabulary.needles == ("mte_tagged", "vendor_")


def test_the_digest_tells_two_vocabularies_apart() -> None:
    assert read(GOOD).digest == read(GOOD).digest
    assert read(GOOD).digest != read(GOOD + "# changed\n").digest


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[flags]", "[flags", r"not valid TOML: .*line 4"),
        ("needles", "neddles", r":1: neddles has the unknown key `neddles`: known are .*needles"),
        ('needles = ["mte_tagged"]', 'needles = "mte_tagged"', r":1: needles has `needles` that is no list"),
        ('["mte_tagged"]', "[1]", r":1: needles has `needles` = 1: due is a text in quotes"),
        ('"tagged"', '"taged"', r":5: flags.PG_mte_tagged has `flags` = 'taged': known are tagged, lock"),
        ('"set", raw', '"sett", raw', r":8: bit_operations.set_bit has `do` = 'sett': known are test, claim"),
        ("address = true", "adress = true", r":10: functions.mte_clear_page_tags: effect 1 .*unknown key `adress`"),
        ("arg = 1, how", "arg = true, how", r":10: .* effect 1 has `arg` = True: due is a whole number"),
        ("arg = 1, how", 'arg = 1, domain = "huge", how', r":10: .*`domain` = 'huge': known are page, hugetlb"),
        ('"clear"', '"wipe"', r":10: .*`how` = 'wipe': known are clear, zero-clear"),
        ('do = "set", arg', "arg", r":13: functions.set_page_mte_tagged: effect 2 lacks `do`: add it"),
        ("helper = true", "helpful = true", r":13: functions.set_page_mte_tagged has the unknown key `helpful`"),
        ('["B", "C"]', '["E"]', r":13: .*`eras` = 'E': known are A, B, C, D"),
        ('result = "address"\n', "", r":21: conversions.page_address lacks `result`: add it"),
        ('source = "page"', 'source = "pags"', r":21: .*`source` = 'pags': known are page, address"),
    ],
)
def test_a_wrong_entry_is_refused_with_file_place_and_remedy(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(RulebookError, match=f"^vendor.toml.*?{message}"):
        read(GOOD.replace(old, new, 1))


@pytest.mark.parametrize("text", ["[" * 5_000, "x = " + "[" * 5_000, "x = " + "9" * 5_000])
def test_toml_beyond_what_python_reads_is_refused(text: str) -> None:
    with pytest.raises(RulebookError, match=r"^vendor.toml: not valid TOML"):
        read(text)


def test_an_effect_list_must_be_a_list() -> None:
    with pytest.raises(RulebookError, match=r":1: functions.f has `effects` that are no list"):
        read("[functions.f]\neffects = 1\n")


def test_an_entry_must_be_a_table() -> None:
    with pytest.raises(RulebookError, match=r":2: functions.f is no table"):
        read("[functions]\nf = 1\n")
    with pytest.raises(RulebookError, match=r":1: functions is no table: write \[functions\]"):
        read("functions = 1\n")
