"""CPU per mail in one process: mails that cannot matter, and patch mails that do.

    python benchmarks/mails.py [FOLDER OF *.eml]

Without a folder, mails are written for the purpose.  The mails that cannot matter are the others with every word of the
vocabulary replaced by one of the same length, so that both kinds are of the same sizes.
"""

import io
import statistics
import sys
import time
from functools import partial
from pathlib import Path

from mtelint.engine import Input, Options, review_patches
from mtelint.rulebook import load

ROUNDS = 5


def written() -> list[bytes]:
    """Patch mails of three sizes; the code in them sets the flag before the tags are written."""
    mails = []
    for number in range(30):
        filler = "".join(f"+\tvalue_{each} = other_{each} + {number};\n" for each in range(10 * (1 + number % 3)))
        body = "+\tset_bit(PG_mte_tagged, &page->flags);\n+\tmte_clear_page_tags(page_address(page));\n"
        size = 4 + 10 * (1 + number % 3)
        mails.append((
            f"From: A <a@example.org>\nSubject: [PATCH] arm64: step {number}\nMessage-ID: <{number}@example.org>\n\n"
            f"Text.\n---\ndiff --git a/mm/f{number}.c b/mm/f{number}.c\nnew file mode 100644\n--- /dev/null\n"
            f"+++ b/mm/f{number}.c\n@@ -0,0 +1,{size + 1} @@\n+void f{number}(struct page *page)\n"
            f"+{{\n{filler}{body}+}}\n"
        ).encode())  # fmt: skip
    return mails


def harmless(mail: bytes) -> bytes:
    for word in sorted(load().vocabulary.needles, key=len, reverse=True):
        mail = mail.replace(word.encode(), b"q" * len(word))
    return mail


def milliseconds(mails: list[bytes], repeat: int) -> float:
    """Median CPU per mail, each an input of its own, in this process."""
    taken = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        review_patches([Input("mail", partial(io.BytesIO, mail)) for mail in mails * repeat], Options(jobs=1))
        taken.append((time.process_time() - begun) / len(mails) / repeat * 1000)
    return statistics.median(taken)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    mails = [each.read_bytes() for each in sorted(folder.glob("*.eml"))] if folder else written()
    review_patches([Input("mail", partial(io.BytesIO, mails[0]))], Options(jobs=1))
    size = sum(map(len, mails)) / len(mails) / 1000
    print("| mails | of | ms CPU each |\n|---|---|---|")
    print(f"| that cannot matter | {size:.1f} kB | {milliseconds([harmless(mail) for mail in mails], 10):.2f} |")
    print(f"| that matter | {size:.1f} kB | {milliseconds(mails, 1):.1f} |")


if __name__ == "__main__":
    main()
