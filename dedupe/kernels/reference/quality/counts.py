"""Counts of texts as columns: the readable twin of the native kernel `quality_counts`."""

from __future__ import annotations

from collections import Counter
from dataclasses import astuple

import numpy as np

from dedupe.kernels.counts import COLUMNS, LONGEST_STOP_WORD, QualityCounts, fold_word
from dedupe.kernels.records import I64
from dedupe.kernels.reference.quality import repetition
from dedupe.kernels.reference.quality.characters import (
    DIGIT,
    LETTER,
    SPACE,
    UNSPACED_LETTER,
    count_mojibake,
    is_unreadable,
    is_upper,
    kind_of,
)
from dedupe.kernels.reference.quality.contacts import count_emails, count_phones, count_urls
from dedupe.kernels.reference.quality.entropy import word_bits
from dedupe.kernels.reference.quality.lines import (
    SHORT_LINE,
    count_c4,
    digit_share,
    ends_in_ellipsis,
    ends_sentence,
    is_bullet,
    split_lines,
)
from dedupe.kernels.reference.quality.phrases import count_phrases
from dedupe.kernels.reference.quality.words import (
    characters_of_a_word,
    is_alphabetic,
    is_capital,
    is_symbol,
    split_words,
)
from dedupe.text.encode import TextBatch, encode_text
from dedupe.text.hashing import U64
from dedupe.text.space import BREAK


def quality_counts(
    texts: TextBatch,
    stop_words: TextBatch,
    stop_masks: U64,
    languages: U64,
) -> I64:
    """Counts of texts.

    Parameters
    ----------
    texts, stop_words : TextBatch
        The texts, and folded words.
    stop_masks : uint64 array, shape (words,)
        By bits, the languages in which each is a stop word.
    languages : uint64 array, shape (texts,)
        A bit for the language of each text; none where it is not known.

    Returns
    -------
    int64 array, shape (texts, columns)
        The fields of `QualityCounts`.
    """
    masks = {stop_words.text(i): int(stop_masks[i]) for i in range(len(stop_words))}
    out = np.zeros((len(texts), len(COLUMNS)), np.int64)
    for i in range(len(texts)):
        out[i] = astuple(_count(texts.text(i), masks, int(languages[i])))
    return out


def _count(text: str, masks: dict[str, int], language: int) -> QualityCounts:
    out = QualityCounts(characters=len(text), mojibake=count_mojibake(text), breaks=len(BREAK.findall(text)))
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
    size = characters_of_a_word(words)
    for n in repetition.TOP_NGRAMS:
        setattr(out, f"top_{n}_gram", repetition.top_ngram(words, n, size))
    for n in repetition.REPEATED_NGRAMS:
        setattr(out, f"repeated_{n}_grams", repetition.repeated_ngrams(words, n * size))
    out.urls, out.email_addresses, out.phone_numbers = count_urls(text), count_emails(text), count_phones(text)
    raw = encode_text(text)
    out.phrases, out.utf8_bytes = count_phrases(raw), len(raw)
    return out


def _count_words(out: QualityCounts, words: list[str]) -> None:
    for word in words:
        symbol = is_symbol(word)
        out.words += 1
        out.plain_words += not symbol
        out.plain_characters += 0 if symbol else len(word)
        out.alphabetic_words += is_alphabetic(word)
        out.capital_words += is_capital(word)
        out.unspaced_words += kind_of(word[0]) == UNSPACED_LETTER
        out.hashes += len(word) if word[0] == "#" else 0
        out.ellipses += len(word) // 3 if word[0] == "." else len(word) if word[0] == "…" else 0
    frequency = Counter(word for word in words if not is_symbol(word))
    out.distinct_words, out.word_bits = len(frequency), word_bits(frequency.values())


def _count_lines(out: QualityCounts, lines: list[str]) -> None:
    for line in lines:
        out.lines += 1
        out.line_characters += len(line)
        out.bullet_lines += is_bullet(line)
        out.ellipsis_lines += ends_in_ellipsis(line)
        out.terminal_lines += ends_sentence(line)
        out.short_lines += len(line) <= SHORT_LINE
        out.line_digits += digit_share(line)
    out.repeated_lines, out.repeated_line_characters = repetition.count_repeated(lines)
    out.c4_lines, out.c4_sentences, out.c4_lorem_ipsum, out.c4_curly_bracket = count_c4(lines)
