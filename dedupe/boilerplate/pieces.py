"""Texts without line breaks: the pieces that may have been lines, and what is known of each.

Where lines were joined by spaces, a line begins where a sentence does, with a capital letter, behind a sign that
parts entries, or with a time. A text has fewer such places than words. A piece is judged by its words, by those of
the pieces around it and of its sentence, and by what stands at its ends. A long text is judged in sections, which
know nothing of each other: they take little room.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe.boilerplate.context import context_features, own_features
from dedupe.boilerplate.model import BoilerplateModel, Scores
from dedupe.columns import runs
from dedupe.kernels.records import I64, CutTexts
from dedupe.sorting import Mask
from dedupe.text.encode import Bytes, Offsets, TextBatch
from dedupe.text.space import is_space
from dedupe.text.tables import FOLD_V1, IGNORED, MARK, SEPARATOR, UNSPACED, load_tables
from dedupe.units import UnitTable, cut_batch

# About so many bytes of sentences, and at most so many pieces, make a section.
_SECTION, _MOST_PIECES = 1 << 16, 1 << 13
# Bytes of sections, and pieces, that are judged together, about.
_TOGETHER, _PIECES_TOGETHER = 1 << 18, 1 << 15
# A sentence longer than a section ends at a space, if there is one in its last bytes.
_NEAR = 1 << 10

# Classes of characters, the later the likelier does a line end with one.
LOWER, UPPER, DIGIT, LETTER, UNSPACED_LETTER, OPENING, SIGN, CLOSING, COLON, STOP, BULLET, PARTING, SPACE = range(
    13
)
_SIGNS = {
    OPENING: ",;،、，；(（[{“„‘¿¡-&+",
    CLOSING: "\"”’')]}）」』】%",
    COLON: ":：",
    STOP: ".!?…。！？؟।۔",
    BULLET: "•・※◎●■▪►▶◆★．·*©®",
    PARTING: "|›»>/→‹«–—｜／",
}
# A number with one of these is a time or a date.
_CLASS, _TIMED, _TIME = 0x0F, 0x10, ":/年月-."


class Pieces(NamedTuple):
    """Pieces of texts, in order."""

    units: UnitTable
    section: Offsets
    """number of the section that each is of"""
    sentence: Offsets
    """number of its sentence"""
    kinds: I64
    """classes of the last character before it, of its own first and last ones, and of the first one behind it"""
    texts: TextBatch


@cache
def _classes() -> Bytes:
    """The class of each code point, and whether it is a sign of times."""
    tables = load_tables(FOLD_V1)
    kind = np.frombuffer(tables.kind, np.uint8)
    out = np.full(len(kind), LETTER, np.uint8)
    out[kind == SEPARATOR] = SIGN
    out[kind == UNSPACED] = UNSPACED_LETTER
    out[list(tables.joins)] = LOWER
    for point, folded in tables.fold.items():
        if 0x30 <= folded[0] <= 0x39:
            out[point] = DIGIT
        elif folded[0] != point and folded[0] in tables.joins and point not in tables.joins:
            out[point] = UPPER
    out[0x30:0x3A] = DIGIT
    out[(kind == MARK) | (kind == IGNORED)] = LOWER
    for number, signs in _SIGNS.items():
        out[list(map(ord, signs))] = number
    out[[point for point in range(0x3001) if is_space(chr(point))]] = SPACE
    out[list(map(ord, _TIME))] |= _TIMED
    return out


def _edges(numbers: Offsets) -> tuple[Mask, Mask]:
    """Return where runs of equal numbers begin and end."""
    step = np.diff(numbers) != 0
    some = np.ones(min(1, len(numbers)), bool)
    return np.concatenate((some, step)), np.concatenate((step, some))


def runs_of(chosen: Mask, section: Offsets, sentence: Offsets, kinds: I64) -> tuple[Offsets, Offsets]:
    """Return the first and last pieces of the runs of chosen pieces that begin or end where a line may.

    In the middle of a sentence, names look like entries of a menu.
    """
    before, first, last, behind = kinds.T
    begins, ends = _edges(sentence)
    begins |= (before == PARTING) | (first == BULLET)
    ends |= (last == PARTING) | (behind == BULLET)
    one, other = map(np.flatnonzero, _edges(np.where(chosen, section, -1)))
    inside = chosen[one] & (begins[one] | ends[other])
    return one[inside], other[inside]


def _cut_words(kinds: Bytes, sentences: Offsets) -> tuple[Offsets, Offsets]:
    """Return the begins and ends of the pieces of a text, by classes of characters and begins of sentences."""
    timed, kinds = kinds & np.uint8(_TIMED), kinds & np.uint8(_CLASS)
    step = np.diff(np.concatenate(([0], kinds != SPACE, [0])).astype(np.int8))
    first, last = np.flatnonzero(step == 1), np.flatnonzero(step == -1)
    if not len(first):
        return first, last
    own, before = kinds[first], np.append(PARTING, kinds[last[:-1] - 1])
    begins = (own == UPPER) | (own == UNSPACED_LETTER) | (own == BULLET) | (own == SIGN) | (before == PARTING)
    begins |= (own == OPENING) & (last - first > 1)
    has_time = np.bitwise_or.reduceat(timed, first) != 0
    begins |= (own == DIGIT) & (has_time | (before >= CLOSING) | (before == UNSPACED_LETTER))
    begins &= (before != OPENING) & (before != BULLET) & (own != PARTING)
    begins[np.minimum(np.searchsorted(first, sentences), len(first) - 1)] = True
    begins[0] = True
    words = np.flatnonzero(begins)
    return first[words], last[np.append(words[1:], len(first)) - 1]


class _Section(NamedTuple):
    """Some sentences of a text, and their pieces, from the begin of the first sentence on."""

    raw: Bytes
    start: Offsets
    end: Offsets
    sentence: Offsets
    kinds: I64
    first: Offsets
    """first byte"""
    last: Offsets


def _cut_section(raw: Bytes, sentences: Offsets) -> _Section:
    """Cut some sentences, which begin at some code points, into pieces."""
    text = raw.tobytes().decode("utf-8", "surrogatepass")
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    kinds = _classes()[points]
    start, end = _cut_words(kinds, sentences)
    kinds &= _CLASS
    before, behind = np.append(PARTING, kinds[end[:-1] - 1]), np.append(kinds[start[1:]], PARTING)
    around = np.column_stack((before, kinds[start], kinds[end - 1], behind)).astype(np.int64)
    size = 1 + (points[:, None] >= np.array((0x80, 0x800, 0x10000), np.uint32)).sum(axis=1)
    place = np.append(0, np.cumsum(size))
    return _Section(
        raw, start, end, np.searchsorted(sentences, start, side="right"), around, place[start], place[end]
    )


def _in_sections(data: Bytes, sentences: CutTexts, inside: slice) -> tuple[Offsets, Offsets, Offsets]:
    """Return first byte, last byte and first code point of some sentences; one longer than a section is cut."""
    first, last, start = sentences.first[inside], sentences.last[inside], sentences.starts[inside]
    if not (last - first > _SECTION).any():
        return first, last, start
    rows: list[tuple[int, int, int]] = []
    for begin, high, points in zip(first.tolist(), last.tolist(), start.tolist(), strict=True):
        low, point = begin, points
        while high - low > _SECTION:
            end = low + _SECTION
            spaces = np.flatnonzero(data[end - _NEAR : end] == ord(" "))
            end = end - _NEAR + int(spaces[-1]) + 1 if len(spaces) else end
            while data[end] & 0xC0 == 0x80:
                end -= 1
            rows.append((low, end, point))
            point += int(np.count_nonzero(data[low:end] & 0xC0 != 0x80))
            low = end
        rows.append((low, high, point))
    parts = np.array(rows, np.int64).T
    return parts[0], parts[1], parts[2]


def cut_pieces(units: UnitTable) -> Iterator[Pieces]:
    """Cut units into pieces, as many at a time as take little room."""
    rows: list[tuple[npt.NDArray[np.int64], ...]] = []
    raws: list[Bytes] = []
    size = sections = sentences = pieces = 0
    for low, high in runs(units.end - units.start):
        batch = units.batch(np.arange(low, high))
        cut = cut_batch(batch, "sentence")
        bounds = np.searchsorted(cut.texts, np.arange(high - low + 1))
        for i in range(high - low):
            inside = slice(bounds[i], bounds[i + 1])
            first, last, start = _in_sections(batch.buffer, cut, inside)
            for begin, end in runs(last - first, _SECTION):
                own = _cut_section(batch.buffer[first[begin] : last[end - 1]], start[begin:end] - start[begin])
                # Sentences end where sections do.
                part = np.arange(len(own.start)) // _MOST_PIECES
                section, sentence = sections + part, sentences + part + own.sentence
                sections, sentences = int(section[-1]) + 1, int(sentence[-1]) + 1
                at = int(units.start[low + i] + start[begin])
                document = np.full(len(part), units.document[low + i])
                bytes_of = own.first + size, own.last + size
                rows.append((document, own.start + at, own.end + at, section, sentence, own.kinds, *bytes_of))
                raws.append(own.raw)
                size, pieces = size + len(own.raw), pieces + len(part)
                if size > _TOGETHER or pieces > _PIECES_TOGETHER:
                    yield _pieces(units, rows, raws)
                    rows, raws, size, pieces = [], [], 0, 0
    if rows:
        yield _pieces(units, rows, raws)


def _pieces(units: UnitTable, rows: list[tuple[npt.NDArray[np.int64], ...]], raws: list[Bytes]) -> Pieces:
    document, start, end, section, sentence, kinds, *places = map(np.concatenate, zip(*rows, strict=True))
    texts = TextBatch(np.concatenate(raws), *places)
    return Pieces(UnitTable(units.corpus, "sentence", document, start, end), section, sentence, kinds, texts)


def flat_features(pieces: Pieces, model: BoilerplateModel) -> I64:
    """The features of pieces, `FLAT`."""
    place, texts = np.arange(len(pieces.section)), pieces.texts

    def scored(first: Offsets, last: Offsets) -> Scores:
        """Scores of stretches from one piece to another."""
        return model.scores([TextBatch(texts.buffer, texts.starts[first], texts.ends[last])])

    begins, ends = _edges(pieces.section)
    before, behind = place - ~begins, place + ~ends
    own, pairs, three = scored(place, place), scored(place, behind), scored(before, behind)
    heads, tails = map(np.flatnonzero, _edges(pieces.sentence))
    sizes = tails - heads + 1
    of = np.repeat(np.arange(len(heads)), sizes)
    sentences = scored(heads, tails)
    section = pieces.section - (pieces.section[0] if len(place) else 0)
    inner = np.bincount(section, pieces.kinds[:, 0] < OPENING).astype(np.int64)
    capitals = inner * 1000 // np.maximum(np.bincount(section), 1)
    return np.column_stack(
        (
            own_features(own),
            context_features(section, own),
            pieces.kinds,
            *(
                column
                for values in (0, 1)
                for column in (np.where(begins, own[values], pairs[values][before]), pairs[values], three[values])
            ),
            sentences.score[of],
            sentences.evidence[of],
            sentences.length[of],
            np.where(begins[heads], 0, np.roll(sentences.score, 1))[of],
            np.where(ends[tails], 0, np.roll(sentences.score, -1))[of],
            place - heads[of],
            tails[of] - place,
            sizes[of],
            capitals[section],
        )
    ).astype(np.int64)
