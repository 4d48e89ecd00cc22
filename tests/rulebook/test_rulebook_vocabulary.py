"""How a vocabulary file is read, and what a malformed one is told."""

import pytest

from mtelint.errors import RulebookError
from mtelint.model import BarrierKind, Domain, EffectKind, Era, Extent, FlagRole, Role, Vocabulary, WriteHow
from mtelint.rulebook import load_vocabulary

GOOD = """\
needles = ["mte_tagged"]
zero_pages = ["ZERO_PAGE"]

[flags]
PG_mte_tagged = { role = "tagged" }

[bit_operations]
set_bit = { do = "set", raw = true }

[functions.mte_clear_page_tags]
effects = [{ do = "write", arg = 1, how = "clear", address = true }]

[functions.set_page_mte_tagged]
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
    assert helper.eras == (Era.B, Era.C)
    assert [effect.barrier for effect in helper.effects] == [BarrierKind.WRITE, None]
    assert vocabulary.conversions["page_address"].result == "address"
    assert vocabulary.flag_role("PG_mte_tagged") is FlagRole.TAGGED
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
        ('"tagged"', '"taged"', r":5: flags.PG_mte_tagged has `role` = 'taged': known are tagged, lock"),
        ('"set", raw', '"sett", raw', r":8: bit_operations.set_bit has `do` = 'sett': known are test, claim"),
        ("address = true", "adress = true", r":10: functions.mte_clear_page_tags: effect 1 .*unknown key `adress`"),
        ("arg = 1, how", "arg = true, how", r":10: .* effect 1 has `arg` = True: due is a whole number"),
        ("arg = 1, how", 'arg = 1, domain = "huge", how', r":10: .*`domain` = 'huge': known are page, hugetlb"),
        ('"clear"', '"wipe"', r":10: .*`how` = 'wipe': known are clear, zero-clear"),
        ('do = "set", arg', "arg", r":13: functions.set_page_mte_tagged: effect 2 lacks `do`: add it"),
        ("eras =", "helpful = true\neras =", r":13: functions.set_page_mte_tagged has the unknown key `helpful`"),
        ('["B", "C"]', '["E"]', r":13: .*`eras` = 'E': known are A, B, C, D"),
        ('result = "address"\n', "", r":20: conversions.page_address lacks `result`: add it"),
        ('source = "page"', 'source = "pags"', r":20: .*`source` = 'pags': known are page, address"),
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


# --- flags ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            'PG_other = { role = "tagged" }',
            r":3: flags.PG_other has the role of PG_mte_tagged, `tagged`: write alias_of = \"PG_mte_tagged\"",
        ),
        (
            'PG_other = { role = "tagged", alias_of = "PG_taged" }',
            r":3: flags.PG_other has `alias_of` = 'PG_taged': due is a flag of the role `tagged` .*: PG_mte_tagged",
        ),
        (
            'PG_other = { role = "lock", alias_of = "PG_mte_tagged" }',
            r":3: flags.PG_other has `alias_of` = 'PG_mte_tagged': due is a flag of the role `lock` .*: none",
        ),
    ],
)
def test_two_bits_that_cannot_be_told_apart_in_the_state_of_a_page_are_refused(entry: str, message: str) -> None:
    with pytest.raises(RulebookError, match=f"^vendor.toml{message}"):
        load_vocabulary([("shipped.toml", GOOD)], [("vendor.toml", f"\n[flags]\n{entry}\n")])


def test_another_name_of_one_bit_is_no_second_flag() -> None:
    entry = '[flags]\nPG_other = { role = "tagged", alias_of = "PG_mte_tagged" }'
    vocabulary = load_vocabulary([("shipped.toml", GOOD)], [("vendor.toml", entry)])
    assert vocabulary.flag_role("PG_other") is FlagRole.TAGGED
    assert vocabulary.flag_name(FlagRole.TAGGED) == "PG_mte_tagged"


# --- roles and eras ---------------------------------------------------------------------------------------------------

HELPERS = """
[functions]
acme_flag = { effects = [{ do = "barrier", barrier = "wmb" }, { do = "set", arg = 1 }] }
acme_flag_folio = { eras = ["D"], effects = [{ do = "set", arg = 1, domain = "hugetlb" }] }
acme_wipe_and_flag = { effects = [{ do = "write", arg = 1, how = "clear" }, { do = "set", arg = 1 }] }
"""


def with_vendor(text: str) -> Vocabulary:
    return load_vocabulary([("shipped.toml", GOOD)], [("vendor.toml", text)])


def test_what_a_helper_is_for_is_told_by_its_effects() -> None:
    functions = with_vendor(HELPERS).functions
    assert (functions["acme_flag"].role, functions["acme_flag"].domain) == (Role.SETTER, Domain.PAGE)
    assert (functions["acme_flag_folio"].role, functions["acme_flag_folio"].domain) == (Role.SETTER, Domain.HUGETLB)
    assert functions["acme_wipe_and_flag"].role is None


def test_the_helper_of_a_role_is_the_vendor_s_beside_the_vendor_s_and_the_kernel_s_elsewhere() -> None:
    vocabulary = with_vendor(HELPERS)
    for beside, setter in (((), "set_page_mte_tagged"), (("acme_wipe_and_flag",), "acme_flag")):
        found = vocabulary.helper(Role.SETTER, beside=beside)
        assert found is not None
        assert found.name == setter
    assert vocabulary.helper(Role.CLAIMER) is None


def test_a_helper_is_wanted_only_where_its_era_has_it() -> None:
    vocabulary = with_vendor(HELPERS)
    assert vocabulary.helper(Role.SETTER, era=Era.A) is None
    assert vocabulary.helper(Role.SETTER, Domain.HUGETLB, ("acme_flag",), Era.C) is None


def test_a_helper_without_eras_has_those_of_the_shipped_one_of_its_role() -> None:
    vocabulary = with_vendor(HELPERS)
    assert vocabulary.functions["acme_flag"].eras == (Era.B, Era.C)
    assert dict(vocabulary.shown_eras()) == {
        "set_page_mte_tagged": Era.B, "acme_flag": Era.B, "acme_flag_folio": Era.D,
    }  # fmt: skip


def test_eras_that_nobody_would_read_are_refused() -> None:
    text = '[functions.f]\neras = ["C"]\neffects = [{ do = "write", arg = 1, how = "clear" }]\n'
    with pytest.raises(RulebookError, match=r"^vendor.toml:1: functions.f has `eras`: only a helper has them"):
        read(text)


@pytest.mark.parametrize("key", ['name = "g"', 'role = "set"', 'vendor = "x"'])
def test_what_is_told_by_the_effects_or_the_file_is_no_key(key: str) -> None:
    with pytest.raises(RulebookError, match=r"^vendor.toml:1: functions.f has the unknown key"):
        read(f"[functions.f]\n{key}\n")


def test_an_error_tells_the_line_of_the_entry_in_its_own_table() -> None:
    text = '[types]\nf = "page"\n[functions]\nf = { efects = [] }\n'
    with pytest.raises(RulebookError, match=r"^vendor.toml:4: functions.f has the unknown key `efects`"):
        read(text)
