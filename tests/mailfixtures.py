"""Short ways to read a fixture, shared by the tests of mails, patches and git."""

import io
from pathlib import Path

from mtelint.model import Skipped
from mtelint.patches.patch import Patch
from mtelint.patches.reader import read_patches

MAIL = Path(__file__).resolve().parents[1] / "fixtures" / "mail"
TREE = Path(__file__).resolve().parents[1] / "fixtures" / "tree"


def read(path: Path, *, quoted: bool = False) -> list[Patch | Skipped]:
    with path.open("rb") as stream:
        return list(read_patches(stream, path.name, quoted=quoted))


def patches(path: Path) -> list[Patch]:
    return [item for item in read(path) if isinstance(item, Patch)]


def only(path: Path) -> Patch:
    (patch,) = patches(path)
    return patch


def of_text(text: str) -> list[Patch | Skipped]:
    return list(read_patches(io.BytesIO(text.encode()), "text"))


def patch_of_text(text: str) -> Patch:
    (patch,) = (item for item in of_text(text) if isinstance(item, Patch))
    return patch
