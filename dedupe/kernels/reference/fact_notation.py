"""Words in one spelling, numbers in one notation, and words that differ by a letter."""

from __future__ import annotations

from dedupe.kernels.reference.fact_text import FIRST_MARK, LAST_MARK, ZEROS

# English spellings of one word, and the groups of vowels before them: `our` is `or` in `colour`, not in `four`.
SPELLINGS = (
    ("https", "http", 0),
    ("illful", "ilful", 0),
    ("woollen", "woolen", 0),
    ("our", "or", 1),
    ("ogue", "og", 1),
)
# Letters of a word, and of its rest behind `ae` or `oe`, from which on these are `e`: a `shoe` is no `she`.
_LIGATURE, _BEHIND_LIGATURE = 6, 2
_HAN_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_LONGEST_HAN = 12
# Letters in which a misprint and the right form end alike: before them are endings (`employer`, `employee`).
_SAME_END = 3


def letters_of(word: str) -> int:
    """Return how many letters a word has, its marks left out."""
    return sum(not FIRST_MARK <= char <= LAST_MARK for char in word)


def differ_by_one(a: str, b: str) -> bool:
    """Return whether words that begin alike differ by a letter more, less, or other, or by two that changed places.

    Marks are no misprints, nor is the `e` by which an umlaut is transcribed. Words that end unlike are two forms
    or two words: `employer` and `employee`, `nitrate` and `nitrite`.
    """
    if not a or not b or a[0] != b[0] or abs(len(a) - len(b)) > 1:
        return False
    head = 0
    while head < min(len(a), len(b)) and a[head] == b[head]:
        head += 1
    tail = 0
    while tail < min(len(a), len(b)) - head and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    if tail < _SAME_END:
        return False
    one, other = a[head : len(a) - tail], b[head : len(b) - tail]
    if any(FIRST_MARK <= char <= LAST_MARK for char in one + other):
        return False
    if max(len(one), len(other)) == 1:
        return one + other != "e" or len(one + other) != 1 or a[head - 1] not in "aou"
    return len(one) == len(other) == 2 and one == other[::-1]


def plain_digit(char: str) -> str:
    """A decimal digit of any script as one of ASCII."""
    return next(chr(0x30 + ord(char) - zero) for zero in ZEROS if zero <= ord(char) < zero + 10)


def figures(parts: list[str], *, comma_groups: bool) -> list[str]:
    """Numbers in one notation: digits and what joins them, by turns.

    Groups of three are closed up, a decimal comma is a point; a space that parts no groups parts numbers. One group
    behind a point is a fraction or thousands, and behind a comma too unless `comma_groups`: it stays as it is. Nor
    is a comma a point where more is joined (`1,2,3`).
    """
    digits, joins = parts[::2], parts[1::2]
    out = []
    place = 0
    while place < len(digits):
        number, end = digits[place], place + 1
        join = joins[place] if place < len(joins) else ""
        if join in ("_", ",", ".", "'") and len(number) <= 3 and number[0] != "0":
            while end < len(digits) and joins[end - 1] == join and len(digits[end]) == 3:
                number += digits[end]
                end += 1
            if end < len(digits) and joins[end - 1] == join and join != "_" and end > place + 1:
                # Not all that is joined alike is a group of three: a version, or a place.
                number, end = digits[place], place + 1
            opens = end == place + 2 and (join == "." or (join == "," and not comma_groups))
            if opens and "".join(joins[end - 1 : end]) not in (",", "."):
                number = digits[place] + join + digits[place + 1]
        rest = end
        while rest < len(digits) and joins[rest - 1] != "_":
            rest += 1
        for i in range(end, rest):
            number += ("." if joins[end - 1 : rest - 1] == [","] else joins[i - 1]) + digits[i]
        end = rest
        out.append(number)
        place = end
    return out


def is_han_number(word: str) -> bool:
    """Return whether a word is a digit or a unit of a number in Chinese characters."""
    return word in _HAN_DIGITS or word in _HAN_UNITS


def han_value(text: str) -> str:
    """Return what a number in Chinese characters says, in digits; as it is where it is none.

    A last digit behind a hundred counts tens in Chinese and ones in Japanese: such a number stays as it is.
    """
    if not any(char in _HAN_UNITS for char in text):
        return "".join(str(_HAN_DIGITS[char]) for char in text)
    if len(text) > _LONGEST_HAN or (text[-1] in _HAN_DIGITS and _HAN_UNITS.get(text[-2], 0) > 10):
        return text
    total = section = 0
    digit: int | None = None
    for char in text:
        if char in _HAN_DIGITS:
            if digit:
                return text
            digit = _HAN_DIGITS[char]
        elif _HAN_UNITS[char] < 10**4:
            section += (1 if digit is None else digit) * _HAN_UNITS[char]
            digit = None
        else:
            section += digit or 0
            total += (section or 1) * _HAN_UNITS[char]
            section, digit = 0, None
    return str(total + section + (digit or 0))


def spelled(word: str) -> str:
    """Return an English word in the common spelling.

    Spellings vary behind the first syllable: `licence` and `license` are one word, `cold` and `sold` are two.
    """
    out, place, groups = [], 0, 0
    while place < len(word):
        variant, common = _spelling(word, place, groups)
        out.append(common)
        for at in range(place, place + len(variant)):
            groups += _is_vowel(word, at) and not (at and _is_vowel(word, at - 1))
        place += len(variant)
    return "".join(out)


def _spelling(word: str, place: int, groups: int) -> tuple[str, str]:
    """Return the letters at a place, behind so many groups of vowels, and their common spelling."""
    # Four letters tell all that is asked of the rest.
    letter, before, behind = word[place], word[place - 1 : place], word[place + 1 : place + 5]
    for variant, common, least in SPELLINGS:
        if groups >= least and word.startswith(variant, place):
            return variant, common
    if groups and letter == "t" and behind in ("re", "res"):
        return "tre", "ter"
    if letter in "ao" and behind[:1] == "e" and len(word) >= _LIGATURE and len(behind) > _BEHIND_LIGATURE:
        return f"{letter}e", "e"
    if groups > 1:
        if letter == "z" and before in ("i", "y"):
            return "z", "s"
        if letter == "c" and before in ("i", "n") and behind[:1] in ("e", "i"):
            return "c", "s"
        # Of two equal consonants one is enough: `travelling`; not in `princess`.
        if (
            letter == before
            and "a" <= letter <= "z"
            and not _is_vowel(word, place)
            and (letter, behind) != ("s", "")
        ):
            return letter, ""
    return letter, letter


def _is_vowel(word: str, place: int) -> bool:
    return word[place] in "aeiou" or (word[place] == "y" and place > 0)
