"""Generate `marks-v1.txt`: the marks that folding drops from letters of Latin, Greek and Cyrillic.

Run `python -m tools.make_mark_table`. The file is committed, since `unicodedata` changes with every Python.
A line is the code point of a mark and all letters, and other marks, that have it. A stroke through a letter counts
as a mark too.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict

from dedupe.text.tables import load_tables
from tools import PACKAGE

MARK_FILE = PACKAGE / "text" / "marks-v1.txt"
FIRST_MARK, LAST_MARK = 0x300, 0x36F
# A comma below is read as a cedilla: older fonts and keyboards have the Romanian letters with cedillas only.
SAME = {0x326: 0x327}


def main() -> None:
    """Write the table file of the package."""
    fold = load_tables().fold
    letters: dict[int, list[str]] = defaultdict(list)
    for point in range(0xC0, 0x2000):
        folded = fold.get(point, (point,))
        parts = [ord(char) for char in unicodedata.normalize("NFD", chr(point))]
        # A letter that keeps its mark, such as й, keeps it in the fold.
        if len(parts) == 1 or any(unicodedata.decomposition(chr(letter)) for letter in folded):
            continue
        for mark in parts[1:]:
            if FIRST_MARK <= mark <= LAST_MARK:
                letters[SAME.get(mark, mark)].append(chr(point))
    for mark, other in SAME.items():
        letters[other].append(chr(mark))
    lines = [f"{mark:04X} {''.join(chars)}" for mark, chars in sorted(letters.items())]
    MARK_FILE.write_text("# Marks and the letters that have them; made by tools/make_mark_table.py.\n"
                         + "\n".join(lines) + "\n", encoding="utf-8")  # fmt: skip


if __name__ == "__main__":
    main()
