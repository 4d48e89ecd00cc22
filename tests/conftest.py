"""Where the tests find data that is not part of the repository; absent data skips with a reason."""

import contextlib
import os
import signal
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
REQUIRE_ALL = os.environ.get("MTELINT_REQUIRE") == "all"

# No test fails because the machine has other work.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

# A shell ignores SIGINT in what it runs in the background, and so would every program that a test starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    with contextlib.suppress(ValueError):  # not in the main thread
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _directory(variable: str, default: Path, what: str) -> Path:
    path = Path(os.environ.get(variable, default)).expanduser()
    if not path.is_dir():
        pytest.skip(f"{what} not found at {path}: set {variable}")
    return path


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Real mails and litmus tests with known answers; never copied into the repository."""
    return _directory("MTELINT_CORPUS", ROOT.parent / "shared", "the corpus of real mails and litmus tests")


def _kernel(version: str) -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")) / "mtelint" / "kernels"
    kernels = _directory("MTELINT_KERNELS", cache, "Debian's kernel source (make test-kernel brings it)")
    tree = kernels / f"linux-source-{version}"
    if not tree.is_dir():
        pytest.skip(f"no Linux {version} source at {tree}: make test-kernel brings it")
    return tree


@pytest.fixture(scope="session")
def kernel_61() -> Path:
    return _kernel("6.1")


@pytest.fixture(scope="session")
def kernel_612() -> Path:
    return _kernel("6.12")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With MTELINT_REQUIRE=all a skipped test is a failure."""
    report = yield
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"MTELINT_REQUIRE=all, and this test was skipped: {report.longrepr}"
    return report
