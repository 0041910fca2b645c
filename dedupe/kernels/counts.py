"""Columns of the kernel `quality_counts`."""

from __future__ import annotations

from dataclasses import dataclass

from dedupe.text.tables import FOLD_V1, load_tables

# The fold that the signals were measured on.
COUNT_FOLD = FOLD_V1
# Longer words are not looked up.
LONGEST_STOP_WORD = 16
# Fractions in columns are whole numbers of 1 / FIXED.
FIXED = 1 << 16


@dataclass
class QualityCounts:
    """Counts of one text, in the order of the columns."""

    characters: int = 0
    letters: int = 0
    digits: int = 0
    upper: int = 0
    """upper-case letters"""
    spaces: int = 0
    unreadable: int = 0
    mojibake: int = 0
    breaks: int = 0
    """line breaks"""
    words: int = 0
    """words of `dedupe/kernels/reference/quality/words.py`"""
    plain_words: int = 0
    """those that are not signs"""
    plain_characters: int = 0
    """characters in those"""
    alphabetic_words: int = 0
    """words with a letter"""
    unspaced_words: int = 0
    """words that are a character of a script without spaces"""
    stop_words: int = 0
    """different stop words of the language of the text"""
    hashes: int = 0
    ellipses: int = 0
    lines: int = 0
    """lines that are not blank"""
    line_characters: int = 0
    bullet_lines: int = 0
    ellipsis_lines: int = 0
    terminal_lines: int = 0
    short_lines: int = 0
    repeated_lines: int = 0
    """lines that have come before"""
    repeated_line_characters: int = 0
    paragraphs: int = 0
    repeated_paragraphs: int = 0
    repeated_paragraph_characters: int = 0
    top_2_gram: int = 0
    """characters of the most frequent pair of words, in all places; see `repetition.py` beside it"""
    top_3_gram: int = 0
    top_4_gram: int = 0
    repeated_5_grams: int = 0
    """characters of runs of five words that have come before"""
    repeated_6_grams: int = 0
    repeated_7_grams: int = 0
    repeated_8_grams: int = 0
    repeated_9_grams: int = 0
    repeated_10_grams: int = 0
    c4_lines: int = 0
    c4_sentences: int = 0
    c4_lorem_ipsum: int = 0
    c4_curly_bracket: int = 0
    distinct_words: int = 0
    """different words that are not signs"""
    word_bits: int = 0
    """bits that tell all of these words by their frequency, in units of 1 / `FIXED`"""
    capital_words: int = 0
    """words whose letters are all upper-case"""
    line_digits: int = 0
    """for all lines, digits by characters, in units of 1 / `FIXED`, each rounded down"""
    urls: int = 0
    email_addresses: int = 0
    phone_numbers: int = 0
    phrases: int = 0
    """bytes and copies of bytes that came before, of which the text can be put together; see `phrases.py`"""
    utf8_bytes: int = 0


COLUMNS = tuple(QualityCounts.__dataclass_fields__)


def fold_word(word: str) -> str:
    """A word as it is looked up among stop words: small letters without diacritics."""
    fold = load_tables(COUNT_FOLD).fold
    return "".join(chr(f) for char in word for f in fold.get(ord(char), (ord(char),)))
