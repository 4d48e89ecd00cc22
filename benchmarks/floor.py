"""What a reviewer in Python cannot go below: walk, read, look for words, parse the hit files; no rules.

    python benchmarks/floor.py WORD[,WORD...] FOLDER...

Prints how many C files it saw and how many it parsed.  It needs tree_sitter and tree_sitter_c, and nothing of mtelint.
"""

import os
import sys
from collections.abc import Iterator, Sequence

import tree_sitter
import tree_sitter_c

STEMS = (b"_tag", b"PG_arch_", b"PG_mte_lock")
"""Literals of which each word of today holds one: the fewest tests that are cheap, as each reads the whole text."""


def c_files(folder: str) -> Iterator[str]:
    """The C files below a folder; links to folders are not followed."""
    folders = [folder]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.name.endswith((".c", ".h")) and entry.is_file():
                    yield entry.path
                elif entry.is_dir(follow_symlinks=False) and entry.name != ".git":
                    folders.append(entry.path)


def first_tests(words: Sequence[bytes]) -> list[bytes]:
    """Literals of which every word holds one."""
    return [*STEMS, *(word for word in words if not any(stem in word for stem in STEMS))]


def hits(folders: Sequence[str], words: Sequence[bytes]) -> Iterator[bytes | None]:
    """Text of each file that holds a word, None for each other one."""
    first = first_tests(words)
    for path in (path for folder in folders for path in c_files(folder)):
        with open(path, "rb", buffering=0) as stream:
            text = stream.read()
        hit = any(stem in text for stem in first) and any(word in text for word in words)
        yield text if hit else None


def main() -> None:
    if len(sys.argv) < 3:
        sys.exit("usage: floor.py WORD[,WORD...] FOLDER...")
    words = [word.encode() for word in sys.argv[1].split(",")]
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_c.language()))
    seen = parsed = 0
    for text in hits(sys.argv[2:], words):
        seen += 1
        if text is not None:
            parser.parse(text)
            parsed += 1
    print(f"{seen} files, {parsed} parsed")


if __name__ == "__main__":
    main()
