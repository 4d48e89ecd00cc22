"""Where the benchmarks find what is not part of the repository: as the Makefile and the tests have it."""

import os
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "mtelint"
KERNELS = Path(os.environ.get("MTELINT_KERNELS", CACHE / "kernels")).expanduser().resolve()
CORPUS = Path(os.environ.get("MTELINT_CORPUS", ROOT.parent / "shared")).expanduser().resolve()
KNOWN_MAILS = CORPUS / "mails" / "known"


def words() -> list[str]:
    """Words of the vocabulary without which neither a file nor a mail can matter.

    Read without mtelint, as who measures its start must not depend on it.
    """
    text = (ROOT / "rules" / "protocols" / "mte-tagged.toml").read_text(encoding="utf-8")
    return [str(word) for word in tomllib.loads(text)["needles"]]
