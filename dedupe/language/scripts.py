"""Scripts of letters, by blocks of code points: coarse, and the same on every version of Python."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection

import numpy as np
import numpy.typing as npt

# Where each stretch of one script begins. Letters with marks and of phonetics are Latin; signs have no script.
_BLOCKS = (
    *((0x0041, "latin"), (0x0370, "greek"), (0x0400, "cyrillic"), (0x0530, "armenian"), (0x0590, "hebrew")),
    *((0x0600, "arabic"), (0x0700, "syriac"), (0x0750, "arabic"), (0x0780, "thaana"), (0x07C0, "nko")),
    *((0x0800, "samaritan"), (0x0840, "mandaic"), (0x0860, "syriac"), (0x0870, "arabic"), (0x0900, "devanagari")),
    *((0x0980, "bengali"), (0x0A00, "gurmukhi"), (0x0A80, "gujarati"), (0x0B00, "oriya"), (0x0B80, "tamil")),
    *((0x0C00, "telugu"), (0x0C80, "kannada"), (0x0D00, "malayalam"), (0x0D80, "sinhala"), (0x0E00, "thai")),
    *((0x0E80, "lao"), (0x0F00, "tibetan"), (0x1000, "myanmar"), (0x10A0, "georgian"), (0x1100, "hangul")),
    *((0x1200, "ethiopic"), (0x13A0, "cherokee"), (0x1400, "canadian"), (0x1680, "ogham"), (0x16A0, "runic")),
    *((0x1700, "philippine"), (0x1780, "khmer"), (0x1800, "mongolian"), (0x18B0, "canadian"), (0x1900, "limbu")),
    *((0x1950, "tai"), (0x19E0, "khmer"), (0x1A00, "buginese"), (0x1A20, "tham"), (0x1B00, "balinese")),
    *((0x1B80, "sundanese"), (0x1BC0, "batak"), (0x1C00, "lepcha"), (0x1C50, "olchiki"), (0x1C80, "cyrillic")),
    *((0x1C90, "georgian"), (0x1CC0, "sundanese"), (0x1CD0, ""), (0x1D00, "latin"), (0x1F00, "greek")),
    *((0x2000, ""), (0x2C00, "glagolitic"), (0x2C60, "latin"), (0x2C80, "coptic"), (0x2D00, "georgian")),
    *(
        (0x2D30, "tifinagh"),
        (0x2D80, "ethiopic"),
        (0x2DE0, "cyrillic"),
        (0x2E00, ""),
        (0x2E80, "han"),
        (0x2FF0, ""),
    ),
    *((0x3005, "han"), (0x3008, ""), (0x3040, "kana"), (0x3100, "bopomofo"), (0x3130, "hangul"), (0x3190, "")),
    *((0x31A0, "bopomofo"), (0x31C0, ""), (0x31F0, "kana"), (0x3200, ""), (0x3400, "han"), (0x4DC0, "")),
    *((0x4E00, "han"), (0xA000, "yi"), (0xA4D0, "lisu"), (0xA500, "vai"), (0xA640, "cyrillic"), (0xA6A0, "bamum")),
    *((0xA700, ""), (0xA720, "latin"), (0xA800, "sylheti"), (0xA830, ""), (0xA840, "phagspa")),
    *((0xA880, "saurashtra"), (0xA8E0, "devanagari"), (0xA900, "kayah"), (0xA930, "rejang"), (0xA960, "hangul")),
    *((0xA980, "javanese"), (0xA9E0, "myanmar"), (0xAA00, "cham"), (0xAA60, "myanmar"), (0xAA80, "tai")),
    *((0xAAE0, "meetei"), (0xAB00, "ethiopic"), (0xAB30, "latin"), (0xAB70, "cherokee"), (0xABC0, "meetei")),
    *((0xAC00, "hangul"), (0xD800, ""), (0xF900, "han"), (0xFB00, "latin"), (0xFB13, "armenian")),
    *((0xFB1D, "hebrew"), (0xFB50, "arabic"), (0xFE00, ""), (0xFE70, "arabic"), (0xFEFF, ""), (0xFF21, "latin")),
    *((0xFF5B, ""), (0xFF66, "kana"), (0xFFA0, "hangul"), (0xFFE0, "")),
)
_FIRST = [first for first, _ in _BLOCKS]
# Letters of scripts with two cases, those that have long been settled.
CASED = (
    *range(0x590),
    *range(0x10A0, 0x1100),
    *range(0x1C90, 0x1CC0),
    *range(0x1E00, 0x2000),
    *range(0x2C60, 0x2C80),
)
_CASED = frozenset(CASED)


def script_of_letter(point: int) -> str:
    """Return the script of a code point below 0x10000, "" for what is of none."""
    place = bisect_right(_FIRST, point)
    return _BLOCKS[place - 1][1] if place else ""


def are_of_scripts(scripts: Collection[str]) -> npt.NDArray[np.bool_]:
    """Return which code points below 0x10000 are of some scripts, or of none."""
    allowed = np.array([name == "" or name in scripts for _, name in _BLOCKS])
    out: npt.NDArray[np.bool_] = np.repeat(np.append(True, allowed), np.diff([0, *_FIRST, 0x10000]))
    return out


def fold_case(point: int) -> int:
    """Return the small letter of a letter, by which capitals and small letters are one; ı is i."""
    if point not in _CASED:
        return point
    capital = chr(point).upper()
    # A letter whose capital is two letters keeps its form.
    return ord(capital.lower()[0]) if len(capital) == 1 else point
