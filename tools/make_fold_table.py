"""Generate `unicode-v2.txt`, the one table that drives folding in the reference and in the native core.

Run `python -m tools.make_fold_table` (needs the package `unicodedata2`, which carries its own version of the
Unicode database). The file is committed: `unicodedata` changes with every Python release, and a fingerprint
may not. A table with other contents needs a new scheme name.

The fold of a character is its compatibility decomposition, case-folded, without the marks that a reader of
its script leaves out at will:

- dropped: diacritics of Latin, Greek and Cyrillic, Hebrew points, Arabic and Syriac vowel signs, tatweel,
  variation selectors, format characters (soft hyphen, zero-width characters, bidirectional controls);
- kept: every other mark (Indic vowel signs, Thai tones, kana voicing, …);
- й ї ў, voiced kana and Hangul syllables stay composed, and are composed when they come decomposed;
- œ, æ and ı, which nobody writes consistently, become oe, ae and i; ™ and ℠ are separators.

Since `fold-v2` (lines `+`; models that were trained on `fold-v1` still read that):

- decimal digits of all scripts become ASCII digits;
- letters that two keyboards write for one become one: `ONE_LETTER` says which, and why.
"""

from __future__ import annotations

import html.entities
from collections.abc import Iterator

from dedupe.text.tables import FOLD_SCHEME, TABLE_NAME
from tools import PACKAGE

TABLE_FILE = PACKAGE / "text" / TABLE_NAME

# Marks that are left out of the fold, by block (marks elsewhere are kept).
DROPPED_MARKS = [
    (0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F),
    (0x0670, 0x0670), (0x06D6, 0x06ED), (0x0711, 0x0711), (0x0730, 0x074A), (0x0898, 0x089F),
    (0x08CA, 0x08FF), (0x135D, 0x135F), (0x180B, 0x180F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF), (0x2DE0, 0x2DFF), (0xA66F, 0xA67D), (0xFE00, 0xFE0F), (0xFE20, 0xFE2F),
    (0x10EFC, 0x10EFF), (0xE0100, 0xE01EF),
]  # fmt: skip
# Letters that carry no information of their own: tatweel, Hangul fillers, Mongolian and Khmer inherent signs.
DROPPED_LETTERS = {0x0640, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0}
EXTRA_FOLDS = {"œ": "oe", "æ": "ae", "ı": "i"}
# Their compatibility forms would stick to the word before them.
SEPARATORS = {0x2120, 0x2122}
# Kept composed, because the bare letter is another letter of the alphabet.
KEPT_COMPOSED = "йїў"
# Arabic letters that are one letter on two keyboards.
#
# Yeh. An Arabic keyboard has ي (U+064A, two dots) and ى (U+0649, none), a Persian one ی (U+06CC), which looks like
# ي inside a word and like ى at its end. Pages of both languages mix them: Arabic typed with U+06CC, Persian with
# U+064A or U+0649. In standard Arabic a final ى is another letter, alef maksura, and a few words differ by it
# (علي, Ali, and على, on). Still it folds to yeh, for two reasons: Egypt and Sudan write every final yeh without
# dots, and U+06CC stands for both in text from a Persian keyboard, so that no table by character can keep the two
# apart and join each with U+06CC. A name that is lost so is what the rule of facts compares unfolded. Uyghur,
# Kazakh and Kyrgyz write one vowel with U+0649 and the consonant y with U+064A; they stand in different places of
# a syllable, so that hardly two words meet.
#
# Kaf. ك (U+0643) is the Arabic, ک (U+06A9) the Persian and Urdu form.
#
# Letters that only look alike stay apart: ے (U+06D2) ends other words than ی in Urdu, ې (U+06D0) and ۍ (U+06CD)
# are vowels of Pashto, and ڪ (U+06AA) is another consonant than ک in Sindhi.
ONE_LETTER = {0x0649: 0x064A, 0x06CC: 0x064A, 0x06A9: 0x0643}
# Scripts written without spaces: one token per grapheme. Names are the first words of the character names.
UNSPACED_NAMES = (
    "CJK UNIFIED", "CJK COMPATIBILITY IDEOGRAPH", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "BOPOMOFO",
    "YI SYLLABLE", "THAI", "LAO", "KHMER", "MYANMAR", "NEW TAI LUE", "TAI LE", "TAI THAM", "TAI VIET",
    "JAVANESE", "BALINESE", "NUSHU", "TANGUT",
)  # fmt: skip


def main() -> None:
    """Write the table file beside this module."""
    lines = list(table_lines())
    TABLE_FILE.write_text("\n".join(lines) + "\n", encoding="ascii")


def table_lines() -> Iterator[str]:
    """The lines of the table; `tables.py` documents their format."""
    import unicodedata2 as ucd

    compositions = _compositions(ucd)
    kinds: dict[int, str] = {}
    folds: dict[int, str] = {}
    for point in range(0x110000):
        if 0xD800 <= point <= 0xDFFF:
            continue
        char = chr(point)
        kinds[point] = _kind(ucd, char)
        folded = _fold(ucd, char, compositions)
        if folded != char:
            folds[point] = folded

    yield f"# {FOLD_SCHEME} unicode {ucd.unidata_version}; made by tools/make_fold_table.py, do not edit"
    for kind in "WU":
        for start, end in _ranges(p for p, k in kinds.items() if k == kind and p not in folds):
            yield f"{kind} {start:04X} {end:04X}"
    for start, end in _ranges(p for p, k in kinds.items() if k == "I" and not folds.get(p)):
        yield f"I {start:04X} {end:04X}"
    marks = {p: ucd.combining(chr(p)) for p, k in kinds.items() if k == "M" and p not in folds}
    for ccc in sorted(set(marks.values())):
        for start, end in _ranges(p for p, c in marks.items() if c == ccc):
            yield f"M {start:04X} {end:04X} {ccc}"
    for start, end in _ranges(p for p in kinds if ucd.category(chr(p)) == "Ll"):
        yield f"J {start:04X} {end:04X}"
    for point, folded in sorted(folds.items()):
        if folded:
            yield f"> {point:04X} " + " ".join(f"{ord(c):04X}" for c in folded)
    for point in kinds:
        before = folds.get(point, chr(point))
        after = "".join(_fold_v2(ucd, c) for c in before)
        if after != before:
            yield f"+ {point:04X} " + " ".join(f"{ord(c):04X}" for c in after)
    for (base, mark), composed in sorted(compositions.items()):
        yield f"C {ord(base):04X} {ord(mark):04X} {ord(composed):04X}"
    for name, point in sorted({**html.entities.name2codepoint, "apos": 0x27}.items()):
        yield f"E {name} {point:04X}"


def _kind(ucd: object, char: str) -> str:
    """W word character, U character of an unspaced script, M kept mark, I ignored, "" separator."""
    category = ucd.category(char)  # type: ignore[attr-defined]
    point = ord(char)
    if point in DROPPED_LETTERS or category in ("Cf", "Me"):
        return "I"
    if category in ("Mn", "Mc"):
        return "I" if any(low <= point <= high for low, high in DROPPED_MARKS) else "M"
    if category[0] not in "LN":
        return ""
    name = ucd.name(char, "")  # type: ignore[attr-defined]
    unspaced = name.startswith(UNSPACED_NAMES) and category != "Nd"
    return "U" if unspaced else "W"


def _fold(ucd: object, char: str, compositions: dict[tuple[str, str], str]) -> str:
    """The folded form, separators as one space each; runs of separators are of no consequence."""
    if 0xAC00 <= ord(char) <= 0xD7A3:
        return char
    if ord(char) in SEPARATORS:
        return ""
    text = char
    for _ in range(3):
        text = ucd.normalize("NFKD", text).casefold()  # type: ignore[attr-defined]
    text = "".join(EXTRA_FOLDS.get(c, c) for c in text)
    out: list[str] = []
    for c in text:
        if out and (out[-1], c) in compositions:
            out[-1] = compositions[out[-1], c]
            continue
        kind = _kind(ucd, c)
        if kind != "I":
            out.append(c if kind else " ")
    folded = "".join(out)
    return folded if folded.strip(" ") else ""


def _fold_v2(ucd: object, char: str) -> str:
    """What `fold-v2` makes of a character that `fold-v1` left."""
    digit = ucd.decimal(char, None)  # type: ignore[attr-defined]
    return chr(ONE_LETTER.get(ord(char), ord(char))) if digit is None else str(digit)


def _compositions(ucd: object) -> dict[tuple[str, str], str]:
    """(letter, mark) pairs that stay composed: a few Cyrillic letters and voiced kana."""
    pairs = {}
    kana = [chr(p) for p in range(0x3041, 0x3100)]
    for composed in [*KEPT_COMPOSED, *kana]:
        parts = ucd.normalize("NFD", composed)  # type: ignore[attr-defined]
        if len(parts) == 2:
            pairs[parts[0], parts[1]] = composed
    return pairs


def _ranges(points: Iterator[int]) -> Iterator[tuple[int, int]]:
    start = end = None
    for point in points:
        if end is not None and point == end + 1:
            end = point
            continue
        if start is not None and end is not None:
            yield start, end
        start = end = point
    if start is not None and end is not None:
        yield start, end


if __name__ == "__main__":
    main()
