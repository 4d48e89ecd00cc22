"""The HTML report in a real browser: it fits the window, and the console stays empty."""

import html
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

PROBE = "<script>document.title = 'width ' + document.documentElement.scrollWidth + ' of ' + innerWidth</script>"


@pytest.fixture(scope="module")
def page(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo with its witnesses as a page."""
    file = tmp_path_factory.mktemp("html") / "report.html"
    words = ["patch", "--confirm", "fixtures/demo/tag-rework.mbox", f"--format=html={file}"]
    done = subprocess.run([sys.executable, "-m", "mtelint", *words], cwd=root, capture_output=True, timeout=120)
    assert done.returncode == 1, done.stderr
    return file


def chromium(counterparts: Path, page: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    del counterparts  # its installer brings the browser too
    switches = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"]
    switches.append(f"--user-data-dir={page.parent}")
    return subprocess.run(["chromium", *switches, *words, page.as_uri()], capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("width", [1280, 600])
def test_the_page_fits_its_window(counterparts: Path, page: Path, width: int) -> None:
    probed = page.with_name("probed.html")
    probed.write_text(page.read_text(encoding="utf-8").replace("</body>", f"{PROBE}</body>"), encoding="utf-8")
    done = chromium(counterparts, probed, f"--window-size={width},900", "--dump-dom")
    found = re.search(r"<title>width (\d+) of (\d+)</title>", done.stdout)
    assert found is not None, done.stderr
    assert int(found[1]) <= int(found[2]) <= width


def test_the_console_stays_empty(counterparts: Path, page: Path, tmp_path: Path) -> None:
    shot = tmp_path / "shot.png"
    done = chromium(counterparts, page, "--window-size=400,2000", f"--screenshot={shot}")
    assert shot.stat().st_size > 20_000, done.stderr
    assert "CONSOLE" not in done.stderr


HARNESS = """<!doctype html><html style="color-scheme: light dark"><title>waiting</title>
<iframe id="f" width="400" height="900" style="border: 0" srcdoc="{page}"></iframe>
<script>
document.getElementById("f").onload = (event) => {{
  const seen = event.target.contentDocument, root = seen.documentElement;
  const focusable = [...seen.querySelectorAll("a[href], [tabindex]")];
  focusable.forEach((each) => each.focus());
  document.title = JSON.stringify({{
    width: [root.scrollWidth, root.clientWidth],
    ground: getComputedStyle(seen.body).backgroundColor,
    stops: focusable.map((each) => [each.tagName, each.tabIndex]),
    last: seen.activeElement === focusable.at(-1),
  }});
}};
</script>"""
"""Looks at the page in a frame of 400 pixels: a window of the browser itself cannot be that narrow."""


GROUNDS = [pytest.param(1, "rgb(255, 255, 255)", id="light"), pytest.param(0, "rgb(13, 17, 23)", id="dark")]


@pytest.mark.parametrize(("scheme", "ground"), GROUNDS)
def test_a_phone_shows_it_whole_in_light_and_dark(counterparts: Path, page: Path, scheme: int, ground: str) -> None:
    framed = page.with_name("framed.html")
    framed.write_text(HARNESS.format(page=html.escape(page.read_text(encoding="utf-8"))), encoding="utf-8")
    words = [f"--blink-settings=preferredColorScheme={scheme}", "--virtual-time-budget=5000", "--dump-dom"]
    done = chromium(counterparts, framed, *words)
    found = re.search(r"<title>(.*?)</title>", done.stdout)
    assert found is not None, done.stderr
    seen = json.loads(html.unescape(found[1]))
    assert seen["width"][0] <= seen["width"][1] <= 400
    assert seen["ground"] == ground
    assert seen["last"]
    assert {index for _, index in seen["stops"]} == {0}  # no order but that of the page
    assert [tag for tag, _ in seen["stops"]] == ["A"] * 3 + ["DIV"] * (len(seen["stops"]) - 3)
