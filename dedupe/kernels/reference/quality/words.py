"""Words as quality rules count them: letters and digits, and signs by themselves."""

from __future__ import annotations

from collections.abc import Sequence

from dedupe.kernels.reference.quality.characters import (
    DIGIT,
    JOINER,
    LETTER,
    SIGN,
    SPACE,
    UNSPACED_LETTER,
    is_upper,
    kind_of,
)

_APOSTROPHES = "'’"


def split_words(text: str) -> list[str]:
    """The words of a text.

    A word is a run of letters, digits and marks, in which single apostrophes may stand; each character of a
    script without spaces is one, with its marks; and so is a run of one and the same sign.
    """
    words: list[str] = []
    start, last = 0, SPACE
    for i, char in enumerate(text):
        kind = kind_of(char)
        if kind == SIGN and char in _APOSTROPHES and last in (LETTER, DIGIT):
            following = kind_of(text[i + 1]) if i + 1 < len(text) else SPACE
            kind = LETTER if following in (LETTER, DIGIT) else SIGN
        if kind == JOINER:
            # It goes with what is before it, and is nothing where that is no word.
            kind = last if last in (LETTER, DIGIT, UNSPACED_LETTER) else SPACE
            if kind == UNSPACED_LETTER:
                continue
        same = (
            (kind in (LETTER, DIGIT) and last in (LETTER, DIGIT))
            or kind == last == SPACE
            or (kind == last == SIGN and char == text[i - 1])
        )
        if not same:
            if last != SPACE:
                words.append(text[start:i])
            start = i
        last = kind
    if last != SPACE:
        words.append(text[start:])
    return words


def is_symbol(word: str) -> bool:
    """Return whether a word is made of signs."""
    return kind_of(word[0]) == SIGN


def is_alphabetic(word: str) -> bool:
    """Return whether a word holds a letter."""
    return any(kind_of(char) in (LETTER, UNSPACED_LETTER) for char in word)


def is_capital(word: str) -> bool:
    """Return whether a word holds letters, all of them upper-case."""
    letters = [char for char in word if kind_of(char) in (LETTER, UNSPACED_LETTER)]
    return bool(letters) and all(kind_of(char) == LETTER and is_upper(char) for char in letters)


def is_ideograph(char: str) -> bool:
    """Return whether a letter of a script without spaces is one of East Asia: an ideograph or a syllable."""
    point = ord(char)
    # The other scripts without spaces lie below, but for those of Java, Burma and Vietnam.
    return point >= 0x2E80 and not 0xA980 <= point < 0xAAE0


def characters_of_a_word(words: Sequence[str]) -> int:
    """Return how many words of `split_words` make a word of the language: 1 where words have spaces between them.

    A text is taken for what most of its words are. In Chinese and Japanese a word has about two characters. In
    Thai, Lao, Khmer and Burmese it has about four letters, marks not counted.
    """
    unspaced = [word for word in words if kind_of(word[0]) == UNSPACED_LETTER]
    if 2 * len(unspaced) <= len(words):
        return 1
    return 2 if 2 * sum(is_ideograph(word[0]) for word in unspaced) >= len(unspaced) else 4
