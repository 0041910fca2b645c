"""The signs and marks that folding drops: two files, read here for the reference and embedded in the core."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

SIGN_SCHEME = "signs-v4"
"""the name of the table, on which the fingerprints of equal texts depend"""


@dataclass(frozen=True)
class Signs:
    """The sign table as Python containers; `signs.txt` says what the roles are."""

    same: dict[str, str]
    """signs that are read as others"""
    role: dict[str, str]
    """the role of each sign"""
    marks: dict[str, str]
    """the marks of letters that have them, and of marks that are read as another"""


@cache
def load_signs() -> Signs:
    """Read the tables of the package."""
    same: dict[str, str] = {}
    role: dict[str, str] = {}
    for line in files("dedupe.text").joinpath("signs.txt").read_text("utf-8").splitlines():
        kind, *fields = line.split(" ")
        if kind == "same":
            same.update(dict.fromkeys(fields[1:], fields[0]))
        elif kind in ("range", "ignore"):
            first, last = (int(field, 16) for field in fields)
            for point in range(first, last + 1):
                if kind == "range":
                    role.setdefault(chr(point), "anywhere")
                else:
                    role.pop(chr(point), None)
        elif kind in ("joiner", "opening", "stop"):
            # A sign may have one of these beside another role.
            role.update({kind + field: kind for field in fields})
        elif kind != "#":
            role.update(dict.fromkeys(fields, kind))
    marks: dict[str, str] = {}
    for line in files("dedupe.text").joinpath("marks-v1.txt").read_text("utf-8").splitlines()[1:]:
        mark, letters = line.split(" ")
        for letter in letters:
            marks[letter] = marks.get(letter, "") + chr(int(mark, 16))
    return Signs(same, role, marks)
