"""Real mails with known answers: what a perfect tool says, and what it must not."""

import importlib.util
import json
import re
from pathlib import Path

import pytest

from mtelint.engine import Input, Options, review_patches
from mtelint.model import Report, Severity
from mtelint.report.formats import json_v1
from mtelint.report.style import PLAIN


def opened(file: Path) -> Input:
    return Input(str(file), lambda: file.open("rb"))


def review(*files: Path) -> Report:
    return review_patches([opened(file) for file in files], Options())


def test_the_seed_mail_gives_its_three_defects_once_each(corpus: Path) -> None:
    report = review(next((corpus / "seed").glob("*.txt")))
    found = [(f.rule, f.path, f.function, f.severity.value) for f in report.findings]
    assert found == [
        ("MTE018", "arch/arm64/include/asm/mte.h", "set_page_mte_tagged", "error"),
        ("MTE008", "arch/arm64/kernel/cpufeature.c", "cpu_enable_mte", "error"),
        ("MTE011", "arch/arm64/kernel/mte.c", "mte_sync_tags", "warning"),
    ]
    assert not report.skipped
    assert not report.unreadable


def test_the_known_mails_score_without_a_miss_or_a_false_alarm(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = corpus / "mails" / "known"
    report = review(*sorted(known.glob("*.eml")))
    out = tmp_path / "findings.json"
    out.write_text(json_v1.render_json(report, PLAIN))
    spec = importlib.util.spec_from_file_location("score", corpus / "tools" / "score_mails.py")
    assert spec is not None
    assert spec.loader is not None
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    status = score.main([str(known / "expected.json"), str(out)])
    assert "must 19/19, should 4/4" in capsys.readouterr().out
    assert status == 0


def test_mails_that_do_not_touch_the_flag_give_nothing(corpus: Path) -> None:
    report = review(corpus / "mails" / "linux-arm-kernel-250.mbox")
    assert not report.findings
    assert not report.skipped


@pytest.mark.kernel
@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (
            "6.1",
            {
                ("error", "MTE002", "arch/arm64/mm/mteswap.c", "mte_restore_tags"),
                ("warning", "MTE011", "arch/arm64/kernel/mte.c", "mte_sync_page_tags"),
                ("warning", "MTE011", "arch/arm64/kvm/mmu.c", "sanitise_mte_tags"),
                ("note", "MTE016", "arch/arm64/kvm/mmu.c", "sanitise_mte_tags"),
                ("warning", "MTE007", "arch/arm64/kernel/mte.c", "__access_remote_tags"),
            },
        ),
        (
            "6.12",
            {
                ("note", "MTE016", "arch/arm64/kvm/mmu.c", "sanitise_mte_tags"),
                ("warning", "MTE007", "arch/arm64/kernel/mte.c", "__access_remote_tags"),
                ("warning", "MTE019", "arch/arm64/kvm/guest.c", "kvm_vm_ioctl_mte_copy_tags"),
            },
        ),
    ],
)
def test_a_kernel_that_people_run(
    version: str, expected: set[tuple[str, str, str, str]], request: pytest.FixtureRequest
) -> None:
    from mtelint.engine import review_paths

    tree = request.getfixturevalue(f"kernel_{version.replace('.', '')}")
    report = review_paths([str(tree)], Options())
    found = {(f.severity.value, f.rule, f.path, f.function) for f in report.findings}
    assert expected <= found
    optional = {"__access_remote_tags", "kvm_vm_ioctl_mte_copy_tags"}
    rest = found - expected
    assert all(severity == Severity.NOTE and function in optional for severity, _, _, function in rest), rest
    assert not report.skipped


@pytest.mark.kernel
def test_the_finding_in_linux_6_1_names_the_raw_statement(kernel_61: Path) -> None:
    from mtelint.engine import review_paths

    report = review_paths([str(kernel_61 / "arch/arm64/mm/mteswap.c")], Options())
    (finding,) = report.findings
    assert "test_and_set_bit(PG_mte_tagged" in finding.snippet
    assert [step.kind for step in finding.steps][-2:] == ["test-and-set", "write"]


def test_expected_answers_are_the_ones_this_test_was_written_for(corpus: Path) -> None:
    """If the corpus grows, the numbers above have to grow with it."""
    data = json.loads((corpus / "mails" / "known" / "expected.json").read_text())
    assert len(data["mails"]) == 33


@pytest.mark.kernel
def test_the_readme_shows_what_linux_6_1_gives(kernel_61: Path, root: Path) -> None:
    """Line numbers aside, as Debian moves on."""
    from mtelint.engine import review_paths
    from mtelint.report.formats import text

    printed = text.render_terse(review_paths([str(kernel_61 / "arch" / "arm64")], Options()), PLAIN)
    readme = (root / "README.md").read_text(encoding="utf-8")
    block = readme.partition("linux-source-6.1\n")[2].partition("```")[0]
    assert without_lines(block) == without_lines(printed)


def without_lines(text: str) -> str:
    return re.sub(r"(?m)^([^:]*):\d+:", r"\1:", text)
