"""Signals: shares and ratios that the rules ask for, made of counts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from dedupe.kernels.counts import COLUMNS, FIXED
from dedupe.kernels.records import I64

Floats = npt.NDArray[np.float64]
Signals = Mapping[str, npt.NDArray[np.float64] | I64]

_LONG_WORDS = "a word has two characters in Chinese and Japanese, four letters in Thai, Lao, Khmer and Burmese"
# Nats in a bit.
_NATS = 0.6931471805599453

# What every signal is, in the order of the table.
MEANINGS = {
    "characters": "code points",
    "words": "words and runs of one sign; a character of a script without spaces is a word",
    "plain_words": "words that are no signs",
    "mean_word_length": "characters in a word that is no sign",
    "unspaced_share": "words that are characters of a script without spaces, of all",
    "alphabetic_words": "words with a letter, of all",
    "hashes": "`#`, by words",
    "ellipses": "`...` and `…`, by words",
    "stop_words": "different stop words of the language; -1 where the language has no list or is not known",
    "letters": "letters, of all characters that are no space",
    "digits": "digits, of all characters that are no space",
    "upper": "upper-case letters, of all letters",
    "unreadable": "replacement, control and private characters, by characters",
    "mojibake": "characters read with the wrong table, such as Ã©, by characters",
    "lines": "lines that are not blank",
    "bullet_lines": "lines that begin with • or -, of all",
    "ellipsis_lines": "lines that end in an ellipsis, of all",
    "terminal_lines": "lines that end a sentence, of all",
    "short_lines": "lines of 30 characters or less, of all",
    "breaks": "line breaks, by words",
    "repeated_lines": "lines that have come before, of all",
    "repeated_line_characters": "characters in them, of all",
    "repeated_line_share": "characters in them, of all but line breaks",
    "repeated_paragraphs": "paragraphs, between blank lines, that have come before, of all",
    "repeated_paragraph_characters": "characters in them, of all",
    **{
        f"top_{n}_gram": f"characters of the most frequent run of {n} words, of all; {_LONG_WORDS}"
        for n in (2, 3, 4)
    },
    **{
        f"repeated_{n}_grams": f"characters of runs of {n} words that have come before, of all; {_LONG_WORDS}"
        for n in range(5, 11)
    },
    "c4_lines": "lines that C4 keeps",
    "c4_sentences": "sentences in them",
    "c4_lorem_ipsum": "1 where a line that C4 looks at holds `lorem ipsum`",
    "c4_curly_bracket": "1 where a line that C4 looks at holds `{`",
    "distinct_words": "different words, of all that are no signs; capitals make a difference",
    "entropy": "entropy of these words by how frequent each is in the text, in nats",
    "capital_words": "words whose letters are all upper-case, of all that are no signs",
    "line_digits": "digits by characters in a line, the mean of all lines",
    "urls": "URLs: `http://`, `https://`, `ftp://`, `www.`",
    "email_addresses": "e-mail addresses",
    "phone_numbers": "telephone numbers: with + or 00, with 0 and groups of digits, or as in North America",
    "compression_ratio": "bytes by phrases, which are copies of four bytes or more of what came before, or a byte",
}


def make_signals(counts: I64, has_list: npt.NDArray[np.bool_]) -> dict[str, Floats | I64]:
    """Signals of texts from their counts; `has_list` says which languages have stop words."""
    count = dict(zip(COLUMNS, counts.T, strict=True))
    characters, words, lines = count["characters"], count["words"], count["lines"]
    visible = characters - count["spaces"]

    def share(part: I64, whole: I64) -> Floats:
        return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)

    made: dict[str, Floats | I64] = {
        **count,
        "mean_word_length": share(count["plain_characters"], count["plain_words"]),
        "unspaced_share": share(count["unspaced_words"], words),
        "stop_words": np.where(has_list, count["stop_words"], -1),
        "letters": share(count["letters"], visible),
        "digits": share(count["digits"], visible),
        "upper": share(count["upper"], count["letters"]),
        "repeated_line_share": share(count["repeated_line_characters"], characters - count["breaks"]),
        "distinct_words": share(count["distinct_words"], count["plain_words"]),
        "entropy": share(count["word_bits"], count["plain_words"]) / FIXED * _NATS,
        "capital_words": share(count["capital_words"], count["plain_words"]),
        "line_digits": share(count["line_digits"], lines) / FIXED,
        "compression_ratio": share(count["utf8_bytes"], count["phrases"]),
    }
    by_words = ("alphabetic_words", "hashes", "ellipses", "breaks")
    by_lines = ("bullet_lines", "ellipsis_lines", "terminal_lines", "short_lines", "repeated_lines")
    by_characters = [name for name in MEANINGS if name.startswith(("top_", "repeated_")) and name in COLUMNS]
    by_characters = [name for name in by_characters if name not in ("repeated_lines", "repeated_paragraphs")]
    for names, whole in (
        (by_words, words),
        (by_lines, lines),
        ([*by_characters, "unreadable", "mojibake"], characters),
        (["repeated_paragraphs"], count["paragraphs"]),
    ):
        made.update({name: share(count[name], whole) for name in names})
    return {name: made[name] for name in MEANINGS}
