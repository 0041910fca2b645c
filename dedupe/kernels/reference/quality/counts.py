"""What is counted in texts, as columns: the readable twin of the native kernel `quality_counts`."""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np
import numpy.typing as npt

from dedupe.kernels.reference.quality import repetition
from dedupe.kernels.reference.quality.characters import (
    COUNT_FOLD,
    DIGIT,
    LETTER,
    SPACE,
    UNSPACED_LETTER,
    count_mojibake,
    is_unreadable,
    is_upper,
    kind_of,
)
from dedupe.kernels.reference.quality.lines import (
    SHORT_LINE,
    count_c4,
    ends_in_ellipsis,
    ends_sentence,
    is_bullet,
    split_lines,
)
from dedupe.kernels.reference.quality.words import is_alphabetic, is_symbol, split_words
from dedupe.text.encode import Bytes, Offsets, TextBatch
from dedupe.text.space import BREAK
from dedupe.text.tables import load_tables

I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]


@dataclass
class Counts:
    """What is counted in one text, in the order of the columns."""

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
    """words of `split_words`"""
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
    """characters of the most frequent pair of words, in all places; see `repetition.py`"""
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


COLUMNS = tuple(Counts.__dataclass_fields__)


def quality_counts(
    buffer: Bytes,
    starts: Offsets,
    ends: Offsets,
    stop_words: Bytes,
    stop_starts: Offsets,
    stop_ends: Offsets,
    stop_masks: U64,
    languages: U64,
) -> I64:
    """Counts of texts, shape (texts, columns).

    `stop_words` are folded words; `stop_masks` says by bits in which languages each is one, `languages` by a bit
    in which of them each text is; no bit where that is not known.
    """
    batch = TextBatch(buffer, starts, ends)
    words = TextBatch(stop_words, stop_starts, stop_ends)
    masks = {words.text(i): int(stop_masks[i]) for i in range(len(words))}
    out = np.zeros((len(batch), len(COLUMNS)), np.int64)
    for i in range(len(batch)):
        out[i] = astuple(_count(batch.text(i), masks, int(languages[i])))
    return out


def _count(text: str, masks: dict[str, int], language: int) -> Counts:
    out = Counts(characters=len(text), mojibake=count_mojibake(text), breaks=len(BREAK.findall(text)))
    for char in text:
        kind = kind_of(char)
        out.letters += kind in (LETTER, UNSPACED_LETTER)
        out.digits += kind == DIGIT
        out.upper += kind == LETTER and is_upper(char)
        out.spaces += kind == SPACE
        out.unreadable += is_unreadable(char)
    words = split_words(text)
    _count_words(out, words)
    known = set(map(fold_word, {word for word in words if len(word) <= LONGEST_STOP_WORD}))
    out.stop_words = sum(bool(masks.get(word, 0) & language) for word in known)
    paragraphs = split_lines(text)
    _count_lines(out, [line for lines in paragraphs for line in lines])
    out.paragraphs = len(paragraphs)
    out.repeated_paragraphs, out.repeated_paragraph_characters = repetition.count_repeated(
        ["\n".join(lines) for lines in paragraphs]
    )
    for n in repetition.TOP_NGRAMS:
        setattr(out, f"top_{n}_gram", repetition.top_ngram(words, n))
    for n in repetition.REPEATED_NGRAMS:
        setattr(out, f"repeated_{n}_grams", repetition.repeated_ngrams(words, n))
    return out


def _count_words(out: Counts, words: list[str]) -> None:
    for word in words:
        symbol = is_symbol(word)
        out.words += 1
        out.plain_words += not symbol
        out.plain_characters += 0 if symbol else len(word)
        out.alphabetic_words += is_alphabetic(word)
        out.unspaced_words += kind_of(word[0]) == UNSPACED_LETTER
        out.hashes += len(word) if word[0] == "#" else 0
        out.ellipses += len(word) // 3 if word[0] == "." else len(word) if word[0] == "…" else 0


def _count_lines(out: Counts, lines: list[str]) -> None:
    for line in lines:
        out.lines += 1
        out.line_characters += len(line)
        out.bullet_lines += is_bullet(line)
        out.ellipsis_lines += ends_in_ellipsis(line)
        out.terminal_lines += ends_sentence(line)
        out.short_lines += len(line) <= SHORT_LINE
    out.repeated_lines, out.repeated_line_characters = repetition.count_repeated(lines)
    out.c4_lines, out.c4_sentences, out.c4_lorem_ipsum, out.c4_curly_bracket = count_c4(lines)


# Longer words are not looked up.
LONGEST_STOP_WORD = 16


def fold_word(word: str) -> str:
    """A word as it is looked up among stop words: small letters without diacritics."""
    fold = load_tables(COUNT_FOLD).fold
    return "".join(chr(f) for char in word for f in fold.get(ord(char), (ord(char),)))
