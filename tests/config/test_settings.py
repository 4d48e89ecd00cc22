"""What holds for a file: the nearest configuration, under the command line; and what a review makes of it."""

import json
import os
from pathlib import Path

import pytest

from mtelint.cli.guard import main
from mtelint.config import Configs, Said
from mtelint.config.settings import matches
from mtelint.engine import Input, Options, review_patches, review_paths
from mtelint.engine.find.era import era_of
from mtelint.errors import InputError, RulebookError
from mtelint.model import Confidence, Era, Report, Severity
from mtelint.rulebook import load

BAD = """\
void init_tags(struct page *page)
{
	if (!try_page_mte_tagging(page))
		return;
	set_page_mte_tagged(page);
	mte_clear_page_tags(page_address(page));
}
"""


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_c", ".c").replace("_toml", ".toml").replace("cfg", ".mtelint")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def check(*paths: Path, **options: object) -> Report:
    return review_paths([str(path) for path in paths], Options(**options))  # type: ignore[arg-type]


def found(report: Report) -> list[tuple[str, str, str]]:
    return [(f.rule, f.severity.value, Path(f.path).name) for f in report.findings]


def test_the_nearest_file_upwards_holds_alone(tmp_path: Path) -> None:
    write(tmp_path, cfg_toml='ignore = ["MTE001"]', sub__cfg_toml='select = ["MTE002"]', sub__deep__a_c="")
    configs = Configs()
    settings = configs.settings(tmp_path / "sub" / "deep" / "a.c")
    assert (settings.select, settings.ignore) == (("MTE002",), ())
    assert settings.why["select"] == f"{tmp_path / 'sub' / '.mtelint.toml'}:1"
    assert settings.why["ignore"] == "default"
    assert configs.settings(tmp_path / "other.c").ignore == ("MTE001",)


def test_the_file_need_not_exist_nor_its_folder(tmp_path: Path) -> None:
    write(tmp_path, cfg_toml='ignore = ["MTE001"]')
    assert Configs().settings(tmp_path / "no" / "such" / "file.c").ignore == ("MTE001",)


def test_an_explicit_file_holds_for_all(tmp_path: Path) -> None:
    write(tmp_path, cfg_toml='ignore = ["MTE001"]', other_toml='ignore = ["MTE002"]')
    assert Configs(tmp_path / "other.toml").settings(tmp_path / "a.c").ignore == ("MTE002",)


def test_the_command_line_beats_the_file(tmp_path: Path) -> None:
    write(tmp_path, cfg_toml='ignore = ["MTE001"]\nmin_severity = "error"\nmin_confidence = "high"')
    said = Said(ignore=("MTE002",), min_severity=Severity.NOTE)
    settings = Configs(said=said).settings(tmp_path)
    assert (settings.ignore, settings.min_severity) == (("MTE002",), Severity.NOTE)
    assert (settings.why["ignore"], settings.why["min_severity"]) == ("--ignore", "--min-severity")
    assert settings.min_confidence is Confidence.HIGH


def test_a_rule_selected_on_the_command_line_is_looked_for_though_the_file_ignores_it(tmp_path: Path) -> None:
    write(tmp_path, cfg_toml='ignore = ["MTE002"]', a_c=BAD)
    assert found(check(tmp_path)) == []
    assert found(check(tmp_path, select=("MTE002",))) == [("MTE002", "error", "a.c")]


def test_a_review_follows_select_ignore_and_levels(tmp_path: Path) -> None:
    write(tmp_path, a_c=BAD)
    for text in ('select = ["MTE005"]', 'ignore = ["flag-before-tags"]', '[severity]\nMTE002 = "off"'):
        write(tmp_path, cfg_toml=text)
        assert found(check(tmp_path)) == [], text
    write(tmp_path, cfg_toml='min_severity = "warning"\n[severity]\nMTE002 = "note"')
    assert found(check(tmp_path)) == []


def test_severity_goes_by_rule_and_path_and_the_last_match_holds(tmp_path: Path) -> None:
    write(tmp_path, mm__a_c=BAD, drivers__b_c=BAD, drivers__old__c_c=BAD, cfg_toml="""
[severity]
MTE002 = "warning"
[severity."drivers/**"]
MTE002 = "note"
[severity."drivers/old/"]
MTE002 = "off"
""")  # fmt: skip
    assert found(check(tmp_path)) == [("MTE002", "note", "b.c"), ("MTE002", "warning", "a.c")]


def test_patterns_count_from_the_folder_of_the_configuration_wherever_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, mm__a_c=BAD, drivers__b_c=BAD, cfg_toml='exclude = ["mm/a.c"]')
    monkeypatch.chdir(tmp_path / "drivers")
    assert found(review_paths([os.path.join("..", "mm"), "."], Options())) == [("MTE002", "error", "b.c")]


def test_an_excluded_file_is_not_judged_but_its_bodies_are_seen(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    helper = "void wipe_it(struct page *page)\n{\n\tmte_clear_page_tags(page_address(page));\n}\n"
    caller = BAD.replace("mte_clear_page_tags(page_address(page))", "wipe_it(page)")
    write(tmp_path, vendor__helper_c=BAD + helper, a_c=caller)
    alone = found(check(tmp_path / "a.c"))
    write(tmp_path, cfg_toml='exclude = ["vendor/"]')
    assert found(check(tmp_path)) == [("MTE002", "error", "a.c")]
    assert alone != [("MTE002", "error", "a.c")], "without the body it is not seen"


def test_a_folder_below_has_its_own_say(tmp_path: Path) -> None:
    write(tmp_path, a_c=BAD, sub__b_c=BAD, sub__cfg_toml='ignore = ["MTE002"]')
    assert found(check(tmp_path)) == [("MTE002", "error", "a.c")]


def test_a_wrong_configuration_stops_the_review(tmp_path: Path) -> None:
    write(tmp_path, a_c=BAD, cfg_toml="select = 1")
    with pytest.raises(InputError, match=r"\.mtelint\.toml:1: "):
        check(tmp_path)


ACME = {
    "acme_flag_page": Era.B,
    "acme_page_flagged": Era.B,
    "acme_claim_page": Era.C,
    "acme_claim_folio": Era.D,
    "acme_wipe_tags": Era.UNKNOWN,
}

# --- vocabulary -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["driver", "driver/pool.c"])
def test_a_vendor_tree_adds_its_helpers_as_data(where: str, root: Path) -> None:
    """``fixtures/config/vendor``: the driver knows the flag by the vendor's names alone."""
    report = check(root / "fixtures" / "config" / "vendor" / where)
    assert [(f.rule, f.function) for f in report.findings] == [("MTE002", "acme_pool_refill")]


def test_the_header_of_a_vendor_tells_which_of_its_helpers_a_tree_has(root: Path, tmp_path: Path) -> None:
    code = "void renew(struct page *page)\n{\n\tacme_wipe_tags(page);\n\tacme_flag_page(page);\n}\n"
    write(tmp_path, mm__a_c=code, cfg_toml='vocabulary = ["acme.toml"]')
    (tmp_path / "acme.toml").write_bytes((root / "fixtures/config/vendor/helpers.toml").read_bytes())
    for name in ("Kbuild", "Kconfig"):
        (tmp_path / name).write_text("")
    header = tmp_path / "include" / "acme" / "tags.h"
    header.parent.mkdir(parents=True)
    for text, rules in (("void acme_flag_page(struct page *page);\n", []), ("bool acme_claim_page();\n", ["MTE015"])):
        header.write_text(text)
        assert [f.rule for f in check(tmp_path).findings] == rules


def test_seen_from_further_up_the_vendor_s_helpers_are_known_as_well(root: Path) -> None:
    report = check(root / "fixtures" / "config")
    assert ("MTE002", "acme_pool_refill") in [(f.rule, f.function) for f in report.findings]


def test_every_rule_asks_for_a_helper_by_its_role_so_that_a_vendor_s_counts_as_the_kernel_s_own(root: Path) -> None:
    """``claims``: which helpers there are, and which are wanted, is told by the vendor's names alone."""
    report = check(root / "fixtures" / "config" / "vendor" / "claims")
    assert [(f.rule, f.function, f.era) for f in report.findings] == [
        ("MTE013", "acme_take_or_fail", Era.D),
        ("MTE015", "acme_renew", Era.D),
        ("MTE017", "acme_ask_the_page", Era.D),
    ]


def test_messages_repairs_and_the_simulator_name_the_helpers_of_the_vendor_whose_like_the_code_calls(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claims = str(root / "fixtures" / "config" / "vendor" / "claims")
    main(["check", "--no-cache", "--confirm", "--format", "json", claims])
    findings = {each["rule"]: each for each in json.loads(capsys.readouterr().out)["findings"]}
    assert findings["MTE017"]["message"].endswith("use acme_folio_flagged()")
    assert findings["MTE013"]["simulation"]["forbidden_by"].startswith("acme_flag_page() after ")
    assert findings["MTE015"]["simulation"]["forbidden_by"].startswith("acme_claim_page() found true before ")
    main(["fix", claims])
    assert "+\tacme_flag_page(page);" in capsys.readouterr().out


def test_a_text_shows_the_era_of_the_helper_that_a_vendor_s_stands_beside(root: Path) -> None:
    vocabulary = load([root / "fixtures" / "config" / "vendor" / "helpers.toml"]).vocabulary
    shown = {name: era_of([f"x = {name}(page);".encode()], vocabulary) for name in ACME}
    assert shown == ACME


def test_without_the_vocabulary_nothing_is_known_of_them(root: Path, tmp_path: Path) -> None:
    (tmp_path / "pool.c").write_bytes((root / "fixtures/config/vendor/driver/pool.c").read_bytes())
    assert found(check(tmp_path)) == []


def test_a_wrong_vocabulary_file_is_named(tmp_path: Path) -> None:
    write(tmp_path, a_c=BAD, cfg_toml='vocabulary = ["more.toml"]', more_toml="[functions.f]\nefects = []")
    with pytest.raises(RulebookError, match=r"more\.toml:1: functions\.f has the unknown key `efects`"):
        check(tmp_path)


# --- patches ----------------------------------------------------------------------------------------------------------


def patch_of(text: str, path: str, folder: Path) -> Input:
    file = folder / "x.patch"
    added = "".join(f"+{line}\n" for line in text.splitlines())
    head = f"diff --git a/{path} b/{path}\nnew file mode 100644\n--- /dev/null\n+++ b/{path}\n"
    file.write_text(f"{head}@@ -0,0 +1,{len(text.splitlines())} @@\n{added}")
    return Input("x.patch", lambda: file.open("rb"))


def test_a_patch_is_judged_under_the_configuration_of_its_tree(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    write(tree, cfg_toml='[severity."drivers/**"]\nMTE002 = "off"')
    for path, rules in (("mm/a.c", ["MTE002"]), ("drivers/a.c", [])):
        report = review_patches([patch_of(BAD, path, tmp_path)], Options(tree=str(tree)))
        assert [f.rule for f in report.findings] == rules


def test_without_a_tree_the_current_folder_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    patch = patch_of(BAD, "mm/a.c", tmp_path)
    assert review_patches([patch], Options()).findings
    write(tmp_path, cfg_toml='exclude = ["mm/"]')
    monkeypatch.chdir(tmp_path)
    assert not review_patches([patch], Options()).findings


def test_the_vendor_s_helpers_count_in_patches_too(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vendor = root / "fixtures" / "config" / "vendor"
    patch = patch_of((vendor / "driver" / "pool.c").read_text(), "driver/new.c", tmp_path)
    monkeypatch.chdir(vendor)
    assert [f.rule for f in review_patches([patch], Options()).findings] == ["MTE002"]


def test_a_patch_that_names_a_file_outside_reads_no_configuration_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, cfg_toml="select = 1", inner__a_c="", inner__cfg_toml="")
    monkeypatch.chdir(tmp_path / "inner")
    report = review_patches([patch_of(BAD, "../mm/a.c", tmp_path)], Options())
    assert not [line for line in report.unreadable if ".mtelint.toml" in line]


def test_a_pattern_takes_no_more_than_its_length_times_that_of_the_path() -> None:
    """A regular expression with twenty stars would try each way to share the letters among them."""
    assert not matches("**a" * 20 + "b", "a" * 200)
    assert matches("**a" * 20 + "b", "a" * 200 + "b/x.c")
